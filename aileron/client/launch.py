"""Start a lifecycle's run through Airflow."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from aileron.client.airflow import AirflowClient
from aileron.core.errors import NotFound
from aileron.core.names import dag_id
from aileron.core.settings import Settings
from aileron.lifecycle import load_lifecycle

POLL_SECONDS: Final = 0.25


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

    A DAG that Airflow has not read yet is waited for, `patience` seconds at most.

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
    while True:
        try:
            airflow.trigger(dag, airflow_run, conf, after)
        except NotFound:
            if time.monotonic() > deadline:
                raise NotFound("client.dag_not_read", dag=dag, seconds=patience) from None
            time.sleep(POLL_SECONDS)
        else:
            return f"{workflow.project}/{name}/{airflow_run}"
