"""One installation from Python, the terminal and HTTP: the same verbs, the same records.

    import aileron

    with aileron.client() as client:
        for model in client.models():
            print(model.name, model.champion)

`Client` lists the verbs. Names are imported when they are asked for, and the package itself
can be called: it is both ``aileron.client`` the folder and ``aileron.client()`` the function.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from aileron.client.airflow import AirflowClient, DagRun, TaskRun
    from aileron.client.base import Client
    from aileron.client.connect import connect
    from aileron.client.local import LocalClient
    from aileron.client.remote import RemoteClient
    from aileron.client.runs import refresh_run

__all__ = [
    "AirflowClient",
    "Client",
    "DagRun",
    "LocalClient",
    "RemoteClient",
    "TaskRun",
    "connect",
    "refresh_run",
]

_MODULES: Final = {
    "airflow": ("AirflowClient", "DagRun", "TaskRun"),
    "base": ("Client",),
    "connect": ("connect",),
    "local": ("LocalClient",),
    "remote": ("RemoteClient",),
    "runs": ("refresh_run",),
}
_MODULE_OF: Final = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)


class _Callable(ModuleType):
    """A package that is a function too: calling it connects."""

    def __call__(
        self, url: str | None = None, token: str | None = None, *, project: str | None = None
    ) -> Client:
        """See `aileron.client.connect.connect`."""
        function = import_module(f"{__name__}.connect").connect
        client: Client = function(url, token, project=project)
        return client


sys.modules[__name__].__class__ = _Callable
