"""The ML-backend contract of Label Studio, answered by the image services of the platform.

Any Label Studio connects one as an ML backend: its address here, Basic authentication, and the
service's key as the password. No person signs in here, and a key opens one service alone.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from aileron.core.errors import AileronError, InvalidInput, Refused
from aileron.label.suggesting.contract import Contract
from aileron.label.suggesting.keys import allows

PATH: Final = "/label/ml/{project}/{service}"
MOST_BYTES: Final = 64 << 20
"""Of one request: pictures may come within the tasks."""
Answered = Callable[[str, str, Mapping[str, Any]], dict[str, Any]]


def routes(key: str, contract: Contract) -> list[Route]:
    """The three calls of the contract, below ``/label/ml/PROJECT/SERVICE``.

    Args:
        key: what the services' own keys are made of, `Settings.labelling_key`.
    """

    def of(answer: Answered) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            project, service = request.path_params["project"], request.path_params["service"]
            try:
                if not allows(key, project, service, request.headers.get("authorization", "")):
                    raise Refused("label.suggesting.no_key", service=service)
                body = await _body(request)
                return JSONResponse(await run_in_threadpool(answer, project, service, body))
            except AileronError as error:
                return _refusal(error)

        return endpoint

    return [
        Route(f"{PATH}/health", of(contract.health), methods=["GET"]),
        Route(f"{PATH}/setup", of(contract.setup), methods=["POST"]),
        Route(f"{PATH}/predict", of(contract.predict), methods=["POST"]),
    ]


async def _body(request: Request) -> dict[str, Any]:
    """The JSON object of a request; empty if it has none."""
    pieces: list[bytes] = []
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > MOST_BYTES:
            raise _bad(f"it has more than {MOST_BYTES >> 20} MiB")
        pieces.append(piece)
    content = b"".join(pieces)
    try:
        found = json.loads(content) if content.strip() else {}
    except (ValueError, RecursionError):
        raise _bad("it is no JSON") from None
    if not isinstance(found, dict):
        raise _bad("it is no JSON object")
    return found


def _bad(problem: str) -> InvalidInput:
    return InvalidInput("label.suggesting.bad_request", problem=problem)


def _refusal(error: AileronError) -> Response:
    if error.message_id == "label.suggesting.no_key":
        headers = {"www-authenticate": 'Basic realm="aileron"'}
        return JSONResponse({"error": error.render("en")}, 401, headers)
    return JSONResponse({"error": error.render("en")}, error.http_status)
