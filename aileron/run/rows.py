"""What the ledger's rows say of nodes that run: that they began, and how they ended."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from aileron.core.errors import AileronError, StepFailed
from aileron.ledger import Ledger, NodeState
from aileron.run.outcome import NodeOutcome
from aileron.run.started import Started
from aileron.run.work import Work

EndT = TypeVar("EndT", NodeOutcome, NodeOutcome | Started)


@dataclass(frozen=True)
class Rows:
    """The nodes' rows of one ledger."""

    ledger: Ledger

    def begin(self, work: Work) -> datetime:
        """Write that the node runs, once for all the asking of a wait; since when it does."""
        run_id, node = work.plan.run_id, work.node
        if work.step.kind == "wait":
            row = self.ledger.nodes.get(run_id, node.name)
            if row and (row.state, row.attempt) == (NodeState.RUNNING, work.attempt):
                return row.started
        self.ledger.nodes.begin(run_id, node.name, node.step, work.key, work.attempt)
        return datetime.now(UTC)

    def told(self, work: Work, begun: datetime, do: Callable[[], EndT]) -> EndT:
        """What `do` comes to; if that is an end, the node's row tells of it."""
        outcome: NodeOutcome | Started
        try:
            outcome = do()
        except AileronError as error:
            outcome = work.failed(error)
        except BaseException:
            self._finish(work, work.failed(StepFailed("run.cancelled", step=work.node.step)))
            raise
        if isinstance(outcome, Started):
            return outcome
        seconds = (datetime.now(UTC) - begun).total_seconds()
        outcome = outcome.model_copy(update={"seconds": seconds})
        self._finish(work, outcome)
        if outcome.state is NodeState.FAILED and outcome.reason is not None:
            raise outcome.reason
        return outcome

    def _finish(self, work: Work, outcome: NodeOutcome) -> None:
        """Write the node's row. A failure must reach the caller though it cannot be written."""
        if outcome.state is NodeState.RUNNING:
            return
        failed = outcome.state is NodeState.FAILED
        with suppress(AileronError) if failed else nullcontext():
            self.ledger.nodes.finish(
                work.plan.run_id,
                outcome.node,
                outcome.state,
                outcome.outputs,
                outcome.seconds,
                outcome.reason,
                work.attempt,
                outcome.log.uri if outcome.log else None,
            )
