"""The nodes of a run: one row each, of its latest attempt; earlier ones are in the events."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from aileron.core.errors import Conflict, NotFound
from aileron.core.ports import Reference
from aileron.ledger.database import (
    Json,
    OutputsColumn,
    lock_row,
    metadata,
    moment,
)
from aileron.ledger.events import Repository
from aileron.ledger.reasons import Reason, Reasoned, reason_columns
from aileron.ledger.runs import reopen, runs


class NodeState(StrEnum):
    """How far a node is."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    REUSED = "reused"
    FAILED = "failed"
    SKIPPED = "skipped"
    REJECTED = "rejected"


nodes = Table(
    "nodes",
    metadata,
    Column("run_id", Text, ForeignKey("runs.run_id"), primary_key=True),
    Column("node", Text, primary_key=True),
    Column("step", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("outputs", OutputsColumn, nullable=False),
    Column("reason", Text),
    Column("reason_message", Json),
    Column("seconds", Double),
    Column("log", Text),
    moment("started"),
    moment("ended", optional=True),
    Index(None, "key"),
)


class NodeRow(Reasoned):
    """One node of one run."""

    run_id: str
    node: str
    step: str
    key: str
    state: NodeState
    attempt: int
    outputs: dict[str, Reference]
    """Port -> artifact; of a failed node, what it had written before it failed."""
    seconds: float | None
    log: str | None
    started: datetime
    ended: datetime | None


class Nodes(Repository):
    """Nodes by run and name."""

    def begin(self, run_id: str, node: str, step: str, key: str, attempt: int = 1) -> NodeRow:
        """Record that attempt `attempt` of the node starts; the run counts as running.

        Raises:
            NotFound: there is no such run.
            Conflict: a later attempt has begun.
        """
        with self.database.transaction() as connection:
            return self._begin(connection, run_id, node, step, key, attempt)

    def finish(
        self,
        run_id: str,
        node: str,
        state: NodeState,
        outputs: Mapping[str, Reference] | None = None,
        seconds: float | None = None,
        reason: Reason | None = None,
        attempt: int = 1,
        log: str | None = None,
    ) -> NodeRow:
        """Record how that attempt ended.

        Raises:
            NotFound: the node never began.
            Conflict: a later attempt has begun.
        """
        values = {
            "state": NodeState(state),
            "outputs": outputs or {},
            "seconds": seconds,
            **reason_columns(reason),
            "log": log,
        }
        with self.database.transaction() as connection:
            return self._finish(connection, run_id, node, attempt, values)

    def record(
        self,
        run_id: str,
        node: str,
        step: str,
        key: str,
        state: NodeState,
        outputs: Mapping[str, Reference] | None = None,
        reason: Reason | None = None,
        attempt: int = 1,
    ) -> NodeRow:
        """Record a node that took no time: reused or skipped."""
        values = {
            "state": NodeState(state),
            "outputs": outputs or {},
            "seconds": 0.0,
            **reason_columns(reason),
        }
        with self.database.transaction() as connection:
            self._begin(connection, run_id, node, step, key, attempt)
            return self._finish(connection, run_id, node, attempt, values)

    def get(self, run_id: str, node: str) -> NodeRow | None:
        """The node's row, None if it has not begun."""
        query = select(nodes).filter_by(run_id=run_id, node=node)
        with self.database.transaction() as connection:
            row = connection.execute(query).one_or_none()
            return NodeRow.of(row) if row else None

    def list(self, run_id: str) -> builtins.list[NodeRow]:
        """The run's nodes in the order in which they began."""
        query = select(nodes).filter_by(run_id=run_id).order_by(nodes.c.started)
        with self.database.transaction() as connection:
            return [NodeRow.of(row) for row in connection.execute(query)]

    def of_runs(
        self, run_ids: Iterable[str], steps: Iterable[str] = ()
    ) -> dict[str, builtins.list[NodeRow]]:
        """Run id -> its nodes in the order in which they began, of many runs at once.

        Args:
            steps: only the nodes of these steps, as patterns of ``LIKE``; all if empty.
        """
        found: dict[str, builtins.list[NodeRow]] = {run_id: [] for run_id in run_ids}
        query = select(nodes).where(nodes.c.run_id.in_(list(found))).order_by(nodes.c.started)
        if patterns := list(steps):
            query = query.where(or_(*(nodes.c.step.like(pattern) for pattern in patterns)))
        with self.database.transaction() as connection:
            for row in connection.execute(query):
                found[row.run_id].append(NodeRow.of(row))
        return found

    def running(self, project: str, step: str) -> builtins.list[NodeRow]:
        """The nodes of `step` that run now, in runs that are not over; the oldest first."""
        query = (
            select(nodes)
            .join(runs, nodes.c.run_id == runs.c.run_id)
            .where(runs.c.project == project, runs.c.state.in_(["planned", "running"]))
            .where(nodes.c.step == step, nodes.c.state == NodeState.RUNNING)
            .order_by(nodes.c.started)
        )
        with self.database.transaction() as connection:
            return [NodeRow.of(row) for row in connection.execute(query)]

    def _begin(
        self, connection: Connection, run_id: str, node: str, step: str, key: str, attempt: int
    ) -> NodeRow:
        project = _project(connection, run_id)
        values = {
            "step": step,
            "key": key,
            "state": NodeState.RUNNING,
            "attempt": attempt,
            "outputs": {},
        }
        fresh = {**reason_columns(None), "seconds": None, "log": None, "ended": None}
        statement = insert(nodes).values(run_id=run_id, node=node, **values)
        row = connection.execute(
            statement.on_conflict_do_update(
                index_elements=["run_id", "node"],
                set_={**values, **fresh, "started": func.clock_timestamp()},
                where=nodes.c.attempt <= attempt,
            ).returning(nodes)
        ).one_or_none()
        if row is None:
            raise Conflict("ledger.attempt_superseded", node=node, attempt=attempt)
        reopen(connection, self.author, run_id)
        self._tell(connection, project, "node.begun", run_id, node, {"attempt": attempt})
        return NodeRow.of(row)

    def _finish(
        self,
        connection: Connection,
        run_id: str,
        node: str,
        attempt: int,
        values: Mapping[str, Any],
    ) -> NodeRow:
        row = lock_row(connection, nodes, run_id=run_id, node=node)
        if row is None:
            raise NotFound("ledger.node_not_begun", node=node, run_id=run_id)
        if row.attempt > attempt:
            raise Conflict("ledger.attempt_superseded", node=node, attempt=attempt)
        changed = NodeRow.of(
            connection.execute(
                update(nodes)
                .filter_by(run_id=run_id, node=node)
                .values({**values, "ended": func.clock_timestamp()})
                .returning(nodes)
            ).one()
        )
        after = changed.model_dump(mode="json", include={*values, "attempt"})
        project = _project(connection, run_id)
        self._tell(connection, project, f"node.{changed.state}", run_id, node, after)
        return changed

    def _tell(
        self,
        connection: Connection,
        project: str,
        verb: str,
        run_id: str,
        node: str,
        after: Mapping[str, Any],
    ) -> None:
        subject = f"node:{run_id}/{node}"
        self.author.append(connection, project, verb, subject, None, after, run_id)


def _project(connection: Connection, run_id: str) -> str:
    query = select(runs.c.project).where(runs.c.run_id == run_id)
    project = connection.execute(query).scalar_one_or_none()
    if project is None:
        raise NotFound("ledger.no_run", run_id=run_id)
    return str(project)
