"""Bring a run's record in line with Airflow, for runs that Airflow ended from outside.

A task closes the record itself. What no task can do is record its own death: a worker lost
its machine, or somebody marked the run in Airflow's pages. Then the record says running and
Airflow says it ended; Airflow is right about that.

A run that somebody wants to end is seen by its task while that executes. What waits for Airflow,
a person or a pod does not look: Airflow ends it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from aileron.client.airflow import AirflowClient
from aileron.core.errors import NotFound
from aileron.core.names import dag_id
from aileron.core.phrase import phrase
from aileron.graph.plan import PLAN_FILE, Plan
from aileron.ledger import Ledger, NodeState, Run, RunState
from aileron.lifecycle.closing import finish, settle
from aileron.store import Store

PATIENCE: Final = timedelta(seconds=60)
"""For a task that runs to stop its step, before Airflow kills it."""


def refresh_run(ledger: Ledger, store: Store, airflow: AirflowClient, run_id: str) -> Run:
    """Close run `run_id` if Airflow ended it and nobody did; return the run.

    Raises:
        NotFound: there is no such run.
        Unavailable: Airflow does not answer.
    """
    run = ledger.runs.get(run_id)
    if run.state.final or run.airflow_run_id is None:
        return run
    dag = dag_id(run.project, run.lifecycle)
    try:
        seen = airflow.run(dag, run.airflow_run_id)
    except NotFound:
        now = ledger.runs.get(run_id)  # its task may have closed it since it was read
        if now.state.final:
            return now
        return finish(ledger, now, RunState.FAILED, phrase("client.run_deleted"))
    if not seen.finished and run.stopping_by is not None:
        press(airflow, run)
        seen = airflow.run(dag, run.airflow_run_id)
    if not seen.finished:
        return run
    tasks = airflow.tasks(dag, run.airflow_run_id)
    failed = [task.name for task in tasks if task.state in ("failed", "upstream_failed")]
    return close_run(ledger, store, run, succeeded=seen.state == "success", failed=failed)


def press(airflow: AirflowClient, run: Run) -> None:
    """Let Airflow end a run that is to end, unless a task of it runs and may do that itself."""
    dag, name = dag_id(run.project, run.lifecycle), str(run.airflow_run_id)
    asked = run.stopping_since
    patient = asked is not None and datetime.now(UTC) - asked < PATIENCE
    if patient and any(task.state == "running" for task in airflow.tasks(dag, name)):
        return
    airflow.fail_run(dag, name)


def close_run(
    ledger: Ledger, store: Store, run: Run, *, succeeded: bool, failed: Iterable[str] = ()
) -> Run:
    """Close `run`, which Airflow ended, from its nodes; `failed` are task ids, if known."""
    run = ledger.runs.get(run.run_id)  # its task may have closed it since it was read
    if run.state.final:
        return run
    if succeeded and run.plan is not None:
        plan = Plan.model_validate(store.read_json(run.plan, PLAN_FILE))
        run = settle(ledger, plan)
        if run.state.final:
            return run
    names = ", ".join(failed) or _unfinished(ledger, run.run_id)
    key = "client.marked_success" if succeeded else "client.ended_outside"
    return finish(ledger, run, RunState.FAILED, phrase(key, tasks=names), names or None)


def _unfinished(ledger: Ledger, run_id: str) -> str:
    open_states = (NodeState.RUNNING, NodeState.FAILED)
    return ", ".join(row.node for row in ledger.nodes.list(run_id) if row.state in open_states)
