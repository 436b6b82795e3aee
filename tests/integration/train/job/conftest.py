"""The fixtures of these tests live in `plugins.own_jobs`."""

from plugins.engines import launcher_home
from plugins.own_jobs import jobs

__all__ = ["jobs", "launcher_home"]
