"""Fixtures of tests that run in a real cluster."""

from plugins.engines import launcher_home, make_engine, sample_steps, start_run

__all__ = ["launcher_home", "make_engine", "sample_steps", "start_run"]
