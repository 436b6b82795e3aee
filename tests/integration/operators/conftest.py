"""Fixtures of the provider's tests."""

from plugins.engines import launcher_home

__all__ = ["launcher_home"]
