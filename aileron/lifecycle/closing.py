"""Close a run's record from what its nodes say, whichever task was the last to finish."""

from __future__ import annotations

from aileron.graph.plan import Plan
from aileron.ledger import Ledger, NodeRow, NodeState, Run, RunState
from aileron.ledger.reasons import Reason, reason_columns

_ENDED = frozenset({NodeState.SUCCEEDED, NodeState.REUSED, NodeState.SKIPPED, NodeState.REJECTED})


def settle(ledger: Ledger, plan: Plan) -> Run:
    """Record that the run succeeded or was rejected, if its nodes say so; return the run.

    Every task calls this after its nodes. Each commits its rows first, so the last one sees
    them all. A run ends as failed only by `fail`: a failed node may be tried again.
    """
    rows = {row.node: row.state for row in ledger.nodes.list(plan.run_id)}
    run = ledger.runs.get(plan.run_id)
    refused = [name for name, state in rows.items() if state is NodeState.REJECTED]
    skipped = {name for gate in refused for name in plan.graph.skipped_by(gate)}
    if not all(rows.get(n.name) in _ENDED for n in plan.graph.nodes if n.name not in skipped):
        return run
    if refused:
        return finish(ledger, run, RunState.REJECTED, _refusal(ledger, plan))
    return finish(ledger, run, RunState.SUCCEEDED)


def finish(
    ledger: Ledger,
    run: Run,
    state: RunState,
    reason: Reason | None = None,
    node: str | None = None,
) -> Run:
    """Write how the run ended, unless that is what is written."""
    if run.state is state and run.reason == reason_columns(reason)["reason"]:
        return run
    return ledger.runs.finish(run.run_id, state, reason, node)


def _refusal(ledger: Ledger, plan: Plan) -> NodeRow | None:
    """The first node that was rejected: its reason is the run's."""
    rows = ledger.nodes.list(plan.run_id)
    return next((row for row in rows if row.state is NodeState.REJECTED), None)
