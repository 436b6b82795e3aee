"""What the operators that execute nodes share."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.bases.skipmixin import SkipMixin

from aileron.core.errors import sentence
from aileron_airflow.session import Session, actor_of, reported, run_id_of


class NodeTask(SkipMixin):
    """What an operator does when nodes of its run have ended.

    A gate that says no is no failure: what follows is skipped and the run is recorded as
    rejected.
    """

    def skipped_after(self, session: Session, outcome: Any) -> Set[str]:
        """Nodes that will not run because this one was rejected."""
        self.log.info("%s: %s, %.2f s", outcome.node, outcome.state.value, outcome.seconds)
        if outcome.state != "rejected":
            return frozenset()
        self.log.warning(sentence("aileron_airflow.rejected", None, reason=outcome.reason))
        return frozenset(session.plan.graph.skipped_by(outcome.node))

    def settle(self, session: Session, context: Any, skipped: Set[str]) -> None:
        """Close the run's record if these were its last nodes, and skip what has none left."""
        session.settle()
        if skipped:
            self.skip(context["ti"], _tasks_of(self, skipped))


class NodesOperator(BaseOperator, NodeTask):
    """Executes nodes of the run's plan, one after the other, by the engine.

    Killing the task stops the step that runs.
    """

    inherits_from_skipmixin = True

    def __init__(
        self, *, project: str, lifecycle: str, nodes: Sequence[str], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.project = project
        self.lifecycle = lifecycle
        self.nodes = tuple(nodes)
        self._session: Session | None = None

    def execute(self, context: Any) -> None:
        run_id = run_id_of(self.project, self.lifecycle, context)
        session = self._session = Session(run_id, actor_of(context), self.log.info)
        running = [self.nodes[0]]
        try:
            with reported(session, context, lambda: running[0]):
                skipped: set[str] = set()
                for node in self.nodes:
                    if node in skipped:
                        continue
                    running[0] = node
                    outcome = session.execute(node, context["ti"].try_number)
                    skipped |= self.skipped_after(session, outcome)
                    if outcome.state != "rejected":
                        self.after_node(session, context, outcome)
                self.settle(session, context, skipped)
        finally:
            self._session = None
            session.close()

    def after_node(self, session: Session, context: Any, outcome: Any) -> None:
        """Called after each node that succeeded or was reused."""

    def on_kill(self) -> None:
        """Stop the step that runs; `execute` then ends with its error."""
        if self._session is not None:
            self._session.cancelled.set()


def _tasks_of(task: Any, skipped: Set[str]) -> list[Any]:
    """The tasks after `task` that have nothing left to run."""
    later = task.get_flat_relatives(upstream=False)
    return [one for one in later if skipped >= set(nodes_of(one))]


def nodes_of(task: Any) -> tuple[str, ...]:
    """The nodes that an operator of ours runs; of any other task, nothing that could remain."""
    nodes = getattr(task, "nodes", None) or (getattr(task, "node", None),)
    return tuple(node for node in nodes if node is not None)
