"""Fixtures of the provider's tests."""

from plugins.airflow import airflow_home, scheduler
from plugins.engines import launcher_home

__all__ = ["airflow_home", "launcher_home", "scheduler"]
