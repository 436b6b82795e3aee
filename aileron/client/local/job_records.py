"""Jobs as answers: what the ledger keeps of them, and how their runs go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from aileron.client import records as r
from aileron.client.launch import START_TIME
from aileron.client.local import runs
from aileron.client.local.installation import Scope
from aileron.ledger import Job, NodeRow, Run, RunState

STEP: Final = "train.job"
NODE: Final = "job"
"""The node of a job's run that runs its code."""
_STATES: Final[dict[RunState, r.JobState]] = {
    RunState.PLANNED: "queued",
    RunState.RUNNING: "queued",  # its code has not begun
    RunState.SUCCEEDED: "succeeded",
    RunState.REJECTED: "failed",
    RunState.FAILED: "failed",
    RunState.STOPPED: "stopped",
}


def briefs(scope: Scope, jobs: Sequence[Job]) -> tuple[r.JobBrief, ...]:
    """Three questions to the ledger, however many jobs there are."""
    ids = [job.run_id for job in jobs if job.run_id is not None]
    found = scope.ledger.runs.select(ids)
    rows = {run_id: node_of(of) for run_id, of in scope.ledger.nodes.of_runs(ids, (STEP,)).items()}
    return tuple(
        r.JobBrief(**brief(job, found.get(job.run_id or ""), rows.get(job.run_id or "")))
        for job in jobs
    )


def whole(scope: Scope, job: Job) -> r.Job:
    """One job; its run is brought in line with Airflow if it is not over."""
    may = scope.may("job.submit", "job.stop", "job.delete", "lifecycle.run")
    if job.run_id is None:
        reason = scope.say("client.job_never_started") if _never_started(job) else None
        rest = {"reason": reason, "has_log": False, "has_output": False, "metrics": None}
        nothing = {"primary": None, "commit": None, "mlflow_run_id": None, "mlflow_url": None}
        return r.Job(
            **brief(job, None, None), **rest, **nothing,
            spec=job.spec, node=NODE, airflow_url=None, permissions=may,
        )  # fmt: skip
    shown = runs.run(scope, job.run_id)
    found = scope.ledger.runs.get(job.run_id)
    rows = scope.ledger.nodes.list(job.run_id)
    row = node_of(rows)
    measured = runs.document(scope, row, "metrics", "metrics.json")
    planned = runs.plan_of(scope, found).get("graph", {"nodes": ()})["nodes"]
    config: dict[str, Any] = next((node["config"] for node in planned if node["step"] == STEP), {})
    tracked = runs.record(scope, rows, "registry.track_job")
    return r.Job(
        **brief(job, found, row),
        spec=job.spec,
        node=row.node if row else NODE,
        reason=found.why(scope.language),
        has_log=row is not None,
        has_output=row is not None and "output" in row.outputs,
        metrics=measured.get("metrics"),
        primary=measured.get("primary"),
        commit=config.get("commit"),
        mlflow_run_id=tracked.get("mlflow_run_id"),
        mlflow_url=tracked.get("url"),
        airflow_url=shown.facts.airflow_url,
        permissions=may,
    )


def node_of(rows: Sequence[NodeRow]) -> NodeRow | None:
    """The row of the node that runs the code; None before it begins."""
    return next((row for row in rows if row.step == STEP), None)


def state_of(scope: Scope, job: Job) -> r.JobState:
    """The job's state in one word."""
    (found,) = briefs(scope, (job,))
    return found.state


def brief(job: Job, run: Run | None, row: NodeRow | None) -> dict[str, Any]:
    """The fields of `JobBrief`."""
    spec = job.spec
    ended = run.ended if run else None
    started = row.started if row else None
    until = (row.ended if row else None) or ended or datetime.now(UTC)
    return {
        **job.model_dump(exclude={"spec"}),
        "state": _state(job, run, row),
        "stopping": run is not None and run.stopping_by is not None and not run.state.final,
        "framework": spec.get("framework", "other"),
        "runner": spec.get("runner", "process"),
        "pool": (spec.get("resources") or {}).get("pool"),
        "nodes": spec.get("nodes", 1),
        "memory_mb": spec.get("memory_mb"),
        "started": started,
        "ended": ended,
        "seconds": (until - started).total_seconds() if started else None,
    }


def _state(job: Job, run: Run | None, row: NodeRow | None) -> r.JobState:
    if job.submitted is None:
        return "draft"
    if run is None:  # it is being submitted, or that was interrupted
        return "failed" if _never_started(job) else "queued"
    if run.state is RunState.RUNNING and row is not None:
        return "running"
    return _STATES[run.state]


def _never_started(job: Job) -> bool:
    if job.run_id is not None or job.submitted is None:
        return False
    return job.submitted < datetime.now(UTC) - START_TIME
