"""Aileron's API and pages inside Airflow's API server, behind Airflow's login.

The application is made when it is first asked for: every Airflow process loads the plugin,
and only the API server serves.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX: Final = "/aileron"


class MountedApi:
    """An ASGI application that becomes the real one with its first request."""

    def __init__(self) -> None:
        self._app: ASGIApp | None = None
        self._making = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app or await self._made()
        await app(scope, receive, send)

    async def _made(self) -> ASGIApp:
        async with self._making:
            if self._app is None:
                self._app = await asyncio.to_thread(_make)
            return self._app


def _make() -> ASGIApp:
    from aileron.api.app import create_app
    from aileron.client.local import Installation
    from aileron.core.settings import Settings
    from aileron_airflow.identity import AirflowIdentity

    return create_app(Installation(Settings.load()), AirflowIdentity())


def fastapi_app() -> dict[str, Any]:
    """What Airflow mounts."""
    return {"app": MountedApi(), "url_prefix": PREFIX, "name": "Aileron"}


def pages_address(base_url: str | None = None) -> str:
    """The path of the pages; `base_url` is Airflow's own, which may have a path."""
    if base_url is None:
        from airflow.configuration import conf

        base_url = conf.get("api", "base_url", fallback="")
    return f"{urlsplit(base_url).path.rstrip('/')}{PREFIX}/"


def external_view(base_url: str) -> dict[str, Any]:
    """The pages in Airflow's navigation; `base_url` is Airflow's own, which may have a path."""
    return {
        "name": "Aileron",
        "href": pages_address(base_url),
        "destination": "nav",
        "url_route": "aileron",
        "nav_top_level": True,
    }
