"""Keeping the routes in step with the ledger, and serving on without it.

A notice makes the routes change within milliseconds; the periodic reading makes up for
notices lost. What was read last lies in a file too, so that a gateway that starts while the
ledger is away serves what it served before.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Final

from aileron.core.errors import Unavailable
from aileron.gateway.metrics import GatewayMetrics
from aileron.gateway.routes import RevisionAddress, RouteTable, ServiceRoute, Snapshot
from aileron.ledger import Desired, Ledger, Revision, RevisionState, Route, Service

REFRESH_SECONDS: Final = 5.0
RECONNECT_SECONDS: Final = 1.0
ROUTABLE: Final = (RevisionState.STARTING, RevisionState.HEALTHY, RevisionState.UNHEALTHY)
logger = logging.getLogger("aileron.gateway")


class LedgerWatcher:
    """Fills a route table from the ledger for as long as it runs."""

    def __init__(
        self, ledger: Ledger, table: RouteTable, metrics: GatewayMetrics, last_known: Path
    ) -> None:
        self._ledger = ledger
        self._table = table
        self._metrics = metrics
        self._last_known = last_known
        self._changed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._last_known.is_file():
            text = self._last_known.read_text(encoding="utf-8")
            self._table.apply(Snapshot.model_validate_json(text))
        self._tasks = [loop.create_task(self._listen()), loop.create_task(self._refresh())]

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _listen(self) -> None:
        while True:
            try:
                async for _ in self._ledger.changes_async(REFRESH_SECONDS):
                    self._changed.set()
            except Unavailable as error:
                self._missed(error)
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _refresh(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                snapshot = await asyncio.to_thread(read_snapshot, self._ledger)
            except Unavailable as error:
                self._missed(error)
                await asyncio.sleep(RECONNECT_SECONDS)
                self._changed.set()
                continue
            self._table.apply(snapshot)
            try:
                await asyncio.to_thread(self._remember, snapshot)
            except OSError as error:  # a full disk must not keep the routes from being followed
                logger.warning("the routes are not kept for the next start: %s", error)

    def _missed(self, error: Unavailable) -> None:
        self._metrics.refresh_failures.inc()
        logger.warning("serving the last known routes: %s", error)

    def _remember(self, snapshot: Snapshot) -> None:
        self._last_known.parent.mkdir(parents=True, exist_ok=True)
        draft = self._last_known.with_suffix(".tmp")
        draft.write_text(snapshot.model_dump_json(), encoding="utf-8")
        draft.replace(self._last_known)


def read_snapshot(ledger: Ledger) -> Snapshot:
    """The routes as the ledger has them now."""
    services = ledger.services.list()
    routes = {(route.project, route.service): route for route in ledger.routes.list()}
    # Read last: a route names only revisions that were there before it.
    revisions = {revision.id: revision for revision in ledger.revisions.list()}
    return Snapshot(
        services=tuple(
            _service_route(service, routes.get((service.project, service.name)), revisions)
            for service in services
        )
    )


def _service_route(
    service: Service, route: Route | None, revisions: dict[str, Revision]
) -> ServiceRoute:
    running = service.desired == Desired.RUNNING
    weights = route.weights if route and running else ()
    ids = {f"{service.project}/{service.name}/{w.revision}": w.weight for w in weights}
    return ServiceRoute(
        project=service.project,
        service=service.name,
        running=running,
        generation=route.generation if route else 0,
        model=service.model,
        revisions=tuple(_address(revisions[i], weight) for i, weight in ids.items()),
    )


def _address(revision: Revision, weight: int) -> RevisionAddress:
    address = revision.address if revision.state in ROUTABLE else None
    host, _, port = (address or "").rpartition(":")
    return RevisionAddress(
        id=revision.id,
        number=revision.number,
        host=host or None,
        port=int(port or 0),
        weight=weight,
        healthy=revision.state == RevisionState.HEALTHY,
        shared=revision.placement is not None,
    )
