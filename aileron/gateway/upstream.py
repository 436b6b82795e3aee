"""Kept-alive HTTP/1.1 connections to one revision.

Made for a proxy: bytes are passed on as they come, a small answer costs one wake-up, and the
caller learns whether a request that failed can have reached the other side. A general
client costs several times the processor time (measured, `docs/adr`), most of what the
gateway may spend.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from dataclasses import dataclass, field
from typing import Final, cast

import httptools

MAX_IDLE_SECONDS: Final = 4.0
"""Shorter than any server's keep-alive time (uvicorn: 5 s), so that we close first."""
MOST_SECONDS: Final = 20.0
"""Age of a connection where several pods share an address: new pods get their part by then."""
HIGH_WATER: Final = 1 << 18
"""Bytes of an answer that may wait for a slow client before reading pauses."""
NO_BODY: Final = frozenset({204, 304})


class UpstreamError(Exception):
    """The exchange failed; `sent` says whether the other side can have seen the request."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.sent = sent


@dataclass
class Exchange:
    """One request and its answer, as far as it has come."""

    head_only: bool
    """The answer has no body whatever its headers say (HEAD)."""
    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    chunks: deque[bytes] = field(default_factory=deque)
    buffered: int = 0
    complete: bool = False
    failure: UpstreamError | None = None
    waiter: asyncio.Future[None] | None = None

    def wake(self) -> None:
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)

    def fail(self, error: UpstreamError) -> None:
        if not self.complete and self.failure is None:
            self.failure = error
        self.wake()

    def take(self) -> bytes:
        """All body bytes that have come and were not taken."""
        data = self.chunks[0] if len(self.chunks) == 1 else b"".join(self.chunks)
        self.chunks.clear()
        self.buffered = 0
        return data


class Connection(asyncio.Protocol):
    """One connection; carries one exchange at a time."""

    def __init__(self) -> None:
        self.closed = False
        self.idle_since = 0.0
        self._loop = asyncio.get_running_loop()
        self.born = self._loop.time()
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._exchange: Exchange | None = None
        self._until_end = True
        self._keep_alive = False
        self._reading = True
        self._writable: asyncio.Future[None] | None = None

    @property
    def reusable(self) -> bool:
        """Nothing is under way and the other side has kept the connection open."""
        return not self.closed and self._exchange is None

    @property
    def transport(self) -> asyncio.Transport:
        if self._transport is None or self.closed or self._transport.is_closing():
            raise UpstreamError("the connection is closed", sent=False)
        return self._transport

    def begin(self, data: bytes, *, head_only: bool = False) -> Exchange:
        """Send the first bytes of a request.

        Raises:
            UpstreamError: the connection had closed; nothing was sent.
        """
        transport = self.transport
        self._exchange = exchange = Exchange(head_only)
        self._until_end, self._keep_alive = True, False
        transport.write(data)
        return exchange

    async def write(self, data: bytes) -> None:
        """Send more of the request; waits while the other side is slow to read."""
        if self._writable is not None:
            await self._writable
        if self._transport is not None and not self.closed:
            self._transport.write(data)

    async def head(self, exchange: Exchange) -> None:
        """Wait for status and headers; a small answer's body comes with them."""
        if not exchange.status and exchange.failure is None:
            await self._wait(exchange)
        if exchange.failure is not None and not exchange.status:
            raise exchange.failure

    async def body(self, exchange: Exchange) -> bytes:
        """The next bytes of the answer's body, empty at its end."""
        while not exchange.chunks and not exchange.complete:
            if exchange.failure is not None:
                raise exchange.failure
            self._resume()
            await self._wait(exchange)
        return exchange.take()

    def finish(self) -> None:
        """The exchange is over: keep the connection if it can carry another."""
        exchange, self._exchange = self._exchange, None
        whole = exchange is not None and exchange.complete and not exchange.head_only
        if not whole or not self._keep_alive:
            self.abort()
        self._resume()

    def abort(self) -> None:
        self.closed = True
        if self._transport is not None:
            self._transport.abort()

    async def _wait(self, exchange: Exchange) -> None:
        exchange.waiter = self._loop.create_future()
        await exchange.waiter

    def _resume(self) -> None:
        if not self._reading and self._transport is not None and not self.closed:
            self._transport.resume_reading()
            self._reading = True

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        exchange = self._exchange
        if exchange is None:
            self.abort()  # bytes that no request asked for
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            exchange.fail(UpstreamError(f"the answer is not HTTP: {error}", sent=True))
            self.abort()
            return
        if exchange.status:
            exchange.wake()
        if exchange.buffered > HIGH_WATER and self._reading and self._transport is not None:
            self._transport.pause_reading()
            self._reading = False

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)
        exchange = self._exchange
        if exchange is None:
            return
        if exchange.status and self._until_end and exc is None:
            exchange.complete = True
            exchange.wake()
        else:
            exchange.fail(UpstreamError(str(exc or "the connection was closed"), sent=True))

    def pause_writing(self) -> None:
        self._writable = self._loop.create_future()

    def resume_writing(self) -> None:
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)
        self._writable = None

    # What the parser calls.

    def on_message_begin(self) -> None:
        if self._exchange is not None:
            self._exchange.headers = []

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._exchange is not None:
            name = name.lower()
            if name in (b"content-length", b"transfer-encoding"):
                self._until_end = False
            self._exchange.headers.append((name, value))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if self._exchange is not None and status >= 200:
            self._exchange.status = status
            if self._exchange.head_only or status in NO_BODY:
                self._exchange.complete = True

    def on_body(self, data: bytes) -> None:
        if self._exchange is not None:
            self._exchange.chunks.append(data)
            self._exchange.buffered += len(data)

    def on_message_complete(self) -> None:
        if self._exchange is not None and self._exchange.status:
            self._exchange.complete = True
            self._keep_alive = self._parser.should_keep_alive()


