"""Locking, deleting and restoring dataset versions.

Deletion is soft: the row stays, hidden, and can be brought back until it is purged. What a
champion, a live service, a running run or a lock refers to is not deleted; what any model
was made from is not purged.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Row,
    String,
    cast,
    delete,
    func,
    not_,
    select,
    tuple_,
    type_coerce,
    update,
)

from aileron.core.errors import Conflict, NotFound, Refused
from aileron.core.phrase import Phrase, phrase
from aileron.core.ports import Reference
from aileron.ledger.catalogue import dataset_favourites, dataset_grants, datasets
from aileron.ledger.database import Json, lock_row
from aileron.ledger.datasets import THERE, DatasetVersion, dataset_versions
from aileron.ledger.drafts import dataset_drafts
from aileron.ledger.events import Repository
from aileron.ledger.lineage import dataset_uses, uses
from aileron.ledger.nodes import nodes
from aileron.ledger.runs import runs

_NOW: Final = func.now()
"""The transaction's time: what is deleted together has the same."""
KEPT: Final = timedelta(days=30)
"""How long a deleted version can be restored for certain."""
_NOT_LOCKED: Final = {"locked_by": None, "lock_reason": None, "locked": None}
_NOT_DELETED: Final = {"deleted_by": None, "deleted": None}


@dataclass(frozen=True)
class Expired:
    """A deleted version whose time is over."""

    version: DatasetVersion
    kept_by: tuple[Phrase, ...]
    """What refers to it still; it is purged when nothing does."""


