"""Aileron's Airflow plugin, for a file in the plugins folder to import.

Not in the provider's metadata: Airflow looks there only with ``lazy_discover_providers`` off,
and would then register it twice.
"""

from __future__ import annotations

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

from aileron_airflow import listener
from aileron_airflow.pages import external_view, fastapi_app


class AileronPlugin(AirflowPlugin):
    """Listens, and shows the pages.

    Hears of servers that start and of DAG runs that end (`aileron_airflow.listener`); serves
    the API and the pages under ``/aileron`` (`aileron_airflow.pages`).
    """

    name = "aileron"
    listeners = [listener]  # noqa: RUF012 (Airflow's own form)
    fastapi_apps = [fastapi_app()]  # noqa: RUF012
    external_views = [external_view(conf.get("api", "base_url", fallback=""))]  # noqa: RUF012
