"""Engines over a real ledger and store."""

from plugins.engines import (
    engine,
    launcher_home,
    make_engine,
    sample_steps,
    settings,
    start_run,
)

__all__ = ["engine", "launcher_home", "make_engine", "sample_steps", "settings", "start_run"]
