"""The pages: a bundle of static files, the same for everybody, without any data in it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from aileron.core.errors import sentence

FOLDER: Final = Path(__file__).with_name("pages")
"""Where ``make ui`` puts the bundle."""
POLICY: Final = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
    "script-src 'self'; connect-src 'self'; frame-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
HASHED: Final = "assets/"
"""Files with their digest in their name, which never change."""


class Bundle(StaticFiles):
    """Static files with a policy that lets them load and reach nothing foreign."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        forever = path.startswith(HASHED)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if forever else "no-cache"
        )
        return response


def add_pages(app: FastAPI, folder: Path = FOLDER) -> None:
    """Serve the bundle under ``/``; until it is built, a page that says how."""
    if (folder / "index.html").is_file():
        app.mount("/", Bundle(directory=folder, html=True), name="pages")
        return

    @app.get("/", include_in_schema=False)
    def not_built(request: Request) -> Response:
        text = sentence("api.no_pages", request.state.language)
        return HTMLResponse(f"<!doctype html><title>Aileron</title><p>{text}</p>", 503)
