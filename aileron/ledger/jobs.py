"""Custom jobs: what somebody wants to run, and the run that it became.

A job is a draft until it is submitted; how it goes after that is its run's to say. Its name is
its own in the project until it is deleted. What it asks for is kept as it was given.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Identity,
    Index,
    Row,
    Select,
    Table,
    Text,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError

from aileron.core.errors import Conflict, NotFound
from aileron.ledger.database import Json, Record, lock_row, metadata, moment
from aileron.ledger.events import Repository

KEPT = "deleted IS NULL"
"""The jobs that were not deleted, in SQL."""

jobs = Table(
    "jobs",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("project", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("spec", Json, nullable=False),
    Column("run_id", Text),
    Column("created_by", Text, nullable=False),
    moment("created"),
    moment("submitted", optional=True),
    moment("deleted", optional=True),
    Index("jobs_name_key", "project", "name", unique=True, postgresql_where=text(KEPT)),
    Index(None, "run_id"),
)


class Job(Record):
    """A job that was not deleted."""

    id: int
    project: str
    name: str
    description: str
    spec: dict[str, Any]
    """As `aileron.train.job.spec.JobSpec` has it."""
    run_id: str | None
    """None: a draft, or it is being submitted."""
    created_by: str
    created: datetime
    submitted: datetime | None


class Jobs(Repository):
    """Jobs by number."""

    def add(self, project: str, name: str, spec: Mapping[str, Any], description: str = "") -> Job:
        """Keep a draft.

        Raises:
            Conflict: another job of the project has the name.
        """
        values = {
            "project": project,
            "name": name,
            "description": description,
            "spec": dict(spec),
            "created_by": self.author.actor,
        }
        try:
            with self.database.transaction() as connection:
                row = connection.execute(insert(jobs).values(values).returning(*_SHOWN)).one()
                return self._tell(connection, "job.created", Job.of(row))
        except IntegrityError:
            raise Conflict("ledger.job_exists", name=name) from None

    def change(
        self, project: str, number: int, name: str, spec: Mapping[str, Any], description: str
    ) -> Job:
        """Change a draft.

        Raises:
            NotFound: there is none of that number.
            Conflict: it was submitted, or another job of the project has the name.
        """
        values = {"name": name, "description": description, "spec": dict(spec)}
        try:
            with self.database.transaction() as connection:
                draft = _draft(connection, project, number)
                row = connection.execute(_update(draft.id, values)).one()
                return self._tell(connection, "job.changed", Job.of(row))
        except IntegrityError:
            raise Conflict("ledger.job_exists", name=name) from None

    def claim(self, project: str, number: int) -> Job:
        """Be the only one who submits a draft.

        Raises:
            NotFound: there is none of that number.
            Conflict: another submits it, or it was submitted.
        """
        with self.database.transaction() as connection:
            draft = _draft(connection, project, number)
            values = {"submitted": func.clock_timestamp()}
            return Job.of(connection.execute(_update(draft.id, values)).one())

    def release(self, project: str, number: int) -> None:
        """Take a claim back: it is a draft still."""
        with self.database.transaction() as connection:
            job = _find(connection, project, number)
            connection.execute(_update(job.id, {"submitted": None}))

    def submitted(self, project: str, number: int, run_id: str) -> Job:
        """Note the run that a claimed draft became."""
        with self.database.transaction() as connection:
            job = _find(connection, project, number)
            row = connection.execute(_update(job.id, {"run_id": run_id})).one()
            return self._tell(connection, "job.submitted", Job.of(row))

    def delete(self, project: str, number: int) -> None:
        """Forget a job; its name is free again.

        Raises:
            NotFound: there is none of that number.
        """
        with self.database.transaction() as connection:
            job = _find(connection, project, number)
            connection.execute(_update(job.id, {"deleted": func.clock_timestamp()}))
            self._tell(connection, "job.deleted", job)

    def get(self, project: str, number: int) -> Job:
        """The job of that number.

        Raises:
            NotFound: there is none, or it was deleted.
        """
        with self.database.transaction() as connection:
            return _there(connection.execute(_of(project).filter_by(id=number)), number)

    def named(self, project: str, name: str) -> Job:
        """The job of that name.

        Raises:
            NotFound: there is none, or it was deleted.
        """
        with self.database.transaction() as connection:
            return _there(connection.execute(_of(project).filter_by(name=name)), name)

    def of_run(self, run_id: str) -> Job | None:
        """The job that became the run; None if none did, or it was deleted."""
        query = select(*_SHOWN).filter_by(run_id=run_id).where(text(KEPT))
        with self.database.transaction() as connection:
            row = connection.execute(query).one_or_none()
            return Job.of(row) if row else None

    def list(self, project: str, offset: int = 0, limit: int = 50) -> builtins.list[Job]:
        """The newest first."""
        query = _of(project).order_by(jobs.c.id.desc()).offset(offset).limit(limit)
        with self.database.transaction() as connection:
            return [Job.of(row) for row in connection.execute(query)]

    def count(self, project: str) -> int:
        """How many there are."""
        query = select(func.count()).select_from(jobs).filter_by(project=project)
        with self.database.transaction() as connection:
            return int(connection.execute(query.where(text(KEPT))).scalar_one())

    def drafts(self) -> builtins.list[Job]:
        """Those of all projects that were not submitted."""
        query = select(*_SHOWN).where(text(KEPT), jobs.c.submitted.is_(None))
        with self.database.transaction() as connection:
            return [Job.of(row) for row in connection.execute(query)]

    def _tell(self, connection: Connection, verb: str, job: Job) -> Job:
        after = {"name": job.name, "run_id": job.run_id}
        subject = f"job:{job.project}/{job.id}"
        self.author.append(connection, job.project, verb, subject, None, after, job.run_id)
        return job


_SHOWN = tuple(column for column in jobs.c if column.name != "deleted")


def _of(project: str) -> Select[Any]:
    return select(*_SHOWN).filter_by(project=project).where(text(KEPT))


def _update(number: int, values: Mapping[str, Any]) -> Any:
    return update(jobs).filter_by(id=number).values(dict(values)).returning(*_SHOWN)


def _find(connection: Connection, project: str, number: int) -> Job:
    """The job, locked until the transaction ends."""
    row = lock_row(connection, jobs, id=number, project=project)
    if row is None or row.deleted is not None:
        raise NotFound("ledger.no_job", job=number)
    return Job.of(row)


def _draft(connection: Connection, project: str, number: int) -> Job:
    job = _find(connection, project, number)
    if job.submitted is not None:
        raise Conflict("ledger.job_submitted", name=job.name)
    return job


def _there(found: Any, wanted: int | str) -> Job:
    row: Row[Any] | None = found.one_or_none()
    if row is None:
        raise NotFound("ledger.no_job", job=wanted)
    return Job.of(row)
