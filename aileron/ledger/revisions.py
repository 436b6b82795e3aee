"""Revisions: one package of a service each, numbered from 1; wanted and observed state."""

from __future__ import annotations

import builtins
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    and_,
    func,
    insert,
    or_,
    select,
    update,
)

from aileron.cluster.serving import ServicePlacement, TargetName
from aileron.core.errors import NotFound
from aileron.core.ports import Reference
from aileron.ledger.changes import notify
from aileron.ledger.database import (
    Json,
    Record,
    ReferenceColumn,
    lock_row,
    metadata,
    moment,
    without_nul,
)
from aileron.ledger.events import Repository
from aileron.ledger.services import Desired, services


class RevisionState(StrEnum):
    """What the supervisor last saw."""

    STARTING = "starting"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    FAILED = "failed"
    DRAINING = "draining"
    STOPPED = "stopped"
    REMOVED = "removed"
    """Its package and objects are gone too; a start gets them again."""


GONE: Final = (RevisionState.STOPPED, RevisionState.FAILED, RevisionState.REMOVED)
"""Nothing of it is at work."""


revisions = Table(
    "revisions",
    metadata,
    Column("project", Text, primary_key=True),
    Column("service", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("package", ReferenceColumn, nullable=False),
    Column("model", Text, nullable=False),
    Column("model_version", Integer, nullable=False),
    Column("desired", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("address", Text),
    Column("pid", Integer),
    Column("reason", Text),
    Column("placement", Json),
    moment("created"),
    moment("updated"),
    ForeignKeyConstraint(["project", "service"], ["services.project", "services.name"]),
    Index("revisions_project_idx", "project", "model", "model_version"),
)


class Revision(Record):
    """One package behind a service."""

    project: str
    service: str
    number: int
    package: Reference
    model: str
    model_version: int
    desired: Desired
    state: RevisionState
    address: str | None
    """``host:port`` while it is there: of its process, or of its pods together."""
    pid: int | None
    reason: str | None
    """Why it is unhealthy or failed."""
    placement: ServicePlacement | None = None
    """Where on a cluster it runs; None is a process of the supervisor."""
    created: datetime
    updated: datetime

    @property
    def id(self) -> str:
        return f"{self.project}/{self.service}/{self.number}"

    @property
    def target(self) -> TargetName:
        """What runs it."""
        return "process" if self.placement is None else "kubernetes"


class Revisions(Repository):
    """Revisions by project, service and number."""

    def add(
        self,
        project: str,
        service: str,
        package: Reference,
        model: str,
        model_version: int,
        placement: ServicePlacement | None = None,
    ) -> Revision:
        """Ask for a new revision to run; it is not routed to.

        Args:
            placement: where on a cluster; None makes it a process of the supervisor.

        Raises:
            NotFound: there is no such service.
        """
        with self.database.transaction() as connection:
            if lock_row(connection, services, project=project, name=service) is None:
                raise NotFound("ledger.no_service", name=f"{project}/{service}")
            highest = func.coalesce(func.max(revisions.c.number), 0)
            number = select(highest + 1).filter_by(project=project, service=service)
            row = connection.execute(
                insert(revisions)
                .values(
                    project=project,
                    service=service,
                    number=connection.execute(number).scalar_one(),
                    package=package,
                    model=model,
                    model_version=model_version,
                    desired=Desired.RUNNING,
                    state=RevisionState.STARTING,
                    placement=placement and placement.model_dump(mode="json"),
                )
                .returning(revisions)
            ).one()
            return self._tell(connection, "revision.added", None, Revision.of(row))

    def set_desired(self, project: str, service: str, number: int, desired: Desired) -> Revision:
        """Ask for the revision to run or to be stopped; `NotFound` if there is none."""
        values = {"desired": Desired(desired)}
        return self._change(project, service, number, "revision.desired", values)

    def place(
        self, project: str, service: str, number: int, placement: ServicePlacement
    ) -> Revision:
        """Ask for the revision to run in another place or number; `NotFound` if there is none."""
        values = {"placement": placement.model_dump(mode="json")}
        return self._change(project, service, number, "revision.placed", values)

    def report(
        self,
        project: str,
        service: str,
        number: int,
        state: RevisionState,
        address: str | None = None,
        pid: int | None = None,
        reason: str | None = None,
    ) -> Revision:
        """Record what the supervisor sees; the same again leaves no event."""
        values = {
            "state": RevisionState(state),
            "address": address,
            "pid": pid,
            "reason": without_nul(reason),
        }
        return self._change(project, service, number, f"revision.{state}", values)

    def get(self, project: str, service: str, number: int) -> Revision | None:
        """The revision, None if there is none."""
        query = select(revisions).filter_by(project=project, service=service, number=number)
        with self.database.transaction() as connection:
            row = connection.execute(query).one_or_none()
            return Revision.of(row) if row else None

    def list(
        self, project: str | None = None, service: str | None = None
    ) -> builtins.list[Revision]:
        """Revisions by project, service and number; of all if none is given."""
        given = {"project": project, "service": service}
        query = select(revisions).filter_by(**{k: v for k, v in given.items() if v is not None})
        return self._all(query)

    def active(self) -> builtins.list[Revision]:
        """Those of all projects that are wanted running or not yet seen stopped."""
        wanted = revisions.c.desired == Desired.RUNNING
        return self._all(select(revisions).where(or_(wanted, revisions.c.state.not_in(GONE))))

    def retired(self, kept: int) -> builtins.list[Revision]:
        """Stopped ones that nobody will miss: all of deleted services, failed ones too, of others
        all but the `kept` newest. What still drains or was removed is not among them.
        """
        dead = revisions.c.state == RevisionState.STOPPED
        failed = revisions.c.state == RevisionState.FAILED
        deleted = and_(services.c.desired == Desired.DELETED, failed)
        age = func.row_number().over(
            partition_by=[revisions.c.project, revisions.c.service],
            order_by=revisions.c.number.desc(),
        )
        of_service = and_(
            revisions.c.project == services.c.project, revisions.c.service == services.c.name
        )
        candidates = (
            select(revisions, services.c.desired.label("of_service"), age.label("age"))
            .join(services, of_service)
            .where(revisions.c.desired == Desired.STOPPED, or_(dead, deleted))
            .subquery()
        )
        columns = [candidates.c[column.name] for column in revisions.c]
        gone = or_(candidates.c.of_service == Desired.DELETED, candidates.c.age > kept)
        with self.database.transaction() as connection:
            rows = connection.execute(select(*columns).where(gone))
            return [Revision.of(row) for row in rows]

    def _all(self, query: Any) -> builtins.list[Revision]:
        ordered = query.order_by(revisions.c.project, revisions.c.service, revisions.c.number)
        with self.database.transaction() as connection:
            return [Revision.of(row) for row in connection.execute(ordered)]

    def _change(
        self, project: str, service: str, number: int, verb: str, values: dict[str, Any]
    ) -> Revision:
        key = {"project": project, "service": service, "number": number}
        with self.database.transaction() as connection:
            old = lock_row(connection, revisions, **key)
            if old is None:
                raise NotFound("ledger.no_revision", name=f"{project}/{service}", number=number)
            changed = {name for name in values if getattr(old, name) != values[name]}
            row = connection.execute(
                update(revisions)
                .filter_by(**key)
                .values({**values, "updated": func.clock_timestamp()})
                .returning(revisions)
            ).one()
            if not changed:
                return Revision.of(row)
            before = Revision.of(old).model_dump(mode="json", include=changed)
            return self._tell(connection, verb, before, Revision.of(row), changed)

    def _tell(
        self,
        connection: Connection,
        verb: str,
        before: dict[str, Any] | None,
        row: Revision,
        shown: set[str] | None = None,
    ) -> Revision:
        after = row.model_dump(mode="json", include=shown or {"model", "model_version", "package"})
        self.author.append(connection, row.project, verb, f"revision:{row.id}", before, after)
        notify(connection, "revisions", row.project, row.service)
        return row
