"""Fixtures of tests that run in a real cluster."""

from plugins.airflow import airflow_home, scheduler
from plugins.engines import launcher_home

__all__ = ["airflow_home", "launcher_home", "scheduler"]
