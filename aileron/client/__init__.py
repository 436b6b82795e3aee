"""Clients of the servers around Aileron, for the terminal and for Python programs."""

from aileron.client.airflow import AirflowClient, DagRun, TaskRun
from aileron.client.runs import refresh_run

__all__ = ["AirflowClient", "DagRun", "TaskRun", "refresh_run"]
