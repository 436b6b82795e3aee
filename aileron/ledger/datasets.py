"""Dataset versions: the rows behind the Git tags of the data repository.

A version that was deleted keeps its row until it is purged, so that it can be restored;
`get` still finds it, no other question does.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Identity,
    Index,
    Integer,
    Select,
    Table,
    Text,
    delete,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from aileron.core.errors import Conflict
from aileron.core.ports import Reference
from aileron.ledger.catalogue import enter
from aileron.ledger.database import Json, Record, ReferenceColumn, metadata, moment
from aileron.ledger.events import Repository

dataset_versions = Table(
    "dataset_versions",
    metadata,
    Column("project", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("tag", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("reference", ReferenceColumn, nullable=False),
    Column("commit", Text, nullable=False),
    Column("record", Json, nullable=False),
    moment("created"),
    Column("id", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("locked_by", Text),
    Column("lock_reason", Text),
    moment("locked", optional=True),
    Column("deleted_by", Text),
    moment("deleted", optional=True),
    Index(None, "project", "name", "digest"),
)


THERE: Final = dataset_versions.c.deleted.is_(None)
"""Of a query of versions: not those that were deleted."""


class DatasetVersion(Record):
    """One version of a dataset."""

    project: str
    name: str
    version: int
    tag: str
    digest: str
    """Of the rows and the schema, not of the files."""
    reference: Reference
    commit: str
    record: dict[str, Any]
    created: datetime
    id: int
    """A number for programs that want one, of all datasets' versions."""
    locked_by: str | None = None
    lock_reason: str | None = None
    locked: datetime | None = None
    """Since when it may not be deleted; None if it may."""
    deleted_by: str | None = None
    deleted: datetime | None = None
    """Since when it is hidden; it can be restored until it is purged."""


class Datasets(Repository):
    """Dataset versions by project, name and number."""

    def add(
        self,
        project: str,
        name: str,
        version: int,
        tag: str,
        digest: str,
        reference: Reference,
        commit: str,
        record: Mapping[str, Any] | None = None,
    ) -> DatasetVersion:
        """Record a version that its tag now shows; recording it again changes nothing.

        Raises:
            Conflict: that number has another content.
        """
        values = {
            "project": project,
            "name": name,
            "version": version,
            "tag": tag,
            "digest": digest,
            "reference": reference,
            "commit": commit,
            "record": dict(record or {}),
        }
        statement = insert(dataset_versions).values(values).on_conflict_do_nothing()
        with self.database.transaction() as connection:
            row = connection.execute(statement.returning(dataset_versions)).one_or_none()
            if row is None:
                there = connection.execute(_versions(project, name, version)).one()
                if there.digest != digest:
                    raise Conflict("ledger.dataset_version_taken", tag=tag)
                return DatasetVersion.of(there)
            enter(connection, project, name, self.author.actor)
            after = {"version": version, "digest": digest, "commit": commit}
            subject = f"dataset:{project}/{name}"
            self.author.append(connection, project, "dataset.versioned", subject, None, after)
            return DatasetVersion.of(row)

    def remove(self, project: str, name: str, version: int) -> None:
        """Forget a version whose tag was taken back; removing it again changes nothing."""
        mine = {"project": project, "name": name, "version": version}
        statement = delete(dataset_versions).filter_by(**mine).returning(dataset_versions)
        with self.database.transaction() as connection:
            row = connection.execute(statement).one_or_none()
            if row is not None:
                before = {"version": version, "digest": row.digest, "commit": row.commit}
                subject = f"dataset:{project}/{name}"
                verb = "dataset.taken_back"
                self.author.append(connection, project, verb, subject, before, None)

    def get(self, project: str, name: str, version: int) -> DatasetVersion | None:
        """That version, deleted or not; None if there is none."""
        return self._first(_versions(project, name, version))

    def by_id(self, version_id: int) -> DatasetVersion | None:
        """The version of that id, deleted or not; None if there is none."""
        return self._first(select(dataset_versions).filter_by(id=version_id))

    def latest(self, project: str, name: str) -> DatasetVersion | None:
        """The version with the highest number, None if there is none."""
        return self._first(_versions(project, name).where(THERE))

    def by_digest(self, project: str, name: str, digest: str) -> DatasetVersion | None:
        """The latest version with that content, None if there is none."""
        return self._first(_versions(project, name).where(THERE).filter_by(digest=digest))

    def list(
        self,
        project: str,
        name: str | None = None,
        limit: int = 1000,
        *,
        deleted: bool = False,
    ) -> builtins.list[DatasetVersion]:
        """Versions, highest number first; by dataset name if none is given.

        Args:
            deleted: those that were deleted too.
        """
        query = select(dataset_versions).filter_by(project=project)
        if not deleted:
            query = query.where(THERE)
        if name is not None:
            query = query.filter_by(name=name)
        query = query.order_by(dataset_versions.c.name, dataset_versions.c.version.desc())
        with self.database.transaction() as connection:
            return [DatasetVersion.of(row) for row in connection.execute(query.limit(limit))]

    def newest(self, project: str) -> builtins.list[DatasetVersion]:
        """The newest version of each dataset of the project, by name."""
        query = (
            select(dataset_versions)
            .distinct(dataset_versions.c.name)
            .filter_by(project=project)
            .where(THERE)
            .order_by(dataset_versions.c.name, dataset_versions.c.version.desc())
        )
        with self.database.transaction() as connection:
            return [DatasetVersion.of(row) for row in connection.execute(query)]

    def counts(self, project: str) -> dict[str, int]:
        """Dataset -> how many versions it has."""
        query = (
            select(dataset_versions.c.name, func.count().label("versions"))
            .filter_by(project=project)
            .where(THERE)
        )
        with self.database.transaction() as connection:
            rows = connection.execute(query.group_by(dataset_versions.c.name))
            return {row.name: row.versions for row in rows}

    def _first(self, query: Select[Any]) -> DatasetVersion | None:
        with self.database.transaction() as connection:
            row = connection.execute(query.limit(1)).one_or_none()
            return DatasetVersion.of(row) if row else None


def _versions(project: str, name: str, version: int | None = None) -> Select[Any]:
    query = select(dataset_versions).filter_by(project=project, name=name)
    if version is not None:
        query = query.filter_by(version=version)
    return query.order_by(dataset_versions.c.version.desc())
