"""What every request passes before any route: size, identity, origin; and how errors look.

It sits on the application, not on routes: a route that nobody thought of needs a login too.
What is open without one is named here, and it is little.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import MutableMapping
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aileron.api.bml import problem as bml
from aileron.api.identity import IdentityProvider
from aileron.api.language import language_of
from aileron.api.place import path_of
from aileron.api.problem import Problem
from aileron.core.errors import AileronError, InvalidInput, Language, NotFound, Refused

LIVE: Final = "/livez"
API: Final = "/api/"
SIGN_IN: Final = "/api/v1/session"
READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
BODY_BYTES: Final = 256 * 1024
TRY_BYTES: Final = 8 * 1024 * 1024
"""Of a request to try a service with, or to add a sample: a picture in Base64."""
PICTURES: Final = ("/try", "/samples", "/addentity")
"""How paths end that take such a request."""
UPLOADS: Final = "/api/v1/uploads/"
UPLOAD_BYTES: Final = 1 << 40
"""Of a piece of an upload, which is written as it comes; what an upload may have is less."""
HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
log = logging.getLogger(__name__)


class TooLarge(AileronError):
    """The body is larger than the route takes."""

    http_status = 413


class BadRequest(AileronError):
    """The request does not have the form that the route asks for."""

    http_status = 422


class WrongMethod(AileronError):
    """The path does not take the method."""

    http_status = 405


class Guard:
    """The outermost part of the application: nothing gets in unasked, no error gets out raw."""

    def __init__(self, app: ASGIApp, identity: IdentityProvider) -> None:
        self._app = app
        self._identity = identity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        language = language_of(request)
        scope.setdefault("state", {})["language"] = language
        begun = False

        async def answer(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                _add_headers(message)
            await send(message)

        try:
            await self._admit(request)
            limited = _limited(receive, _limit(path_of(scope)))
            await self._app(scope, limited, answer)
        except Exception as error:
            if begun:
                raise  # the answer is under way: breaking it off is all that can be said
            response = answer_to(error, language, path_of(scope))
            await response(scope, receive, answer)

    async def _admit(self, request: Request) -> None:
        path = path_of(request.scope)
        _check_length(request, _limit(path))
        if not needs_login(request.method, path):
            if request.method not in READING:
                check_origin(request)
            return
        asker = await self._identity.identify(request)
        if asker.by_cookie and request.method not in READING:
            check_origin(request)
        request.state.actor = asker.actor


def needs_login(method: str, path: str) -> bool:
    """All of the API but signing in and out; the pages are public, they hold no data."""
    if path.startswith(bml.DOWNLOADS):
        return method not in READING  # its address is signed
    if path == SIGN_IN:
        return method not in ("POST", "DELETE")
    if not path.startswith(API):
        return path not in (LIVE, "") and method not in READING
    return True


def check_origin(request: Request) -> None:
    """Refuse a write that another site made a browser send.

    Browsers name the page's origin with every write; without that name a login that the
    browser adds by itself is not trusted.

    Raises:
        Refused: the origin is another one, or is not named.
    """
    origin = request.headers.get("origin")
    if origin is None or urlsplit(origin).netloc != request.headers.get("host"):
        raise Refused("api.foreign_origin", origin=(origin or "-")[:200])


def answer_to(error: Exception, language: Language, path: str) -> Response:
    """The JSON answer to an error at `path`: a sentence, never a trace."""
    known = said(error)
    if known is None:
        number = uuid.uuid4().hex[:12]
        log.error("request failed, number %s", number, exc_info=error)
        known = AileronError("api.internal", number=number)
    if path.startswith(bml.PREFIX):
        return bml.bml_answer(known, language, path)
    body = Problem(error_code=known.message_id, error_msg=known.render(language))
    headers = {"WWW-Authenticate": "Bearer"} if known.http_status == 401 else {}
    return JSONResponse(body.model_dump(), known.http_status, headers=headers)


def said(error: Exception) -> AileronError | None:
    """`error` as one of ours; None for one that nobody foresaw."""
    if isinstance(error, AileronError):
        return error
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        return BadRequest("api.bad_request", field=field, problem=str(first["msg"])[:300])
    if isinstance(error, HTTPException):
        return _http_error(error)
    return None


def _http_error(error: HTTPException) -> AileronError | None:
    if isinstance(error.__cause__, AileronError):  # FastAPI's word for ours, from the body's stream
        return error.__cause__
    if error.status_code >= 500:
        return None
    if error.status_code == 404:
        return NotFound("api.no_route")
    if error.status_code == 405:
        return WrongMethod("api.wrong_method")
    return InvalidInput("api.unreadable", problem=str(error.detail)[:300])


def _limit(path: str) -> int:
    if path.startswith(UPLOADS):
        return UPLOAD_BYTES
    return TRY_BYTES if path.endswith(PICTURES) else BODY_BYTES


def _check_length(request: Request, limit: int) -> None:
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > limit:
        raise TooLarge("api.too_large", limit=limit)


def _limited(receive: Receive, limit: int) -> Receive:
    """`receive` that counts: a body without a length is limited too."""
    taken = 0

    async def counting() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise TooLarge("api.too_large", limit=limit)
        return message

    return counting


def _add_headers(message: MutableMapping[str, Any]) -> None:
    present = {name.lower() for name, _ in message["headers"]}
    message["headers"] = [
        *message["headers"],
        *(
            (name.lower().encode(), value.encode())
            for name, value in HEADERS.items()
            if name.lower().encode() not in present
        ),
    ]
