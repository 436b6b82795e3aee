"""A client that costs little itself: HTTP/1.1 over raw sockets, one process, one loop.

`Closed` keeps a number of connections busy; `Open` sends at fixed times whatever the answers
do, so a pause of the server shows in every request that it delays. Loopback only.

Usage: ``python load.py URL BODY_FILE closed|open NUMBER SECONDS`` prints one JSON document;
with ``SECONDS`` 0 it goes on until its standard input is closed.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from pathlib import Path
from typing import Final, cast
from urllib.parse import urlsplit

import uvloop

LIMIT: Final = 64
"""Most connections at a time."""
WARM_SECONDS: Final = 0.5
PATIENCE: Final = 30.0
"""How long the last answers are waited for."""


class Client:
    """Sends the same POST again and again, and keeps the time of each answer."""

    def __init__(self, url: str, body: bytes) -> None:
        parts = urlsplit(url)
        if parts.hostname not in ("127.0.0.1", "localhost") or parts.port is None:
            raise SystemExit(f"{url} is not on this machine.")
        self.address = (parts.hostname, parts.port)
        head = (
            f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.request = head.encode() + body
        self.milliseconds: list[float] = []
        self.errors: dict[str, int] = {}

    def failed(self, reason: str) -> None:
        self.errors[reason] = self.errors.get(reason, 0) + 1

    async def connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(Connection, *self.address)
        return connection

    async def once(self, connection: Connection, due: float) -> bool:
        """Send one request; the time counts from `due`. False if the connection is spent."""
        try:
            status = await connection.ask(self.request)
        except OSError as error:
            self.failed(type(error).__name__)
            return False
        self.milliseconds.append((time.perf_counter() - due) * 1000)
        if status != b"200":
            self.failed(status.decode())
        return not connection.closing

    async def closed(self, connections: int, ended: asyncio.Event) -> None:
        """Keep `connections` busy, each with one request at a time."""

        async def worker() -> None:
            connection = await self.connect()
            while not ended.is_set():
                if not await self.once(connection, time.perf_counter()):
                    connection = await self.connect()
            connection.close()

        await asyncio.gather(*(worker() for _ in range(connections)))

    async def open(self, rate: float, ended: asyncio.Event) -> None:
        """Send `rate` requests a second, each on a connection that is free or new."""
        free: list[Connection] = []
        running: set[asyncio.Task[None]] = set()

        async def one(due: float) -> None:
            connection = free.pop() if free else await self.connect()
            if await self.once(connection, due):
                free.append(connection)

        begin = time.perf_counter()
        sent = 0
        while not ended.is_set():
            wait = begin + sent / rate - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            if len(running) >= LIMIT:
                self.failed("no free connection")
            else:
                task = asyncio.create_task(one(time.perf_counter()))
                running.add(task)
                task.add_done_callback(running.discard)
            sent += 1
        await asyncio.gather(*running)
        for connection in free:
            connection.close()

    def result(self, seconds: float, counted: int) -> dict[str, object]:
        """What came of `seconds` in which `counted` requests were answered."""
        times = sorted(self.milliseconds)
        if not times:
            raise SystemExit(f"No request was answered: {self.errors}")
        return {
            "requests": len(times),
            "per_second": round(counted / seconds, 1),
            "p50_ms": round(times[len(times) // 2], 3),
            "p99_ms": round(times[int(len(times) * 0.99)], 3),
            "max_ms": round(times[-1], 3),
            "errors": sum(self.errors.values()),
            "reasons": self.errors,
        }


class Connection(asyncio.Protocol):
    """One connection that answers one request at a time."""

    def __init__(self) -> None:
        self.closing = False
        self._transport: asyncio.Transport
        self._answer: asyncio.Future[bytes] | None = None
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    async def ask(self, request: bytes) -> bytes:
        """Send, wait for the whole answer, return its status.

        Raises:
            OSError: the connection was lost.
        """
        if self.closing:
            raise ConnectionResetError
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def data_received(self, data: bytes) -> None:
        self._data += data
        head, found, rest = self._data.partition(b"\r\n\r\n")
        if not found:
            return
        lower = head.lower()
        length = lower.partition(b"content-length:")[2].partition(b"\r\n")[0]
        if len(rest) >= int(length) and self._answer is not None and not self._answer.done():
            self.closing = b"connection: close" in lower
            self._data = b""
            self._answer.set_result(head[9:12])

    def connection_lost(self, error: Exception | None) -> None:
        self.closing = True
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error or ConnectionResetError())

    def close(self) -> None:
        self._transport.close()


async def main(url: str, body: str, kind: str, number: str, seconds: str) -> None:
    client = Client(url, Path(body).read_bytes())
    ended = asyncio.Event()
    send = client.closed if kind == "closed" else client.open
    load = asyncio.create_task(send(int(number), ended))
    begin = time.perf_counter()
    if float(seconds):
        await asyncio.sleep(WARM_SECONDS)
        client.milliseconds.clear()
        begin = time.perf_counter()
        await asyncio.sleep(float(seconds))
    else:
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    ended.set()
    measured, counted = time.perf_counter() - begin, len(client.milliseconds)
    try:
        await asyncio.wait_for(load, PATIENCE)
    except TimeoutError:
        client.failed("no answer")
    print(json.dumps(client.result(measured, counted)))


if __name__ == "__main__":
    gc.disable()
    uvloop.run(main(*sys.argv[1:6]))
