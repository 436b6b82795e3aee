"""What is true of a dataset as a whole: its owner, who may see it, its tags, its shares.

A row is made with the first version, or with the first thing that is said of a dataset that
is only defined. A grant lets somebody read or write a dataset where it is; nothing is copied.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Identity,
    Table,
    Text,
    delete,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from aileron.ledger.database import Json, Record, lock_row, metadata, moment
from aileron.ledger.events import Repository


class Visibility(StrEnum):
    """Who may see a dataset besides those to whom it was granted."""

    PRIVATE = "private"
    PROJECT = "project"
    PUBLIC = "public"
    PRESET = "preset"


class Right(StrEnum):
    """What a grant allows."""

    READ = "read"
    WRITE = "write"


class GranteeKind(StrEnum):
    """To whom a grant may be given."""

    ACTOR = "actor"
    PROJECT = "project"


datasets = Table(
    "datasets",
    metadata,
    Column("project", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("id", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("owner", Text),
    Column("visibility", Text, nullable=False),
    Column("online", Boolean, nullable=False),
    Column("tags", Json, nullable=False),
    Column("deleted_by", Text),
    moment("deleted", optional=True),
    moment("created"),
)

dataset_grants = Table(
    "dataset_grants",
    metadata,
    Column("project", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("grantee", Text, primary_key=True),
    Column("right", Text, nullable=False),
    Column("granted_by", Text, nullable=False),
    moment("since"),
)

dataset_favourites = Table(
    "dataset_favourites",
    metadata,
    Column("project", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("actor", Text, primary_key=True),
    moment("since"),
)


class DatasetEntry(Record):
    """A dataset as the catalogue has it."""

    project: str
    name: str
    id: int | None = None
    """A number for programs that want one; None before there is a row."""
    owner: str | None = None
    """Who made the first version; None before there is one."""
    visibility: Visibility = Visibility.PROJECT
    online: bool = True
    """Whether runs and other projects may use it."""
    tags: tuple[str, ...] = ()
    deleted_by: str | None = None
    deleted: datetime | None = None

    @property
    def closed(self) -> bool:
        """Whether not everybody of the project may read and change it."""
        return self.visibility in (Visibility.PRIVATE, Visibility.PRESET)


class Grant(Record):
    """One share of a dataset."""

    project: str
    name: str
    kind: GranteeKind
    grantee: str
    right: Right
    granted_by: str
    since: datetime


class Catalogue(Repository):
    """Datasets by project and name."""

    def get(self, project: str, name: str) -> DatasetEntry:
        """What is true of the dataset; the defaults if nothing was said of it yet."""
        query = select(datasets).filter_by(project=project, name=name)
        with self.database.transaction() as connection:
            row = connection.execute(query).one_or_none()
        return DatasetEntry.of(row) if row else DatasetEntry(project=project, name=name)

    def list(self, project: str) -> builtins.list[DatasetEntry]:
        """The project's datasets of which there is a row, by name."""
        query = select(datasets).filter_by(project=project).order_by(datasets.c.name)
        with self.database.transaction() as connection:
            return [DatasetEntry.of(row) for row in connection.execute(query)]

    def elsewhere(self, project: str, actor: str) -> builtins.list[DatasetEntry]:
        """Other projects' datasets that are for everybody, or were granted to one of these."""
        granted = (
            select(dataset_grants.c.name)
            .where(
                dataset_grants.c.project == datasets.c.project,
                dataset_grants.c.name == datasets.c.name,
                _given_to(project, actor),
            )
            .exists()
        )
        everybodys = datasets.c.visibility.in_([Visibility.PUBLIC, Visibility.PRESET])
        query = (
            select(datasets)
            .where(datasets.c.project != project, or_(everybodys, granted))
            .where(datasets.c.deleted.is_(None), datasets.c.online)
            .order_by(datasets.c.project, datasets.c.name)
        )
        with self.database.transaction() as connection:
            return [DatasetEntry.of(row) for row in connection.execute(query)]

    def change(self, project: str, name: str, **values: Any) -> DatasetEntry:
        """Set `visibility`, `online` or `tags`; setting what is set already changes nothing."""
        with self.database.transaction() as connection:
            old = self._locked(connection, project, name)
            known = old.model_dump(mode="json", include=set(values))
            new = {key: value for key, value in values.items() if value != known[key]}
            if not new:
                return old
            row = connection.execute(
                update(datasets)
                .filter_by(project=project, name=name)
                .values(new)
                .returning(datasets)
            ).one()
            before = {key: known[key] for key in new}
            self._tell(connection, "dataset.changed", old, before, new)
            return DatasetEntry.of(row)

    def favour(self, project: str, name: str, *, favourite: bool) -> None:
        """Put the dataset on the author's own list, or take it off."""
        mine = {"project": project, "name": name, "actor": self.author.actor}
        put = insert(dataset_favourites).values(mine).on_conflict_do_nothing()
        take = delete(dataset_favourites).filter_by(**mine)
        with self.database.transaction() as connection:
            if connection.execute(put if favourite else take).rowcount:
                subject = DatasetEntry(project=project, name=name)
                verb = "dataset.favoured" if favourite else "dataset.unfavoured"
                self._tell(connection, verb, subject, None, None)

    def favourites(self, actor: str) -> set[tuple[str, str]]:
        """(project, name) of the datasets on the list of `actor`."""
        query = select(dataset_favourites.c.project, dataset_favourites.c.name)
        with self.database.transaction() as connection:
            rows = connection.execute(query.filter_by(actor=actor))
            return {(row.project, row.name) for row in rows}

    def grant(
        self, project: str, name: str, kind: GranteeKind, grantee: str, right: Right
    ) -> Grant:
        """Let `grantee` read or write the dataset; granting again sets the right anew."""
        values = {
            "project": project, "name": name, "kind": kind.value, "grantee": grantee,
            "right": right.value, "granted_by": self.author.actor,
        }  # fmt: skip
        with self.database.transaction() as connection:
            entry = self._locked(connection, project, name)
            key = {field: values[field] for field in ("project", "name", "kind", "grantee")}
            old = lock_row(connection, dataset_grants, **key)
            if old is not None and old.right == right:
                return Grant.of(old)
            statement = insert(dataset_grants).values(values)
            given = {"right": right.value, "granted_by": self.author.actor}
            statement = statement.on_conflict_do_update(index_elements=list(key), set_=given)
            row = connection.execute(statement.returning(dataset_grants)).one()
            before = {"grantee": grantee, "right": old.right} if old else None
            after = {"kind": kind.value, "grantee": grantee, "right": right.value}
            self._tell(connection, "dataset.shared", entry, before, after)
            return Grant.of(row)

    def revoke(self, project: str, name: str, kind: GranteeKind, grantee: str) -> None:
        """Take a grant back; taking it back again changes nothing."""
        key = {"project": project, "name": name, "kind": kind.value, "grantee": grantee}
        statement = delete(dataset_grants).filter_by(**key).returning(dataset_grants)
        with self.database.transaction() as connection:
            row = connection.execute(statement).one_or_none()
            if row is not None:
                entry = DatasetEntry(project=project, name=name)
                before = {"kind": kind.value, "grantee": grantee, "right": row.right}
                self._tell(connection, "dataset.unshared", entry, before, None)

    def grants(self, project: str, name: str) -> builtins.list[Grant]:
        """The dataset's shares, by kind and name."""
        query = select(dataset_grants).filter_by(project=project, name=name)
        order = dataset_grants.c.kind, dataset_grants.c.grantee
        with self.database.transaction() as connection:
            return [Grant.of(row) for row in connection.execute(query.order_by(*order))]

    def rights(self, project: str | None, actor: str) -> dict[tuple[str, str], Right]:
        """(project, name) -> the most that grants allow `actor`, who is of `project`."""
        shown = dataset_grants.c.project, dataset_grants.c.name, dataset_grants.c.right
        query = select(*shown).where(_given_to(project, actor))
        found: dict[tuple[str, str], Right] = {}
        with self.database.transaction() as connection:
            for row in connection.execute(query):
                key = (row.project, row.name)
                if found.get(key) is not Right.WRITE:
                    found[key] = Right(row.right)
        return found

    def _locked(self, connection: Connection, project: str, name: str) -> DatasetEntry:
        enter(connection, project, name, None)
        row = lock_row(connection, datasets, project=project, name=name)
        if row is None:  # it was purged between the two statements
            return DatasetEntry(project=project, name=name)
        return DatasetEntry.of(row)

    def _tell(
        self,
        connection: Connection,
        verb: str,
        entry: DatasetEntry,
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any] | None,
    ) -> None:
        subject = f"dataset:{entry.project}/{entry.name}"
        self.author.append(connection, entry.project, verb, subject, before, after)


def enter(connection: Connection, project: str, name: str, owner: str | None) -> None:
    """Make the dataset's row; with an owner it is there from now on, and his if nobody's yet."""
    values: dict[str, Any] = {
        "project": project, "name": name, "owner": owner, "online": True, "tags": [],
        "visibility": Visibility.PROJECT.value,
    }  # fmt: skip
    connection.execute(insert(datasets).values(values).on_conflict_do_nothing())
    if owner is None:
        return
    mine = update(datasets).filter_by(project=project, name=name)
    connection.execute(mine.where(datasets.c.owner.is_(None)).values(owner=owner))
    gone = mine.where(datasets.c.deleted.is_not(None))
    connection.execute(gone.values(deleted=None, deleted_by=None))


def _given_to(project: str | None, actor: str) -> Any:
    kind, grantee = dataset_grants.c.kind, dataset_grants.c.grantee
    to_actor = (kind == GranteeKind.ACTOR) & (grantee == actor)
    to_project = (kind == GranteeKind.PROJECT) & (grantee == (project or ""))
    return or_(to_actor, to_project)
