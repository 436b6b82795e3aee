"""Drafts: dataset versions in the making, to which samples are added one at a time.

A draft has a number that no version has. The samples lie in a folder; an import makes a version
of all that are there. All versions after the number `after` are of the newest draft that says
so, until a newer one is begun.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    Row,
    Table,
    Text,
    func,
    insert,
    or_,
    select,
    update,
)

from aileron.core.errors import NotFound
from aileron.ledger.catalogue import datasets, enter
from aileron.ledger.database import Record, lock_row, metadata, moment
from aileron.ledger.datasets import dataset_versions
from aileron.ledger.events import Repository

dataset_drafts = Table(
    "dataset_drafts",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("project", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("folder", Text),
    Column("joins", Boolean, nullable=False),
    Column("kind", Text),
    Column("description", Text, nullable=False),
    Column("after", Integer, nullable=False),
    Column("samples", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("begun_by", Text, nullable=False),
    moment("begun"),
    moment("due", optional=True),
    Column("deleted_by", Text),
    moment("deleted", optional=True),
    Index(None, "project", "name"),
)


class Draft(Record):
    """A version in the making."""

    number: int
    project: str
    name: str
    folder: str | None
    """Where its samples lie; None if the dataset takes none one at a time."""
    joins: bool
    """Whether versions of it also have the samples of the version before."""
    kind: str | None
    """What the one who began it calls its kind."""
    description: str
    after: int
    samples: int
    bytes: int
    begun_by: str
    begun: datetime
    due: datetime | None
    """When an import of what was added begins, or began."""
    deleted_by: str | None
    deleted: datetime | None


@dataclass
class Filling:
    """A draft that nobody else changes meanwhile, and what is added to it."""

    draft: Draft
    samples: int = 0
    bytes: int = 0


class Drafts(Repository):
    """Drafts by number."""

    def begin(
        self,
        project: str,
        name: str,
        folder: str | None = None,
        *,
        joins: bool = False,
        kind: str | None = None,
        description: str = "",
    ) -> Draft:
        """A new draft without a sample, the newest of its dataset."""
        with self.database.transaction() as connection:
            enter(connection, project, name, self.author.actor)
            lock_row(connection, datasets, project=project, name=name)
            values = {
                "number": _next_number(), "project": project, "name": name, "folder": folder,
                "joins": joins, "kind": kind, "description": description,
                "after": _last(connection, project, name), "samples": 0,
                "bytes": 0, "begun_by": self.author.actor,
            }  # fmt: skip
            statement = insert(dataset_drafts).values(values).returning(dataset_drafts)
            draft = Draft.of(connection.execute(statement).one())
            after = {"draft": draft.number, "joins": joins, "kind": kind}
            self._tell(connection, draft, "dataset.draft_begun", None, after)
            return draft

    def get(self, number: int) -> Draft:
        """The draft of that number.

        Raises:
            NotFound: there is none, or it was deleted.
        """
        query = select(dataset_drafts).filter_by(number=number)
        with self.database.transaction() as connection:
            return _there(connection.execute(query).one_or_none(), number)

    def list(
        self, project: str, name: str | None = None, *, deleted: bool = False
    ) -> builtins.list[Draft]:
        """The newest first.

        Args:
            deleted: those that were deleted too.
        """
        query = select(dataset_drafts).filter_by(project=project)
        if name is not None:
            query = query.filter_by(name=name)
        if not deleted:
            query = query.where(dataset_drafts.c.deleted.is_(None))
        with self.database.transaction() as connection:
            rows = connection.execute(query.order_by(dataset_drafts.c.number.desc()))
            return [Draft.of(row) for row in rows]

    def bytes_of(self, project: str) -> int:
        """Bytes of all samples that were added in the project and are kept still."""
        query = select(func.coalesce(func.sum(dataset_drafts.c.bytes), 0))
        with self.database.transaction() as connection:
            return int(connection.execute(query.filter_by(project=project)).scalar_one())

    @contextmanager
    def filling(self, number: int) -> Iterator[Filling]:
        """The draft, whose numbers grow by what the body adds to them.

        Raises:
            NotFound: there is no such draft, or it was deleted.
        """
        with self.database.transaction() as connection:
            row = lock_row(connection, dataset_drafts, number=number)
            filling = Filling(_there(row, number))
            yield filling
            grown = {
                "samples": dataset_drafts.c.samples + filling.samples,
                "bytes": dataset_drafts.c.bytes + filling.bytes,
            }
            connection.execute(update(dataset_drafts).filter_by(number=number).values(grown))

    def claim(self, number: int, wait: timedelta) -> datetime | None:
        """When the caller is to let an import begin; None if one is waiting already."""
        now = func.clock_timestamp()
        due = dataset_drafts.c.due
        statement = (
            update(dataset_drafts)
            .filter_by(number=number)
            .where(or_(due.is_(None), due <= now))
            .values(due=now + wait)
            .returning(due)
        )
        with self.database.transaction() as connection:
            return connection.execute(statement).scalar_one_or_none()

    def release(self, number: int) -> None:
        """Take a claim back: the import could not be asked for."""
        with self.database.transaction() as connection:
            connection.execute(update(dataset_drafts).filter_by(number=number).values(due=None))

    def delete(self, number: int) -> None:
        """Hide a draft; deleting it again changes nothing."""
        there = update(dataset_drafts).filter_by(number=number)
        there = there.where(dataset_drafts.c.deleted.is_(None))
        values = {"deleted": func.now(), "deleted_by": self.author.actor}
        with self.database.transaction() as connection:
            row = connection.execute(there.values(values).returning(dataset_drafts)).one_or_none()
            if row is not None:
                draft = Draft.of(row)
                before = {"draft": number, "samples": draft.samples}
                self._tell(connection, draft, "dataset.draft_deleted", before, None)

    def emptied(self, number: int) -> None:
        """Note that the samples are not kept any more."""
        nothing = {"samples": 0, "bytes": 0}
        with self.database.transaction() as connection:
            connection.execute(update(dataset_drafts).filter_by(number=number).values(nothing))

    def _tell(
        self,
        connection: Connection,
        draft: Draft,
        verb: str,
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any] | None,
    ) -> None:
        subject = f"dataset:{draft.project}/{draft.name}"
        self.author.append(connection, draft.project, verb, subject, before, after)


def _there(row: Row[Any] | None, number: int) -> Draft:
    if row is None or row.deleted is not None:
        raise NotFound("ledger.no_draft", number=number)
    return Draft.of(row)


def _next_number() -> Any:
    """Of the numbers of versions, so that one that is named is the one or the other."""
    return func.nextval(func.pg_get_serial_sequence(dataset_versions.name, "id"))


def _last(connection: Connection, project: str, name: str) -> int:
    """The highest number that a version of the dataset has, deleted ones included."""
    query = select(func.coalesce(func.max(dataset_versions.c.version), 0))
    return int(connection.execute(query.filter_by(project=project, name=name)).scalar_one())
