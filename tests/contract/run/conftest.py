"""The launcher that all tests of this folder share."""

from plugins.engines import launcher_home

__all__ = ["launcher_home"]
