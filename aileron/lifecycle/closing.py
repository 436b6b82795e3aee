"""Close a run's record from what its nodes say, whichever task was the last to finish."""

from __future__ import annotations

from aileron.graph.plan import Plan
from aileron.ledger import Ledger, NodeState, Run, RunState

_DONE = frozenset({NodeState.SUCCEEDED, NodeState.REUSED, NodeState.SKIPPED})


def settle(ledger: Ledger, plan: Plan) -> Run:
    """Record that the run succeeded or was rejected, if its nodes say so; return the run.

    Every task calls this after its nodes. Each commits its rows first, so the last one sees
    them all. A run ends as failed only by `fail`: a failed node may be tried again.
    """
    rows = {row.node: row.state for row in ledger.nodes.list(plan.run_id)}
    states = [rows.get(node.name) for node in plan.graph.nodes]
    run = ledger.runs.get(plan.run_id)
    if NodeState.RUNNING in states or NodeState.FAILED in states:
        return run
    if NodeState.REJECTED in states:
        return finish(ledger, run, RunState.REJECTED, _reason(ledger, plan))
    if all(state in _DONE for state in states):
        return finish(ledger, run, RunState.SUCCEEDED)
    return run


def finish(
    ledger: Ledger,
    run: Run,
    state: RunState,
    reason: str | None = None,
    node: str | None = None,
) -> Run:
    """Write how the run ended, unless that is what is written."""
    if run.state is state and run.reason == reason:
        return run
    return ledger.runs.finish(run.run_id, state, reason, node)


def _reason(ledger: Ledger, plan: Plan) -> str | None:
    for row in ledger.nodes.list(plan.run_id):
        if row.state is NodeState.REJECTED:
            return row.reason
    return None
