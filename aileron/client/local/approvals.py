"""Runs that wait for a person, and the answer: first into the ledger, then to Airflow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from aileron.client import records as r
from aileron.client.local.installation import Scope
from aileron.core.access import authorize
from aileron.core.errors import Conflict, NotFound, told
from aileron.core.names import dag_id
from aileron.deploy.approve import decided_at, decision, record_decision
from aileron.graph.plan import PLAN_FILE
from aileron.ledger import NodeRow, NodeState, Run

STEP: Final = "deploy.approve"
BEING_ASKED: Final = 30.0
"""Seconds from a task's record in the ledger to its question in Airflow, at most."""
PASSED_ON: Final = timedelta(seconds=60)
"""From a decision to the end of the task that asked for it; who still asks was not told."""
APPROVE: Final = "Approve"
REJECT: Final = "Reject"


def approvals(scope: Scope) -> tuple[r.Approval, ...]:
    """What waits in the project, the longest waiting first."""
    asking = scope.ledger.nodes.running(scope.project, STEP)
    rows = scope.ledger.nodes.of_runs(row.run_id for row in asking)
    open_runs = {run.run_id: run for run in scope.ledger.runs.open(scope.project, limit=1000)}
    found = (
        of_run(scope, open_runs[row.run_id], {one.node: one for one in rows[row.run_id]})
        for row in asking
        if row.run_id in open_runs
    )
    return tuple(approval for approval in found if approval is not None)


def of_run(scope: Scope, run: Run, rows: Mapping[str, NodeRow]) -> r.Approval | None:
    """The question that the run asks now, None if it asks none or was answered.

    One whose answer did not reach Airflow is asked again: it takes the same answer alone.
    """
    if run.state.final:
        return None
    asking = [row for row in rows.values() if _asks(row)]
    if not asking:
        return None
    decided = decided_at(scope.ledger, run.project, run.run_id)
    if decided is not None and datetime.now(UTC) - decided < PASSED_ON:
        return None
    row = asking[0]
    node = scope.documents.find(run.plan, PLAN_FILE, _approve_node) or {}
    verdict = _verdict(scope, node, rows)
    registered = _registered(scope, list(rows.values()))
    default = scope.say(
        "client.approval_subject", model=registered.get("model", "-"), lifecycle=run.lifecycle
    )
    return r.Approval(
        run_id=run.run_id,
        project=run.project,
        lifecycle=run.lifecycle,
        airflow_run_id=run.airflow_run_id or "",
        node=row.node,
        subject=node.get("config", {}).get("subject") or default,
        model=registered.get("model"),
        model_version=registered.get("version"),
        reasons=reasons(scope, verdict),
        asked=row.started,
        by=run.actor,
        permissions=scope.may("approval.answer"),
    )


def answer(scope: Scope, run_id: str, *, approved: bool, comment: str) -> r.Decision:
    """Decide in the asker's name.

    The ledger's record is written before Airflow is told, so the decision is the person's
    and not our account's; it is written only when Airflow does ask. Where Airflow was not told,
    saying the same again tells it.
    """
    project = run_id.partition("/")[0]
    authorize(scope.actor, "approval.answer", project)
    run = scope.ledger.runs.get(run_id)
    decided = decision(scope.ledger, project, run_id)
    asking = [row for row in scope.ledger.nodes.list(run_id) if _asks(row)]
    if decided is not None and not (asking and decided["approved"] == approved):
        raise Conflict("client.already_decided", run=run_id, by=decided["by"])
    if not asking:
        raise NotFound("client.nothing_asked", run=run_id)
    dag, node = dag_id(project, run.lifecycle), asking[0].node
    airflow_run = run_id.split("/", 2)[2]
    scope.airflow.await_question(dag, airflow_run, node, BEING_ASKED)
    made = decided or record_decision(
        scope.ledger, project, run_id, approved=approved, by=scope.actor.name, comment=comment
    )
    if decided is None and made["by"] != scope.actor.name:
        raise Conflict("client.already_decided", run=run_id, by=made["by"])
    option, comment = APPROVE if approved else REJECT, str(made["comment"])
    scope.airflow.respond(dag, airflow_run, node, option, comment)
    return r.Decision(run_id=run_id, approved=approved, by=made["by"], comment=comment)


def reasons(scope: Scope, verdict: Mapping[str, Any] | None) -> tuple[r.Reason, ...]:
    """A verdict's reasons in the asker's language."""
    found = verdict["reasons"] if verdict else ()
    return tuple(
        r.Reason(passed=item["passed"], sentence=told(item, scope.language)) for item in found
    )


def _asks(row: NodeRow) -> bool:
    return row.step == STEP and row.state is NodeState.RUNNING


def _approve_node(plan: Any) -> Mapping[str, Any]:
    """The plan's node that asks."""
    found = (node for node in plan["graph"]["nodes"] if node["step"] == STEP)
    return next(found, {})


def _verdict(
    scope: Scope, node: Mapping[str, Any], rows: Mapping[str, NodeRow]
) -> Mapping[str, Any] | None:
    gate, _, port = node.get("inputs", {}).get("verdict", "").partition(".")
    reference = rows[gate].outputs.get(port) if gate in rows else None
    return scope.documents.find(reference, "verdict.json")


def _registered(scope: Scope, rows: Sequence[NodeRow]) -> Mapping[str, Any]:
    for row in rows:
        if row.step == "registry.register" and "record" in row.outputs:
            return scope.documents.find(row.outputs["record"], "record.json") or {}
    return {}
