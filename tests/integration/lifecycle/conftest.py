"""The fixtures of these tests live in `plugins.engines`."""

from plugins.engines import launcher_home

__all__ = ["launcher_home"]
