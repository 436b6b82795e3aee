"""Aileron's Airflow plugin; the provider's metadata names it, so that nobody registers it."""

from __future__ import annotations

from aileron_airflow import listener
from airflow.plugins_manager import AirflowPlugin


class AileronPlugin(AirflowPlugin):
    """Closes the records of runs that Airflow ended from outside."""

    name = "aileron"
    listeners = [listener]  # noqa: RUF012 (Airflow's own form)
