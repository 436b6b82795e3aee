"""The outermost layer of a service: request ids, one error envelope, metrics, drain.

It also hands the hottest route straight to its handler: FastAPI's routing and dependency
machinery would take as long as a prediction does.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from time import perf_counter
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .encoding import Language
from .errors import Refusal, ServiceError, envelope
from .identifiers import request_id
from .service import Service

logger = logging.getLogger(__name__)

CLIENT_GONE: Final = 499
"""What is counted for a request whose client hung up."""


class Front:
    """ASGI middleware. Whatever goes wrong below it is answered with the envelope.

    Args:
        shortcuts: (method, path) -> the ASGI application that answers it, bypassing `app`.
    """

    def __init__(
        self, app: ASGIApp, service: Service, shortcuts: Mapping[tuple[str, str], ASGIApp]
    ) -> None:
        self.app = app
        self.service = service
        self.shortcuts = shortcuts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        answer = Answer(send, request_id(headers.get(b"x-request-id")), self.service)
        begin = perf_counter()
        shortcut = self.shortcuts.get((scope["method"], scope["path"]))
        self.service.in_flight += 1
        try:
            await (shortcut or self.app)(scope, receive, answer.send)
        except ClientDisconnect:
            answer.status = CLIENT_GONE
        except Exception as error:  # noqa: BLE001 the edge: nothing may kill the worker
            await answer.refuse(_refusal(error, scope, answer.request_id), _language(headers))
        finally:
            self.service.in_flight -= 1
            route = scope["path"] if shortcut else getattr(scope.get("route"), "path", "other")
            self.service.metrics.observe(route, answer.status, perf_counter() - begin)


class Answer:
    """One response on its way out: adds the request id, remembers the status."""

    def __init__(self, send: Send, request_id: bytes, service: Service) -> None:
        self.request_id = request_id
        self.status = 0
        self._send = send
        self._service = service

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [*message["headers"], (b"x-request-id", self.request_id)]
            if self._service.state == "draining":
                headers.append((b"connection", b"close"))
            message = {**message, "headers": headers}
        await self._send(message)

    async def refuse(self, error: Refusal, language: Language) -> None:
        if self.status:  # too late for another answer: uvicorn closes the connection
            return
        status, body = envelope(error, language)
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ]
        if isinstance(error, ServiceError) and status == 405:
            headers.append((b"allow", str(error.values["allowed"]).encode()))
        if status == 429:
            headers.append((b"retry-after", b"1"))
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})


def _refusal(error: Exception, scope: Scope, request_id: bytes) -> Refusal:
    if isinstance(error, Refusal):
        return error
    if isinstance(error, HTTPException):
        return _http_refusal(error, scope)
    logger.error("request %s failed", request_id.decode(), exc_info=error)
    return ServiceError("internal", request_id=request_id.decode())


def _http_refusal(error: HTTPException, scope: Scope) -> ServiceError:
    """Starlette's own refusals: no such route, or not that method."""
    path = scope["path"] if len(scope["path"]) <= 200 else scope["path"][:197] + "..."
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        return ServiceError(
            "method_not_allowed", path=path, method=scope["method"], allowed=allowed
        )
    if error.status_code == 404:
        return ServiceError("no_such_route", path=path)
    return ServiceError("invalid_parameters", problem=str(error.detail))


def _language(headers: dict[bytes, bytes]) -> Language:
    return "zh" if headers.get(b"accept-language", b"").lower().startswith(b"zh") else "en"
