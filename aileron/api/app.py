"""The application: guard, routes, pages, and the document that describes it."""

from __future__ import annotations

from typing import Any

from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from aileron import __version__
from aileron.api import sign_in
from aileron.api.bml.routes import bml_routes
from aileron.api.downloads import sweep
from aileron.api.guard import LIVE, Guard, answer_to
from aileron.api.identity import IdentityProvider, TokenIdentity
from aileron.api.pages import add_pages
from aileron.api.place import path_of
from aileron.api.query import known_query
from aileron.api.routes import PREFIX, all_routes
from aileron.client.base import Client
from aileron.client.local import Installation, LocalClient
from aileron.core.access import Actor
from aileron.core.errors import AileronError, Language

ABOUT = """\
The verbs of Aileron over HTTP. Send `Authorization: Bearer TOKEN`; inside Airflow its login
does. An error is `{"error_code", "error_msg"}`, in English or Chinese by `Accept-Language`.
Times are ISO 8601 in UTC.
"""


def create_app(
    installation: Installation, identity: IdentityProvider, *, pages: bool = True
) -> FastAPI:
    """The API and the pages of `installation`, for those whom `identity` knows."""
    app = FastAPI(
        title="Aileron",
        version=__version__,
        description=ABOUT,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(known_query)],
        exception_handlers={
            AileronError: _answer,
            HTTPException: _answer,
            RequestValidationError: _answer,
        },
    )
    app.state.settings = installation.settings
    sweep(installation.settings.home)
    app.state.make_client = _clients(installation, identity)
    app.include_router(all_routes())
    app.include_router(bml_routes())
    if isinstance(identity, TokenIdentity):
        app.state.identity = identity
        app.include_router(sign_in.router)

    @app.get(LIVE, tags=["platform"], summary="Is the process alive")
    def live() -> dict[str, str]:
        return {"status": "ok"}

    if pages:
        add_pages(app)
    app.add_middleware(Guard, identity=identity)
    return app


def _clients(installation: Installation, identity: IdentityProvider) -> Any:
    def make(actor: Actor, project: str, language: Language) -> Client:
        return LocalClient(installation, actor, project, language, identity.kind)

    return make


async def _answer(request: Request, error: Exception) -> Response:
    return answer_to(error, request.state.language, path_of(request.scope))
