"""Passing one request on to a revision of its service, and the answer back.

A request that cannot have reached a revision goes to another one; one that may have is
repeated only if its method allows that (RFC 9110, 9.2.2). Hop-by-hop headers stay behind.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

from aileron.gateway.envelope import (
    BROKEN_ANSWER,
    NO_HEALTHY_REVISION,
    STOPPED,
    TOO_LARGE,
    TOO_SLOW,
    HeaderList,
    Problem,
)
from aileron.gateway.metrics import GatewayMetrics
from aileron.gateway.routes import Route, Target
from aileron.gateway.upstream import Connection, Exchange, UpstreamError

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

HOP_BY_HOP: Final = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer"
    b" transfer-encoding upgrade".split()
)
NOT_FORWARDED: Final = HOP_BY_HOP | frozenset(
    b"content-length expect x-request-id x-forwarded-for x-forwarded-proto"
    b" x-forwarded-prefix".split()
)
NOT_RETURNED: Final = HOP_BY_HOP | {b"date", b"server", b"x-request-id"}
SHARED_SECONDS: Final = 3.0
"""So long another pod behind the same address is looked for; a pod that died is out by then."""
SHARED_PAUSE: Final = 0.05
REPEATABLE: Final = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})


@dataclass(frozen=True)
class Limits:
    """What one request may use."""

    body_bytes: int = 16 << 20
    answer_seconds: float = 60.0
    """Longest wait for the answer to begin, and between two pieces of it."""


class ProblemAnswer(Exception):
    """The gateway must answer itself."""

    def __init__(self, problem: Problem, **values: object) -> None:
        super().__init__(problem.message_id)
        self.problem = problem
        self.values = values


class ClientGone(Exception):
    """The client closed the connection while sending."""


@dataclass
class Call:
    """One request on its way."""

    scope: Scope
    receive: Receive
    send: Send
    route: Route
    path: bytes
    """What the service sees: the path without project and service."""
    request_id: str
    target: Target | None = None
    status: int = 0
    """Of the answer, once it has begun."""
    sent_bytes: int = 0

    @property
    def names(self) -> dict[str, str]:
        return {"project": self.route.facts.project, "service": self.route.facts.service}


class Proxy:
    """Forwards calls; holds nothing but limits and metrics."""

    def __init__(self, metrics: GatewayMetrics, limits: Limits) -> None:
        self._metrics = metrics
        self._limits = limits

    async def forward(self, call: Call) -> None:
        """Answer `call` by a revision.

        Raises:
            ProblemAnswer: no revision answered, and nothing was sent to the client.
            ClientGone: the client left.
        """
        declared = _content_length(call.scope)
        if declared is not None and declared > self._limits.body_bytes:
            raise ProblemAnswer(TOO_LARGE, limit=self._limits.body_bytes)
        first, more = await self._read(call)
        framing = _framing(declared, first, more, call.scope)
        tried: list[Target] = []
        deadline = asyncio.get_running_loop().time() + SHARED_SECONDS
        while True:
            target = self._choose(call, tried)
            target.in_flight += 1
            try:
                await self._exchange(call, target, first, more=more, framing=framing)
            except UpstreamError as error:
                self._judge(call, target, error, more=more)
                if not await _may_ask_again(target, deadline):
                    tried.append(target)
            else:
                return
            finally:
                target.in_flight -= 1

    def _choose(self, call: Call, tried: list[Target]) -> Target:
        target = call.route.pick(tried)
        if target is None:
            running = call.route.facts.running
            raise ProblemAnswer(NO_HEALTHY_REVISION if running else STOPPED, **call.names)
        if tried:
            self._metrics.retried(**call.names)
        call.target = target
        return target

    def _judge(self, call: Call, target: Target, error: UpstreamError, *, more: bool) -> None:
        """Return if `call` may be sent to another revision, else raise its problem."""
        if not error.sent:
            target.healthy = target.healthy and target.shared
            target.silent = False
            return
        if call.status or more or call.scope["method"] not in REPEATABLE:
            raise ProblemAnswer(BROKEN_ANSWER, **call.names) from None

    async def _exchange(
        self, call: Call, target: Target, first: bytes, *, more: bool, framing: bytes
    ) -> None:
        connection = await target.pool.acquire()
        try:
            chunked = more and framing.startswith(b"transfer-encoding")
            head = _request_head(call, framing)
            data = head + (_chunk(first) if chunked else first)
            exchange = connection.begin(data, head_only=call.scope["method"] == "HEAD")
            if more:
                await self._send_rest(call, connection, len(first), chunked=chunked)
            await self._pass_back(call, target, connection, exchange)
        finally:
            target.pool.release(connection)

    async def _send_rest(
        self, call: Call, connection: Connection, total: int, *, chunked: bool
    ) -> None:
        more = True
        while more:
            data, more = await self._read(call)
            total += len(data)
            if total > self._limits.body_bytes:
                raise ProblemAnswer(TOO_LARGE, limit=self._limits.body_bytes)
            if data:
                await connection.write(_chunk(data) if chunked else data)
        if chunked:
            await connection.write(b"0\r\n\r\n")

    async def _pass_back(
        self, call: Call, target: Target, connection: Connection, exchange: Exchange
    ) -> None:
        seconds = self._limits.answer_seconds
        timer = asyncio.get_running_loop().call_later(seconds, _give_up, exchange)
        try:
            await connection.head(exchange)
        except _TooSlow:
            raise ProblemAnswer(TOO_SLOW, seconds=seconds, **call.names) from None
        finally:
            timer.cancel()
        call.status = exchange.status
        headers = _answer_headers(exchange.headers, call, target)
        await call.send(
            {"type": "http.response.start", "status": exchange.status, "headers": headers}
        )
        while not exchange.complete:
            async with asyncio.timeout(seconds):
                data = await connection.body(exchange)
            await self._send_body(call, data, more=True)
        await self._send_body(call, exchange.take(), more=False)

    @staticmethod
    async def _send_body(call: Call, data: bytes, *, more: bool) -> None:
        call.sent_bytes += len(data)
        await call.send({"type": "http.response.body", "body": data, "more_body": more})

    @staticmethod
    async def _read(call: Call) -> tuple[bytes, bool]:
        message = await call.receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        return message.get("body", b""), message.get("more_body", False)


async def _may_ask_again(target: Target, deadline: float) -> bool:
    """Whether `target` is asked again: another of its pods may take what this one did not."""
    late = asyncio.get_running_loop().time() > deadline
    if late or not (target.shared and target.healthy):
        return False
    await asyncio.sleep(SHARED_PAUSE)
    return True


class _TooSlow(UpstreamError):
    pass


def _give_up(exchange: Exchange) -> None:
    exchange.fail(_TooSlow("no answer in time", sent=True))


def _content_length(scope: Scope) -> int | None:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value)
    return None


def _framing(declared: int | None, first: bytes, more: bool, scope: Scope) -> bytes:
    """The header line that tells the revision where the body ends."""
    if more and declared is None:
        return b"transfer-encoding: chunked\r\n"
    if more:
        return b"content-length: %d\r\n" % (declared or 0)
    if first or declared is not None or scope["method"] in ("POST", "PUT", "PATCH"):
        return b"content-length: %d\r\n" % len(first)
    return b""


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


def _request_head(call: Call, framing: bytes) -> bytes:
    scope = call.scope
    client = scope["client"][0].encode() if scope.get("client") else b"unknown"
    dropped = NOT_FORWARDED
    forwarded = client
    lines = [scope["method"].encode(), b" ", call.path]
    if scope["query_string"]:
        lines += [b"?", scope["query_string"]]
    lines.append(b" HTTP/1.1\r\n")
    for name, value in scope["headers"]:
        if name == b"connection":
            dropped = dropped | _named(value)
        elif name == b"x-forwarded-for":
            forwarded = value + b", " + client
    for name, value in scope["headers"]:
        if name not in dropped:
            lines += [name, b": ", value, b"\r\n"]
    names = call.route.facts
    lines.append(
        b"%bx-request-id: %b\r\nx-forwarded-for: %b\r\nx-forwarded-proto: %b\r\n"
        b"x-forwarded-prefix: /%b/%b\r\n\r\n"
        % (
            framing,
            call.request_id.encode(),
            forwarded,
            scope["scheme"].encode(),
            names.project.encode(),
            names.service.encode(),
        )
    )
    return b"".join(lines)


def _answer_headers(headers: HeaderList, call: Call, target: Target) -> HeaderList:
    dropped = NOT_RETURNED
    for name, value in headers:
        if name == b"connection":
            dropped = dropped | _named(value)
    kept = [header for header in headers if header[0] not in dropped]
    kept.append((b"x-request-id", call.request_id.encode()))
    kept.append((b"x-aileron-revision", b"%d" % target.number))
    return kept


def _named(connection: bytes) -> frozenset[bytes]:
    """The headers that a Connection header declares to be hop-by-hop."""
    return frozenset(part.strip().lower() for part in connection.split(b","))
