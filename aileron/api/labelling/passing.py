"""What of a request goes on to Label Studio, and what of its answer comes back."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any, Final

from fastapi import Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse

from aileron.api.guard import HEADERS, READING, TooLarge, said
from aileron.api.labelling import answers
from aileron.api.labelling.desk import Place
from aileron.api.labelling.routes import Route
from aileron.api.language import language_of
from aileron.core.errors import AileronError, InvalidInput, Refused

BODY_BYTES: Final = 8 << 20
"""Of a drawing."""
MASK_BYTES: Final = 32 << 20
"""Of one with masks, which are long."""
_YES: Final = ("true", "1")
_NO: Final = ("false", "0")
KEPT: Final = ("content-type", "etag", "last-modified")
"""Headers of Label Studio's answers that a browser gets."""
log = logging.getLogger(__name__)


def skips(request: Request, sent: Mapping[str, Any]) -> bool:
    """Whether somebody goes on without an annotation, as Label Studio will take it.

    Raises:
        InvalidInput: `was_cancelled` is no truth value.
    """
    said = sent.get("was_cancelled", False)
    if not isinstance(said, bool):
        raise InvalidInput("api.labelling.bad_body", problem="was_cancelled")
    asked = request.query_params.get("was_cancelled") if request.method == "POST" else None
    return asked in _YES if asked in (*_YES, *_NO) else said


def query_of(route: Route, request: Request) -> dict[str, str]:
    """Those parameters that go on, each once."""
    given = request.query_params
    return {
        name: given[name]
        for name, form in route.query.items()
        if name in given and form.fullmatch(given[name])
    }


def headers_of(request: Request) -> dict[str, str]:
    headers = dict(request.headers)
    if request.method not in READING:
        headers["content-type"] = "application/json"
    return headers


async def body_of(request: Request, limit: int = BODY_BYTES) -> dict[str, Any]:
    """The JSON object of a request, empty if it has none.

    Raises:
        TooLarge: it has more than `limit` bytes.
        InvalidInput: it is no JSON object.
    """
    if request.method in READING:
        return {}
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > limit:
            raise TooLarge("api.too_large", limit=limit)
    return await run_in_threadpool(_parsed, content)


def _parsed(content: bytearray) -> dict[str, Any]:
    try:
        body = json.loads(content) if content.strip() else {}
    except (ValueError, RecursionError):
        raise InvalidInput("api.labelling.bad_body", problem="JSON") from None
    if not isinstance(body, dict):
        raise InvalidInput("api.labelling.bad_body", problem="JSON")
    return body


def passed(answer: Any, place: Place | None = None) -> Response:
    """Label Studio's answer, without its cookies; a page or a redirection of it never passes."""
    kind = answer.headers.get("content-type", "")
    if 300 <= answer.status_code < 400 and answer.status_code != 304:
        raise Refused("api.labelling.closed")
    content = answer.content
    headers = {name: answer.headers[name] for name in KEPT if name in answer.headers}
    headers |= {name: value for name, value in HEADERS.items() if name != "Cache-Control"}
    if place is None:
        headers["Cache-Control"] = "private, max-age=3600"
    else:
        headers["Cache-Control"] = "no-store"
        if kind.startswith("application/json") and content:
            content = answers.shown(content, place)
    return Response(content, answer.status_code, headers=headers)


async def answer_to(request: Request, error: Exception) -> Response:
    """A sentence: as JSON, which Label Studio's page shows, or as a page."""
    known = said(error)
    if known is None:
        log.error("request failed", exc_info=error)
        known = AileronError("api.internal", number="-")
    language = language_of(request)
    text = known.render(language)
    if request.headers.get("sec-fetch-dest") == "document":
        return HTMLResponse(answers.refusal(text, language), known.http_status, dict(HEADERS))
    body = {"detail": text, "error_code": known.message_id, "error_msg": text}
    return JSONResponse(body, known.http_status, dict(HEADERS))