class Pool:
    """The connections to one address, most recently used first."""

    def __init__(
        self, host: str, port: int, connect_seconds: float = 2.0, most_seconds: float = math.inf
    ) -> None:
        self.host = host
        self.port = port
        self._most_seconds = most_seconds
        self._connect_seconds = connect_seconds
        self._idle: list[Connection] = []
        self._closed = False

    async def acquire(self) -> Connection:
        """A connection that is open as far as can be known.

        Raises:
            UpstreamError: nobody listens there; nothing was sent.
        """
        loop = asyncio.get_running_loop()
        oldest = loop.time() - MAX_IDLE_SECONDS
        while self._idle:
            connection = self._idle.pop()
            if connection.reusable and connection.idle_since > oldest:
                return connection
            connection.abort()
        try:
            async with asyncio.timeout(self._connect_seconds):
                _, connection = await loop.create_connection(Connection, self.host, self.port)
        except (OSError, TimeoutError) as error:
            reason = str(error) or f"no connection within {self._connect_seconds:g} s"
            raise UpstreamError(reason, sent=False) from None
        return connection

    def release(self, connection: Connection) -> None:
        """Give back a connection whose exchange is over, whole or not."""
        connection.finish()
        now = asyncio.get_running_loop().time()
        young = now - connection.born < self._most_seconds
        if connection.reusable and young and not self._closed:
            connection.idle_since = now
            self._idle.append(connection)
        else:
            connection.abort()

    def sweep(self) -> None:
        """Close connections that have been idle too long."""
        oldest = asyncio.get_running_loop().time() - MAX_IDLE_SECONDS
        for connection in self._idle:
            if connection.closed or connection.idle_since <= oldest:
                connection.abort()
        self._idle = [connection for connection in self._idle if not connection.closed]

    def close(self) -> None:
        self._closed = True
        for connection in self._idle:
            connection.abort()
        self._idle.clear()
