"""Registers Aileron's plugin; Airflow looks for plugins of providers only if told to."""

from aileron_airflow.plugin import AileronPlugin

__all__ = ["AileronPlugin"]
