"""Start a lifecycle's run through Airflow, follow it, and say what came of it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from aileron.client.airflow import AirflowClient
from aileron.client.runs import refresh_run
from aileron.core.errors import NotFound, Unavailable
from aileron.core.names import dag_id
from aileron.core.settings import Settings
from aileron.ledger import Ledger, NodeRow, NodeState, Run, RunState
from aileron.lifecycle import load_lifecycle
from aileron.store import Store

POLL_SECONDS: Final = 0.25
NOT_STARTED: Final = "waiting"
"""State of a run that Airflow has not begun."""


def launch(
    settings: Settings,
    airflow: AirflowClient,
    name: str,
    overrides: Mapping[str, Any] | None = None,
    *,
    force: bool = False,
    patience: float = 60.0,
) -> str:
    """Ask Airflow for a run of lifecycle `name`; return the run's id.

    A DAG that Airflow has not read yet is waited for, `patience` seconds at most.

    Raises:
        NotFound: no such lifecycle, or Airflow never read its DAG.
        InvalidInput: the YAML is wrong, or a value does not fit the form.
        Unavailable: Airflow does not answer.
    """
    workflow = load_lifecycle(settings, name)
    dag = dag_id(workflow.project, name)
    conf: dict[str, Any] = {"force": True} if force else {}
    if overrides:
        conf["set"] = dict(overrides)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    airflow_run = f"cli__{stamp}_{secrets.token_hex(3)}"
    deadline = time.monotonic() + patience
    while True:
        try:
            airflow.trigger(dag, airflow_run, conf)
        except NotFound:
            if time.monotonic() > deadline:
                raise NotFound("client.dag_not_read", dag=dag, seconds=patience) from None
            time.sleep(POLL_SECONDS)
        else:
            return f"{workflow.project}/{name}/{airflow_run}"


def follow(ledger: Ledger, store: Store, airflow: AirflowClient, run_id: str) -> Iterator[NodeRow]:
    """Yield each node of the run whenever its state changed, until the run has ended."""
    seen: dict[str, tuple[NodeState, int]] = {}
    while True:
        ended = _has_ended(ledger, store, airflow, run_id)
        for row in ledger.nodes.list(run_id):
            if seen.get(row.node) != (row.state, row.attempt):
                seen[row.node] = (row.state, row.attempt)
                yield row
        if ended:
            return
        time.sleep(POLL_SECONDS)


def find_run(ledger: Ledger, run_id: str) -> Run | None:
    """The run's record; None before its first task."""
    try:
        return ledger.runs.get(run_id)
    except NotFound:
        return None


def summary(ledger: Ledger, store: Store, run_id: str) -> dict[str, Any]:
    """What came of the run, from its nodes' records; fields are None where it did not get."""
    run = find_run(ledger, run_id)
    rows = {row.node: row for row in ledger.nodes.list(run_id)}
    version = _record(store, rows.get("version"))
    release = _record(store, rows.get("release"))
    return {
        "run_id": run_id,
        "state": run.state.value if run else NOT_STARTED,
        "reason": run.reason if run else None,
        "failed_node": run.failed_node if run else None,
        "started": run.started if run else None,
        "ended": run.ended if run else None,
        "mlflow_run_id": _record(store, rows.get("track")).get("mlflow_run_id"),
        "dataset_version": version.get("tag"),
        "model_version": _record(store, rows.get("register")).get("version"),
        "metrics": _metrics(store, rows.get("evaluate")),
        "service_url": release.get("url"),
        "tasks": [task(row) for row in rows.values()],
    }


def task(row: NodeRow) -> dict[str, Any]:
    """A node as the summary shows it."""
    state = row.state.value
    return {"name": row.node, "state": state, "seconds": row.seconds, "reason": row.reason}


def _has_ended(ledger: Ledger, store: Store, airflow: AirflowClient, run_id: str) -> bool:
    run = find_run(ledger, run_id)
    if run is not None and run.state in (RunState.SUCCEEDED, RunState.FAILED):
        return True
    project, lifecycle, airflow_run = run_id.split("/", 2)
    try:
        if not airflow.run(dag_id(project, lifecycle), airflow_run).finished:
            return False
    except Unavailable:
        return False
    if run is not None:
        refresh_run(ledger, store, airflow, run_id)
    return True


def _record(store: Store, row: NodeRow | None) -> dict[str, Any]:
    if row is None or "record" not in row.outputs:
        return {}
    record: dict[str, Any] = store.read_json(row.outputs["record"], "record.json")
    return record


def _metrics(store: Store, row: NodeRow | None) -> dict[str, float] | None:
    if row is None or "metrics" not in row.outputs:
        return None
    metrics: dict[str, float] = store.read_json(row.outputs["metrics"], "metrics.json")["metrics"]
    return metrics
