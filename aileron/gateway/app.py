"""The gateway as an ASGI application: its own few pages, and the services behind it."""

from __future__ import annotations

import asyncio
import logging
import re
import time
import uuid
from typing import Final, Protocol

from aileron.gateway.access_log import AccessLog
from aileron.gateway.envelope import (
    INTERNAL,
    JSON_TYPE,
    NO_PAGE,
    NO_SERVICE,
    NOT_ALLOWED,
    HeaderList,
    envelope,
)
from aileron.gateway.health import watch_health
from aileron.gateway.metrics import GatewayMetrics
from aileron.gateway.pages import Page, Pages
from aileron.gateway.proxy import (
    Call,
    ClientGone,
    Limits,
    Message,
    ProblemAnswer,
    Proxy,
    Receive,
    Scope,
    Send,
)
from aileron.gateway.routes import RouteTable

FLUSH_SECONDS: Final = 0.25
CLIENT_GONE: Final = 499
"""In the log, as others write it: the client left before the answer."""
REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._:@/+=-]{1,128}")
logger = logging.getLogger("aileron.gateway")


class Watcher(Protocol):
    """Keeps the route table up to date while it runs."""

    def start(self, loop: asyncio.AbstractEventLoop) -> None: ...

    def stop(self) -> None: ...


class Gateway:
    """The ASGI application; `watcher` fills `table`."""

    def __init__(
        self,
        table: RouteTable,
        metrics: GatewayMetrics,
        watcher: Watcher,
        access_log: AccessLog,
        limits: Limits | None = None,
    ) -> None:
        self.leaving = False
        """It answers on, and has each client come by another connection the next time."""
        self._table = table
        self._metrics = metrics
        self._watcher = watcher
        self._log = access_log
        self._proxy = Proxy(metrics, limits or Limits())
        self._pages = Pages(table, metrics)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        if self.leaving:
            send = _closing(send)
        path: bytes = scope["raw_path"]
        parts = path.split(b"/", 3)
        if len(parts) < 3 or not parts[2] or parts[1] == b"-":
            await self._own_page(scope, send)
        else:
            await self._service(scope, receive, send, parts)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        self._watcher.start(asyncio.get_running_loop())
        tasks = [
            asyncio.create_task(watch_health(self._table)),
            asyncio.create_task(self._housekeeping()),
        ]
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._watcher.stop()
        for task in tasks:
            task.cancel()
        self._log.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _housekeeping(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            self._log.flush()
            self._table.sweep()

    async def _own_page(self, scope: Scope, send: Send) -> None:
        request_id = _request_id(scope)
        path: bytes = scope["raw_path"]
        page = self._pages.find(path)
        if self.leaving and path == b"/readyz":
            page = Page(503, [JSON_TYPE], b'{"status":"leaving"}')
        elif page is None:
            page = _problem_page(ProblemAnswer(NO_PAGE, path=path.decode("latin-1")))
        elif scope["method"] not in ("GET", "HEAD"):
            page = _problem_page(ProblemAnswer(NOT_ALLOWED, path=path.decode("latin-1")))
        await _send_page(send, page, request_id)

    async def _service(
        self, scope: Scope, receive: Receive, send: Send, parts: list[bytes]
    ) -> None:
        start = time.perf_counter()
        request_id = _request_id(scope)
        project, service = parts[1].decode("latin-1"), parts[2].decode("latin-1")
        route = self._table.find(project, service)
        if route is None:
            problem = ProblemAnswer(NO_SERVICE, project=project, service=service)
            await _send_page(send, _problem_page(problem), request_id)
            self._record(scope, start, request_id, problem.problem.status, None)
            return
        path = b"/" + parts[3] if len(parts) > 3 else b"/"
        call = Call(scope, receive, send, route, path, request_id)
        try:
            await self._forward(call)
        finally:
            self._record(scope, start, request_id, call.status or CLIENT_GONE, call)

    async def _forward(self, call: Call) -> None:
        problem = await self._attempt(call)
        # Once the answer has begun, leaving it unfinished is what tells the client.
        if problem is not None and not call.status:
            call.status = problem.problem.status
            await _send_page(call.send, _problem_page(problem), call.request_id)

    async def _attempt(self, call: Call) -> ProblemAnswer | None:
        """Forward `call`; the reason if that did not end well and the client is still there."""
        try:
            await self._proxy.forward(call)
        except ClientGone:
            return None
        except ProblemAnswer as problem:
            return problem
        except Exception:
            logger.exception("request %s failed in the gateway", call.request_id)
            return ProblemAnswer(INTERNAL, request_id=call.request_id)
        return None

    def _record(
        self, scope: Scope, start: float, request_id: str, status: int, call: Call | None
    ) -> None:
        seconds = time.perf_counter() - start
        target = call.target if call else None
        names = call.names if call else {"project": "", "service": ""}
        number = str(target.number) if target else ""
        self._metrics.answered(**names, revision=number, status=status, seconds=seconds)
        self._log.write(
            {
                "time": round(time.time(), 3),
                "request_id": request_id,
                "client": scope["client"][0] if scope.get("client") else None,
                "method": scope["method"],
                "path": scope["raw_path"].decode("latin-1"),
                "status": status,
                "ms": round(seconds * 1000, 2),
                "bytes": call.sent_bytes if call else 0,
                "revision": target.label if target else None,
            }
        )


def _closing(send: Send) -> Send:
    """`send` with a header that ends the connection after the answer."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        await send(message)

    return sending


def _request_id(scope: Scope) -> str:
    """The client's request id if it gave a usable one, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and REQUEST_ID.fullmatch(value):
            return str(value.decode())
    return uuid.uuid4().hex


def _problem_page(error: ProblemAnswer) -> Page:
    headers, body = envelope(error.problem, error.values)
    return Page(error.problem.status, headers, body)


async def _send_page(send: Send, page: Page, request_id: str) -> None:
    headers: HeaderList = [
        *page.headers,
        (b"content-length", b"%d" % len(page.body)),
        (b"x-request-id", request_id.encode()),
    ]
    await send({"type": "http.response.start", "status": page.status, "headers": headers})
    await send({"type": "http.response.body", "body": page.body})
