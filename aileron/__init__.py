"""Aileron: from a dataset to a monitored, versioned service, in one YAML file and one DAG.

``aileron.client()`` is the way in for programs and notebooks; importing this package alone
loads nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from aileron.client.connect import connect as client

__all__ = ["__version__", "client"]

__version__: Final = "0.1.0"


def __getattr__(name: str) -> Any:
    """``aileron.client``, loaded when it is first asked for."""
    if name != "client":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return import_module("aileron.client")
