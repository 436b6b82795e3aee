"""Start a lifecycle's run through Airflow."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from aileron.client.airflow import AirflowClient
from aileron.core.errors import NotFound
from aileron.core.names import dag_id
from aileron.core.settings import Settings
from aileron.lifecycle import Workflow, load_lifecycle

POLL_SECONDS: Final = 0.25
START_TIME: Final = timedelta(minutes=10)
"""What was asked for and has no run after so long was interrupted while it began."""
READING_SECONDS: Final = 2.0
"""What Airflow noted as read so soon after a change may be the file as it was before."""


def launch(
    settings: Settings,
    airflow: AirflowClient,
    name: str,
    overrides: Mapping[str, Any] | None = None,
    *,
    force: bool = False,
    after: datetime | None = None,
    patience: float = 60.0,
) -> str:
    """Ask Airflow for a run of lifecycle `name`; return the run's id.

    Airflow reads a DAG that is new, or whose file has changed, at once, and not in its turn; it
    is waited for, `patience` seconds at most.

    Args:
        after: when it is to begin, at the earliest; default: now.

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
    _await_reading(airflow, dag, _changed(workflow), deadline)
    while True:
        try:
            airflow.trigger(dag, airflow_run, conf, after)
        except NotFound:  # it was read long ago, gone since, and is there again
            _wait(deadline, dag)
        else:
            return f"{workflow.project}/{name}/{airflow_run}"


def _changed(workflow: Workflow) -> float:
    """When the file that it is made from was written last, in seconds since 1970; 0 if none is."""
    return workflow.path.stat().st_mtime if workflow.path.is_file() else 0.0


def _await_reading(airflow: AirflowClient, dag: str, changed: float, deadline: float) -> None:
    """Return once Airflow has read the DAG after that time."""
    before = airflow.read_at(dag)
    if before is not None and before.timestamp() >= changed + READING_SECONDS:
        return
    airflow.read_soon()
    while True:
        now = airflow.read_at(dag)
        if now is not None and now != before:
            if before is None or now.timestamp() >= changed + READING_SECONDS:
                return
            before = now
            airflow.read_soon()  # that reading may have begun before the change
        _wait(deadline, dag)


def _wait(deadline: float, dag: str) -> None:
    if time.monotonic() > deadline:
        raise NotFound("client.dag_not_read", dag=dag)
    time.sleep(POLL_SECONDS)
