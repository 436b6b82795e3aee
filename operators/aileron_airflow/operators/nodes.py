"""What the operators that execute nodes share."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.bases.skipmixin import SkipMixin

from aileron.core.errors import sentence
from aileron_airflow.session import Session, actor_of, reported, run_id_of


class NodesOperator(BaseOperator, SkipMixin):
    """Executes nodes of the run's plan, one after the other, by the engine.

    A gate that says no is no failure: what follows is skipped and the run is recorded as
    rejected. Killing the task stops the step that runs.
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
                    self.log.info("%s: %s, %.2f s", node, outcome.state.value, outcome.seconds)
                    if outcome.state == "rejected":
                        said = sentence("aileron_airflow.rejected", None, reason=outcome.reason)
                        self.log.warning(said)
                        skipped |= session.plan.graph.skipped_by(node)
                    else:
                        self.after_node(session, context, outcome)
                session.settle()
                if skipped:
                    self.skip(context["ti"], self._tasks_of(skipped))
        finally:
            self._session = None
            session.close()

    def after_node(self, session: Session, context: Any, outcome: Any) -> None:
        """Called after each node that succeeded or was reused."""

    def on_kill(self) -> None:
        """Stop the step that runs; `execute` then ends with its error."""
        if self._session is not None:
            self._session.cancelled.set()

    def _tasks_of(self, skipped: Set[str]) -> list[Any]:
        """The tasks after this one that have nothing left to run."""
        later = self.get_flat_relatives(upstream=False)
        return [task for task in later if skipped >= set(nodes_of(task))]


def nodes_of(task: Any) -> tuple[str, ...]:
    """The nodes that an operator of ours runs; of any other task, nothing that could remain."""
    nodes = getattr(task, "nodes", None) or (getattr(task, "node", None),)
    return tuple(node for node in nodes if node is not None)
