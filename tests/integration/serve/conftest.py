"""Fixtures of the tests of live packages."""

from plugins.serving import copy_package, packaged, serve, serving_home, trained
from plugins.tables import known_table, new_context

__all__ = [
    "copy_package",
    "known_table",
    "new_context",
    "packaged",
    "serve",
    "serving_home",
    "trained",
]
