"""Active health checks: each revision on a route is asked ``GET /readyz`` again and again.

A refused connection or an answer other than 200 takes a revision out at once, silence only
after three probes in a row (a busy revision is slow, not ill), and only while another can take its
requests; one good answer brings it back. Requests that find nobody listening take it out too
(`aileron.gateway.proxy`). Where several pods share an address one of them may say no, or be gone:
it takes three such probes.
"""

from __future__ import annotations

import asyncio
from typing import Final

from aileron.gateway.routes import RouteTable, Target
from aileron.gateway.upstream import UpstreamError

PROBE_SECONDS: Final = 1.0
RETRY_SECONDS: Final = 0.1
"""Between probes of a revision that is out, so that it is back soon."""
SILENCE_SECONDS: Final = 3.0
SILENT_PROBES: Final = 3
SHARED_PROBES: Final = 3
PROBE: Final = b"GET /readyz HTTP/1.1\r\nhost: revision\r\nuser-agent: aileron-gateway\r\n\r\n"


async def watch_health(table: RouteTable) -> None:
    """Probe for ever; one task for each revision, made and ended as routes change."""
    tasks: dict[Target, asyncio.Task[None]] = {}
    try:
        while True:
            current = set(table.targets())
            for target in tasks.keys() - current:
                tasks.pop(target).cancel()
            for target in current - tasks.keys():
                tasks[target] = asyncio.create_task(_watch(target))
            await asyncio.sleep(RETRY_SECONDS)
    finally:
        for task in tasks.values():
            task.cancel()


async def _watch(target: Target) -> None:
    while True:
        await probe(target)
        await asyncio.sleep(PROBE_SECONDS if target.healthy else RETRY_SECONDS)


async def probe(target: Target, silence_seconds: float = SILENCE_SECONDS) -> None:
    """Ask once and note what it means for `target`."""
    try:
        async with asyncio.timeout(silence_seconds):
            ready = await _ready(target)
    except TimeoutError:
        target.failures += 1
        if target.failures >= SILENT_PROBES:
            target.healthy, target.silent = False, True
        return
    except UpstreamError:
        ready = False
    target.silent = False
    target.failures = 0 if ready else target.failures + 1
    target.healthy = ready or (target.shared and target.healthy and target.failures < SHARED_PROBES)


async def _ready(target: Target) -> bool:
    connection = await target.pool.acquire()
    try:
        exchange = connection.begin(PROBE)
        await connection.head(exchange)
        while not exchange.complete:
            await connection.body(exchange)
        return exchange.status == 200
    finally:
        target.pool.release(connection)
