"""Champions: which version of a model serves. This is the truth; aliases and routes follow it.

The table only grows: each release or rollback appends a row whose fence is one higher, and
the champion is the row with the highest fence. Compare-and-set is an insertion of the next
fence: the primary key lets exactly one through.
"""

from __future__ import annotations

import builtins
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Integer, Select, Table, Text, select
from sqlalchemy.dialects.postgresql import insert

from aileron.core.errors import Conflict
from aileron.core.ports import Reference
from aileron.ledger.changes import notify
from aileron.ledger.database import Json, Record, ReferenceColumn, metadata, moment
from aileron.ledger.events import Repository
from aileron.ledger.services import Service

champions = Table(
    "champions",
    metadata,
    Column("project", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("fence", BigInteger, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("model_reference", ReferenceColumn, nullable=False),
    Column("package_reference", ReferenceColumn, nullable=False),
    Column("verdict_reference", ReferenceColumn),
    Column("service", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("basis", Json),
    Column("run_id", Text),
    Column("actor", Text, nullable=False),
    moment("since"),
)


class Basis(Record):
    """The champion that a gate compared with."""

    version: int
    fence: int


class Champion(Record):
    """A version of a model that serves, or served."""

    project: str
    model: str
    fence: int
    version: int
    model_reference: Reference
    package_reference: Reference
    verdict_reference: Reference | None
    service: str
    revision: int
    basis: Basis | None
    """What it was compared with when it was admitted; None for the first."""
    run_id: str | None
    actor: str
    since: datetime

    def is_of(self, service: Service) -> bool:
        """Whether it serves there, and not at one that had this name and was deleted."""
        mine = (self.project, self.service, self.model)
        there = (service.project, service.name, service.model)
        return mine == there and self.since >= service.created


class Champions(Repository):
    """Champions by project and model."""

    def get(self, project: str, model: str) -> Champion | None:
        """The champion, None if no version was ever released."""
        with self.database.transaction() as connection:
            return _first(connection, _rows(project, model))

    def at_fence(self, project: str, model: str, fence: int) -> Champion | None:
        """The champion of that fence, now or then."""
        with self.database.transaction() as connection:
            return _first(connection, _rows(project, model).filter_by(fence=fence))

    def previous(self, project: str, model: str) -> Champion | None:
        """The last champion of another version than the present one's: where to roll back to."""
        with self.database.transaction() as connection:
            now = _first(connection, _rows(project, model))
            if now is None:
                return None
            others = _rows(project, model).where(champions.c.version != now.version)
            return _first(connection, others)

    def list(self, project: str) -> builtins.list[Champion]:
        """The champion of each model of the project, by model name."""
        query = (
            select(champions)
            .distinct(champions.c.model)
            .filter_by(project=project)
            .order_by(champions.c.model, champions.c.fence.desc())
        )
        with self.database.transaction() as connection:
            return [Champion.of(row) for row in connection.execute(query)]

    def history(self, project: str, model: str, limit: int = 100) -> builtins.list[Champion]:
        """All champions of the model, the present one first."""
        with self.database.transaction() as connection:
            rows = connection.execute(_rows(project, model).limit(limit))
            return [Champion.of(row) for row in rows]

    def compare_and_set(
        self,
        project: str,
        model: str,
        expected_fence: int | None,
        *,
        version: int,
        model_reference: Reference,
        package_reference: Reference,
        service: str,
        revision: int,
        verdict_reference: Reference | None = None,
        basis: Basis | None = None,
        run_id: str | None = None,
        actor: str | None = None,
    ) -> Champion:
        """Make `version` the champion if the champion's fence is still `expected_fence`.

        Args:
            expected_fence: None if there must be no champion yet.

        Raises:
            Conflict: another became champion first; says which version, by whom.
        """
        values = {
            "project": project,
            "model": model,
            "fence": (expected_fence or 0) + 1,
            "version": version,
            "model_reference": model_reference,
            "package_reference": package_reference,
            "verdict_reference": verdict_reference,
            "service": service,
            "revision": revision,
            "basis": basis.model_dump() if basis else None,
            "run_id": run_id,
            "actor": actor or self.author.actor,
        }
        with self.database.transaction() as connection:
            before = _first(connection, _rows(project, model))
            if (before.fence if before else None) != expected_fence:
                raise _moved(before, project, model, expected_fence)
            statement = insert(champions).values(values).on_conflict_do_nothing()
            row = connection.execute(statement.returning(champions)).one_or_none()
            if row is None:
                winner = _first(connection, _rows(project, model))
                raise _moved(winner, project, model, expected_fence)
            return self._tell(connection, before, Champion.of(row))

    def _tell(self, connection: Connection, before: Champion | None, now: Champion) -> Champion:
        shown = {"version", "fence", "service", "revision"}
        self.author.append(
            connection,
            now.project,
            "champion.set",
            f"champion:{now.project}/{now.model}",
            before.model_dump(include=shown) if before else None,
            now.model_dump(include=shown),
            now.run_id,
        )
        notify(connection, "champions", now.project, now.model)
        return now


def _rows(project: str, model: str) -> Select[Any]:
    query = select(champions).filter_by(project=project, model=model)
    return query.order_by(champions.c.fence.desc())


def _first(connection: Connection, query: Select[Any]) -> Champion | None:
    row = connection.execute(query.limit(1)).one_or_none()
    return Champion.of(row) if row else None


def _moved(
    winner: Champion | None, project: str, model: str, expected_fence: int | None
) -> Conflict:
    if winner is None:
        return Conflict(
            "ledger.no_champion", model=f"{project}/{model}", expected=expected_fence or 0
        )
    return Conflict(
        "ledger.champion_moved",
        model=f"{project}/{model}",
        expected=expected_fence or 0,
        winner=winner.run_id or winner.actor,
        version=winner.version,
        fence=winner.fence,
    )