class Deletion(Repository):
    """What may be deleted, what is, and bringing it back."""

    def lock(self, project: str, name: str, version: int, reason: str) -> DatasetVersion:
        """Keep the version from being deleted; locking one's own lock again sets the reason.

        Raises:
            Conflict: another has locked it.
        """
        with self.database.transaction() as connection:
            old = _there(connection, project, name, version)
            actor = self.author.actor
            if old.locked_by not in (None, actor):
                raise Conflict("ledger.dataset_locked", **_lock_of(old))
            values = {"locked_by": actor, "lock_reason": reason, "locked": old.locked or _NOW}
            after = {"version": version, "by": actor, "reason": reason}
            return self._change(connection, old, "dataset.locked", values, None, after)

    def unlock(self, project: str, name: str, version: int, *, anybodys: bool) -> DatasetVersion:
        """Take the lock off; of one that is not locked nothing changes.

        Args:
            anybodys: also a lock that another has put on.

        Raises:
            Refused: another has locked it.
        """
        with self.database.transaction() as connection:
            old = _there(connection, project, name, version)
            if old.locked_by is None:
                return DatasetVersion.of(old)
            if old.locked_by != self.author.actor and not anybodys:
                raise Refused("ledger.not_your_lock", **_lock_of(old))
            before = {"version": version, "by": old.locked_by, "reason": old.lock_reason}
            return self._change(connection, old, "dataset.unlocked", _NOT_LOCKED, before, None)

    def delete(self, project: str, name: str, version: int) -> DatasetVersion:
        """Hide the version; deleting it again changes nothing.

        Raises:
            Conflict: it is in use or locked; says by what.
        """
        with self.database.transaction() as connection:
            old = _row(connection, project, name, version)
            if old.deleted is not None:
                return DatasetVersion.of(old)
            _refuse_held(connection, [old])
            return self._delete(connection, old)

    def delete_all(self, project: str, name: str) -> builtins.list[DatasetVersion]:
        """Hide the dataset with all its versions, or nothing.

        Raises:
            Conflict: a version is in use or locked; says which, and by what.
        """
        with self.database.transaction() as connection:
            old = lock_row(connection, datasets, project=project, name=name)
            query = select(dataset_versions).filter_by(project=project, name=name).where(THERE)
            rows = connection.execute(query.order_by("version").with_for_update()).all()
            _refuse_held(connection, rows)
            gone = [self._delete(connection, row) for row in rows]
            if old is not None and old.deleted is None:
                values = {"deleted": _NOW, "deleted_by": self.author.actor}
                mine = update(datasets).filter_by(project=project, name=name)
                connection.execute(mine.values(values))
                self._tell(connection, project, name, "dataset.deleted", None, None)
            return gone

    def restore(self, project: str, name: str, version: int) -> DatasetVersion:
        """Bring the version back; of one that is there nothing changes."""
        with self.database.transaction() as connection:
            lock_row(connection, datasets, project=project, name=name)
            old = _row(connection, project, name, version)
            if old.deleted is None:
                return DatasetVersion.of(old)
            self._dataset_is_back(connection, project, name)
            return self._restore(connection, old)

    def restore_all(self, project: str, name: str) -> builtins.list[DatasetVersion]:
        """Bring the dataset back, with the versions that were deleted together with it."""
        with self.database.transaction() as connection:
            dataset = lock_row(connection, datasets, project=project, name=name)
            if dataset is None or dataset.deleted is None:
                return []
            query = select(dataset_versions).filter_by(project=project, name=name)
            together = query.where(dataset_versions.c.deleted == dataset.deleted)
            rows = connection.execute(together.order_by("version").with_for_update()).all()
            self._dataset_is_back(connection, project, name)
            return [self._restore(connection, row) for row in rows]

    def expired(self, project: str, name: str | None = None) -> builtins.list[Expired]:
        """Versions that were deleted long enough ago, each with what keeps it all the same."""
        old = dataset_versions.c.deleted <= func.clock_timestamp() - KEPT
        query = select(dataset_versions).filter_by(project=project).where(old)
        if name is not None:
            query = query.filter_by(name=name)
        order = dataset_versions.c.name, dataset_versions.c.version
        with self.database.transaction() as connection:
            rows = connection.execute(query.order_by(*order)).all()
            return [
                Expired(version=DatasetVersion.of(row), kept_by=tuple(_keeping(connection, row)))
                for row in rows
            ]

    def unneeded(self, versions: Iterable[DatasetVersion]) -> builtins.list[Reference]:
        """The artifacts that were those versions' alone, so that the store need not keep them.

        What has the same content keeps an artifact: another version, deleted or not, of any
        project; and what a run made that is not over, or was over less than 30 days ago.
        """
        going = {one.reference.digest: one.reference for one in versions}
        mine = [(one.project, one.name, one.version) for one in versions]
        digest = type_coerce(dataset_versions.c.reference, Json)["digest"].astext
        key = tuple_(*(dataset_versions.c[name] for name in ("project", "name", "version")))
        others = select(digest).where(digest.in_(list(going)), key.not_in(mine))
        with self.database.transaction() as connection:
            needed = set(connection.scalars(others))
            needed |= {one for one in going if _made_lately(connection, one)}
        return [reference for one, reference in going.items() if one not in needed]

    def purge(self, project: str, name: str, version: int) -> bool:
        """Forget a version that has expired; whether it was there and nothing keeps it."""
        with self.database.transaction() as connection:
            lock_row(connection, datasets, project=project, name=name)
            key = {"project": project, "name": name, "version": version}
            old = lock_row(connection, dataset_versions, **key)
            now = connection.execute(select(func.clock_timestamp())).scalar_one()
            if old is None or old.deleted is None or old.deleted > now - KEPT:
                return False
            if _keeping(connection, old):
                return False
            connection.execute(delete(dataset_versions).filter_by(**key))
            connection.execute(delete(dataset_uses).filter_by(**key))
            before = {"version": version, "digest": old.digest, "commit": old.commit}
            self._tell(connection, project, name, "dataset.purged", before, None)
            self._forget_empty(connection, project, name)
            return True

    def _forget_empty(self, connection: Connection, project: str, name: str) -> None:
        """The dataset's own rows go with its last version, if it was deleted as a whole."""
        mine = {"project": project, "name": name}
        if connection.execute(select(dataset_versions.c.version).filter_by(**mine)).first():
            return
        empty = delete(datasets).filter_by(**mine).where(datasets.c.deleted.is_not(None))
        if connection.execute(empty).rowcount:
            for table in (dataset_grants, dataset_favourites):
                connection.execute(delete(table).filter_by(**mine))
            left = update(dataset_drafts).filter_by(**mine)
            values = {"deleted": _NOW, "deleted_by": self.author.actor}
            connection.execute(left.where(dataset_drafts.c.deleted.is_(None)).values(values))

    def _delete(self, connection: Connection, old: Row[Any]) -> DatasetVersion:
        values = {"deleted": _NOW, "deleted_by": self.author.actor}
        before = {"version": old.version, "digest": old.digest}
        return self._change(connection, old, "dataset.version_deleted", values, before, None)

    def _restore(self, connection: Connection, old: Row[Any]) -> DatasetVersion:
        after = {"version": old.version, "digest": old.digest}
        return self._change(connection, old, "dataset.version_restored", _NOT_DELETED, None, after)

    def _dataset_is_back(self, connection: Connection, project: str, name: str) -> None:
        mine = update(datasets).filter_by(project=project, name=name)
        gone = mine.where(datasets.c.deleted.is_not(None))
        if connection.execute(gone.values(_NOT_DELETED)).rowcount:
            self._tell(connection, project, name, "dataset.restored", None, None)

    def _change(
        self,
        connection: Connection,
        old: Row[Any],
        verb: str,
        values: dict[str, Any],
        before: dict[str, Any] | None,
        after: dict[str, Any] | None,
    ) -> DatasetVersion:
        key = {"project": old.project, "name": old.name, "version": old.version}
        statement = update(dataset_versions).filter_by(**key).values(values)
        row = connection.execute(statement.returning(dataset_versions)).one()
        self._tell(connection, old.project, old.name, verb, before, after)
        return DatasetVersion.of(row)

    def _tell(
        self,
        connection: Connection,
        project: str,
        name: str,
        verb: str,
        before: dict[str, Any] | None,
        after: dict[str, Any] | None,
    ) -> None:
        subject = f"dataset:{project}/{name}"
        self.author.append(connection, project, verb, subject, before, after)


