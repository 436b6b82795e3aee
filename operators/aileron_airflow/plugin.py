"""Aileron's Airflow plugin, for a file in the plugins folder to import.

Not in the provider's metadata: Airflow looks there only with ``lazy_discover_providers`` off,
and would then register it twice.
"""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin

from aileron_airflow import listener


class AileronPlugin(AirflowPlugin):
    """Hears of servers that start and of DAG runs that end: see `aileron_airflow.listener`."""

    name = "aileron"
    listeners = [listener]  # noqa: RUF012 (Airflow's own form)
