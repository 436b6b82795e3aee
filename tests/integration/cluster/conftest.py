"""Fixtures of tests that run in a real cluster."""

from plugins.engines import launcher_home

__all__ = ["launcher_home"]
