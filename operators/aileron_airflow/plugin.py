"""Aileron's Airflow plugin; the provider's metadata names it, so that nobody registers it."""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin

from aileron_airflow import listener


class AileronPlugin(AirflowPlugin):
    """Closes the records of runs that Airflow ended from outside."""

    name = "aileron"
    listeners = [listener]  # noqa: RUF012 (Airflow's own form)
