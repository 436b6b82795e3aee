"""The past that is swept, engines that go on afterwards, and a bucket."""

from plugins.engines import engine, launcher_home, make_engine, sample_steps, settings, start_run
from plugins.past import past
from plugins.stores import s3_server

__all__ = [
    "engine", "launcher_home", "make_engine", "past", "s3_server", "sample_steps", "settings",
    "start_run",
]  # fmt: skip