def _row(connection: Connection, project: str, name: str, version: int) -> Row[Any]:
    row = lock_row(connection, dataset_versions, project=project, name=name, version=version)
    if row is None:
        raise NotFound("ledger.no_dataset_version", name=f"{project}/{name}", version=version)
    return row


def _there(connection: Connection, project: str, name: str, version: int) -> Row[Any]:
    row = _row(connection, project, name, version)
    if row.deleted is not None:
        raise NotFound("ledger.dataset_version_deleted", tag=row.tag, by=row.deleted_by)
    return row


def _refuse_held(connection: Connection, rows: Iterable[Row[Any]]) -> None:
    holding = {row.tag: _holding(connection, row) for row in rows}
    for tag, found in holding.items():
        if found:
            held = [one.to_dict() for one in found]
            raise Conflict("ledger.dataset_in_use", tag=tag, held=held)


def _holding(connection: Connection, row: Row[Any]) -> builtins.list[Phrase]:
    locked = [phrase("ledger.held_by_lock", **_lock_of(row))] if row.locked_by else []
    return locked + uses(connection, row.project, row.name, row.version).holding


def _keeping(connection: Connection, row: Row[Any]) -> builtins.list[Phrase]:
    """What keeps the bytes of a deleted version: work on it, and models made from it."""
    found = uses(connection, row.project, row.name, row.version)
    return found.holding + [
        phrase("ledger.held_by_model", model=f"{m.project}/{m.name}", version=m.version)
        for m in found.models
        if not m.champion
    ]


def _made_lately(connection: Connection, digest: str) -> bool:
    """Whether a run that is open, or was lately, has such an output."""
    over = runs.c.ended.is_not(None) & (runs.c.ended <= func.clock_timestamp() - KEPT)
    said = cast(type_coerce(nodes.c.outputs, Json), String).contains(digest, autoescape=True)
    query = select(nodes.c.node).join(runs, runs.c.run_id == nodes.c.run_id)
    return connection.execute(query.where(not_(over), said).limit(1)).first() is not None


def _lock_of(row: Row[Any]) -> dict[str, Any]:
    return {"tag": row.tag, "by": row.locked_by, "reason": row.lock_reason or "-"}
