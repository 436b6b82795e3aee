"""Effects by idempotency key: what was begun, what was done, what was taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Index, Integer, Table, Text, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from aileron.core.errors import NotFound
from aileron.ledger.database import Json, Record, lock_row, metadata, moment
from aileron.ledger.events import Repository
from aileron.ledger.leases import Lease, Leases


class EffectState(StrEnum):
    """What is known of an effect. One that is `begun` may or may not have happened."""

    BEGUN = "begun"
    DONE = "done"
    UNDONE = "undone"


effects = Table(
    "effects",
    metadata,
    Column("key", Text, primary_key=True),
    Column("project", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("record", Json),
    moment("begun"),
    moment("ended", optional=True),
    Index(
        "effects_tag_idx",
        text("(record ->> 'tag')"),
        postgresql_where=text("step = 'data.version'"),
    ),
)


class EffectRow(Record):
    """One effect on the outside world."""

    key: str
    project: str
    step: str
    subject: str
    state: EffectState
    attempts: int
    record: dict[str, Any] | None
    begun: datetime
    ended: datetime | None


class Effects(Repository):
    """Effects by key. The key covers the project, so it stands alone."""

    def get(self, key: str) -> EffectRow | None:
        """What is known of the effect, None if it was never begun."""
        with self.database.transaction() as connection:
            row = connection.execute(select(effects).filter_by(key=key)).one_or_none()
            return EffectRow.of(row) if row else None

    def begin(
        self, key: str, step: str, project: str, subject: str, lease: Lease | None = None
    ) -> EffectRow:
        """Record the intention, before the world is touched. Counts the attempts."""
        values = {"step": step, "project": project, "subject": subject, "state": EffectState.BEGUN}
        statement = insert(effects).values(key=key, attempts=1, **values)
        begun = statement.on_conflict_do_update(
            index_elements=["key"],
            set_={
                **values,
                "attempts": effects.c.attempts + 1,
                "record": None,
                "begun": func.clock_timestamp(),
                "ended": None,
            },
        )
        with self.database.transaction() as connection:
            if lease is not None:
                Leases.check(lease, connection)
            row = EffectRow.of(connection.execute(begun.returning(effects)).one())
            after = {"step": step, "key": key, "attempts": row.attempts}
            self.author.append(connection, project, "effect.begun", subject, None, after)
            return row

    def done(self, key: str, record: Mapping[str, Any], lease: Lease | None = None) -> EffectRow:
        """Record that the world shows the effect.

        Raises:
            Conflict: `lease` is given and no longer the caller's.
        """
        return self._end(key, EffectState.DONE, dict(record), lease)

    def undone(self, key: str, lease: Lease | None = None) -> EffectRow:
        """Record that the effect was taken back; what it had done stays on record."""
        return self._end(key, EffectState.UNDONE, None, lease)

    def _end(
        self, key: str, state: EffectState, record: dict[str, Any] | None, lease: Lease | None
    ) -> EffectRow:
        values: dict[str, Any] = {"state": state, "ended": func.clock_timestamp()}
        if record is not None:
            values["record"] = record
        with self.database.transaction() as connection:
            if lease is not None:
                Leases.check(lease, connection)
            old = lock_row(connection, effects, key=key)
            if old is None:
                raise NotFound("ledger.no_effect", key=key)
            statement = update(effects).filter_by(key=key).values(values).returning(effects)
            row = EffectRow.of(connection.execute(statement).one())
            self.author.append(
                connection,
                row.project,
                f"effect.{state}",
                row.subject,
                {"state": old.state, "record": old.record},
                {"step": row.step, "key": key, "state": state, "record": row.record},
            )
            return row
