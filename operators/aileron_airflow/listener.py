"""Hears from Airflow that a server starts or that a DAG run has ended.

A starting scheduler loads what tasks need, once for all of its workers. When a DAG run has
ended, the run's record is closed if nobody did.

Tasks close the record themselves; this is for runs that were marked in Airflow's pages or
whose last task died with its machine. It works in a thread, because the scheduler waits for
listeners. If it is lost too, `aileron.client.runs.refresh_run` does the same later.
"""

from __future__ import annotations

import logging
import threading
from importlib import import_module
from typing import TYPE_CHECKING, Final

from airflow.listeners import hookimpl

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun

PRELOADED: Final = (
    "aileron_airflow.dag_factory",
    "aileron.ledger",
    "aileron.lifecycle.closing",
    "aileron.lifecycle.planning",
    "aileron.run.engine",
    "aileron.run.kubernetes",
    "aileron.run.process",
    "aileron.store.local",
)

FOR_PODS: Final = ("aileron_airflow.operators.pod", "aileron_airflow.pod_run")
"""Where there are pools: what takes seconds to import, and a DAG with pods needs."""

log = logging.getLogger(__name__)


@hookimpl
def on_starting(component: object) -> None:
    """Airflow's hook, in servers and in each task's process.

    Workers are forked from the scheduler and parsers from the DAG processor, so what these
    have loaded costs a task nothing. Steps are not among it: they are read when they run.
    """
    if type(component).__name__ == "Job":
        for module in (*PRELOADED, *(FOR_PODS if _has_pools() else ())):
            import_module(module)


def _has_pools() -> bool:
    from aileron.cluster.pools import pool_files
    from aileron.core.settings import Settings

    return bool(pool_files(Settings.load().workspace))


@hookimpl
def on_dag_run_success(dag_run: DagRun) -> None:
    """Airflow's hook."""
    _close_soon(dag_run, succeeded=True)


@hookimpl
def on_dag_run_failed(dag_run: DagRun) -> None:
    """Airflow's hook."""
    _close_soon(dag_run, succeeded=False)


def _close_soon(dag_run: DagRun, *, succeeded: bool) -> None:
    if "__" not in dag_run.dag_id:
        return
    values = (dag_run.dag_id, dag_run.run_id, succeeded)
    threading.Thread(target=close, args=values, name="aileron-close", daemon=True).start()


def close(dag_id: str, airflow_run_id: str, succeeded: bool) -> None:
    """Close the record of that DAG run, if it is one of ours and still open."""
    from aileron.client.runs import close_run
    from aileron.core.errors import AileronError, NotFound
    from aileron.core.settings import Settings
    from aileron.ledger import Ledger
    from aileron.store import open_store

    try:
        settings = Settings.load()
        ledger = Ledger(settings.require("ledger_url"), actor="airflow")
        try:
            for run_id in _run_ids(dag_id, airflow_run_id):
                try:
                    run = ledger.runs.get(run_id)
                except NotFound:
                    continue
                close_run(ledger, open_store(settings.store_root), run, succeeded=succeeded)
        finally:
            ledger.close()
    except AileronError as error:
        log.warning("The record of %s stays open for now. %s", dag_id, error)


def _run_ids(dag_id: str, airflow_run_id: str) -> list[str]:
    """The ids that the run may have in the ledger: names may hold ``__`` themselves."""
    parts = dag_id.split("__")
    return [
        f"{'__'.join(parts[:i])}/{'__'.join(parts[i:])}/{airflow_run_id}"
        for i in range(1, len(parts))
    ]
