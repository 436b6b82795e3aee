"""Runs of lifecycles: what was asked, what plan holds, how it ended."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    Connection,
    Index,
    Table,
    Text,
    case,
    func,
    literal,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from aileron.core.errors import Conflict, NotFound
from aileron.core.phrase import phrase
from aileron.core.ports import Reference
from aileron.ledger.database import (
    Json,
    ReferenceColumn,
    lock_row,
    metadata,
    moment,
)
from aileron.ledger.events import Author, Repository
from aileron.ledger.reasons import Reason, Reasoned, reason_columns


class RunState(StrEnum):
    """How far a run is."""

    PLANNED = "planned"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REJECTED = "rejected"
    STOPPED = "stopped"
    """Somebody wanted it to end."""

    @property
    def final(self) -> bool:
        return self not in (RunState.PLANNED, RunState.RUNNING)


STOPPING = "stopping"
"""The fact of a run that somebody wants to end: who does, and since when."""
OPEN = "state IN ('planned', 'running')"
"""The runs that are not over, in SQL."""

runs = Table(
    "runs",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("project", Text, nullable=False),
    Column("lifecycle", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("airflow_run_id", Text),
    Column("state", Text, nullable=False),
    Column("plan", ReferenceColumn),
    Column("reason", Text),
    Column("reason_message", Json),
    Column("failed_node", Text),
    Column("facts", Json, nullable=False, server_default=text("'{}'")),
    moment("started"),
    moment("ended", optional=True),
    Index(None, "project", "lifecycle", "started"),
    Index("runs_project_open_idx", "project", "started", postgresql_where=text(OPEN)),
)


class Run(Reasoned):
    """One run of a lifecycle."""

    run_id: str
    """``project/lifecycle/airflow_run_id``."""
    project: str
    lifecycle: str
    actor: str
    airflow_run_id: str | None
    state: RunState
    plan: Reference | None
    failed_node: str | None
    facts: dict[str, Any]
    """What it led to: mlflow_run_id, dataset_version, model_version, metrics, service_url."""
    started: datetime
    ended: datetime | None

    @property
    def stopping_by(self) -> str | None:
        """Who wants it to end, or wanted when it did; None: nobody."""
        asked = self.facts.get(STOPPING)
        return asked["by"] if asked else None

    @property
    def stopping_since(self) -> datetime | None:
        """When somebody wanted it to end."""
        asked = self.facts.get(STOPPING)
        return datetime.fromisoformat(asked["since"]) if asked else None


class Runs(Repository):
    """Runs by id."""

    def start(
        self,
        run_id: str,
        project: str,
        lifecycle: str,
        actor: str,
        airflow_run_id: str | None = None,
    ) -> Run:
        """Record that a run was asked for; asking again returns the run that is there."""
        row = {
            "run_id": run_id,
            "project": project,
            "lifecycle": lifecycle,
            "actor": actor,
            "airflow_run_id": airflow_run_id,
            "state": RunState.PLANNED,
        }
        with self.database.transaction() as connection:
            made = connection.execute(
                insert(runs).values(row).on_conflict_do_nothing().returning(runs)
            ).one_or_none()
            if made is None:
                return _find(connection, run_id)
            self.author.append(
                connection, project, "run.started", f"run:{run_id}", None, row, run_id
            )
            return Run.of(made)

    def set_plan(self, run_id: str, plan: Reference) -> Run:
        """Fix the run's plan. A plan that is already fixed stays: use the returned run's."""
        with self.database.transaction() as connection:
            run = _find_locked(connection, run_id)
            if run.plan is not None:
                return run
            return self._change(
                connection, run, "run.planned", {"plan": plan, "state": RunState.RUNNING}
            )

    def finish(
        self,
        run_id: str,
        state: RunState,
        reason: Reason | None = None,
        failed_node: str | None = None,
    ) -> Run:
        """Record how the run ended; one that failed because it was to end was stopped."""
        with self.database.transaction() as connection:
            run = _find_locked(connection, run_id)
            if state == RunState.FAILED and run.stopping_by is not None:
                state, failed_node = RunState.STOPPED, None
                reason = phrase("ledger.run_stopped", by=run.stopping_by)
            values = {
                "state": RunState(state),
                **reason_columns(reason),
                "failed_node": failed_node,
                "ended": func.clock_timestamp(),
            }
            return self._change(connection, run, f"run.{RunState(state)}", values)

    def ask_stop(self, run_id: str) -> Run:
        """Note that the run is to end, in whose name this ledger speaks; asking again is no harm.

        What executes it looks for that; see `Run.stopping_by`.

        Raises:
            Conflict: it is over.
        """
        with self.database.transaction() as connection:
            run = _find_locked(connection, run_id)
            if run.state.final:
                raise Conflict("ledger.run_over", run=run_id, state=run.state.value)
            if run.stopping_by is not None:
                return run
            asked = {"by": self.author.actor, "since": datetime.now(UTC).isoformat()}
            return self._change(
                connection, run, "run.stopping", {"facts": {**run.facts, STOPPING: asked}}
            )

    def update(self, run_id: str, **facts: Any) -> Run:
        """Add `facts` to the run, replacing those of the same name."""
        with self.database.transaction() as connection:
            run = _find_locked(connection, run_id)
            return self._change(connection, run, "run.updated", {"facts": run.facts | facts})

    def get(self, run_id: str) -> Run:
        """The run; `NotFound` if there is none."""
        with self.database.transaction() as connection:
            return _find(connection, run_id)

    def select(self, run_ids: Iterable[str]) -> dict[str, Run]:
        """Run id -> the run, of those that are there."""
        query = select(runs).where(runs.c.run_id.in_(builtins.list(run_ids)))
        with self.database.transaction() as connection:
            return {row.run_id: Run.of(row) for row in connection.execute(query)}

    def list(
        self, project: str, lifecycle: str | None = None, limit: int = 50
    ) -> builtins.list[Run]:
        """The newest runs, newest first."""
        query = select(runs).where(runs.c.project == project)
        if lifecycle is not None:
            query = query.where(runs.c.lifecycle == lifecycle)
        with self.database.transaction() as connection:
            rows = connection.execute(query.order_by(runs.c.started.desc()).limit(limit))
            return [Run.of(row) for row in rows]

    def open(self, project: str, limit: int = 100) -> builtins.list[Run]:
        """The newest runs that are not over, newest first."""
        # Written as it is in the index, which only then is used.
        query = select(runs).where(runs.c.project == project, text(OPEN))
        with self.database.transaction() as connection:
            rows = connection.execute(query.order_by(runs.c.started.desc()).limit(limit))
            return [Run.of(row) for row in rows]

    def latest(self, project: str) -> builtins.list[Run]:
        """The newest run of each lifecycle of the project."""
        names = _lifecycles_with_runs(project)
        newest = (
            select(runs)
            .where(runs.c.project == project, runs.c.lifecycle == names.c.lifecycle)
            .order_by(runs.c.started.desc())
            .limit(1)
            .lateral()
        )
        with self.database.transaction() as connection:
            rows = connection.execute(select(newest).select_from(names.join(newest, true())))
            return [Run.of(row) for row in rows]

    def _change(
        self, connection: Connection, run: Run, verb: str, values: Mapping[str, Any]
    ) -> Run:
        changed = Run.of(
            connection.execute(
                update(runs).where(runs.c.run_id == run.run_id).values(values).returning(runs)
            ).one()
        )
        shown = set(values) - {"ended"}
        self.author.append(
            connection,
            run.project,
            verb,
            f"run:{run.run_id}",
            run.model_dump(mode="json", include=shown),
            changed.model_dump(mode="json", include=shown),
            run.run_id,
        )
        return changed


def reopen(connection: Connection, author: Author, run_id: str) -> None:
    """A node begins, so the run runs, whatever it ended as before its tasks were cleared."""
    reopened = connection.execute(
        update(runs)
        .where(runs.c.run_id == run_id, runs.c.state != RunState.RUNNING)
        .values(
            state=RunState.RUNNING,
            failed_node=None,
            ended=None,
            facts=case(
                (runs.c.state.in_(_ENDED), runs.c.facts.op("-")(literal(STOPPING, Text))),
                else_=runs.c.facts,
            ),
            **reason_columns(None),
        )
        .returning(runs.c.project)
    ).scalar_one_or_none()
    if reopened is not None:
        after = {"state": RunState.RUNNING}
        author.append(connection, reopened, "run.running", f"run:{run_id}", None, after, run_id)


_ENDED = [state for state in RunState if state.final]


def _lifecycles_with_runs(project: str) -> CTE:
    """Their names, each found by one step in the index: reading all runs would take too long."""

    def first(after: ColumnElement[bool]) -> Any:
        found = select(func.min(runs.c.lifecycle)).where(runs.c.project == project, after)
        return found.scalar_subquery()

    names = select(first(true()).label("lifecycle")).cte("names", recursive=True)
    rest = select(first(runs.c.lifecycle > names.c.lifecycle)).where(names.c.lifecycle.is_not(None))
    return names.union_all(rest)


def _find(connection: Connection, run_id: str) -> Run:
    row = connection.execute(select(runs).where(runs.c.run_id == run_id)).one_or_none()
    if row is None:
        raise NotFound("ledger.no_run", run_id=run_id)
    return Run.of(row)


def _find_locked(connection: Connection, run_id: str) -> Run:
    row = lock_row(connection, runs, run_id=run_id)
    if row is None:
        raise NotFound("ledger.no_run", run_id=run_id)
    return Run.of(row)
