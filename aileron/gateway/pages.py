"""The gateway's own pages: what it serves, its health, its routes and its metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from aileron.gateway.envelope import JSON_TYPE, HeaderList
from aileron.gateway.metrics import GatewayMetrics
from aileron.gateway.routes import Route, RouteTable, Target

TEXT_TYPE = (b"content-type", b"text/plain; version=0.0.4; charset=utf-8")


@dataclass(frozen=True)
class Page:
    """An answer made here."""

    status: int
    headers: HeaderList
    body: bytes


class Pages:
    """Path -> page, for everything that is not a service."""

    def __init__(self, table: RouteTable, metrics: GatewayMetrics) -> None:
        self._table = table
        self._metrics = metrics
        self._pages: Mapping[bytes, Callable[[], Page]] = {
            b"/": lambda: _json(services_view(table)),
            b"/-/routes": lambda: _json(routes_view(table)),
            b"/livez": lambda: _json({"status": "ok"}),
            b"/readyz": self._ready,
            b"/metrics": lambda: Page(200, [TEXT_TYPE], metrics.render()),
        }

    def find(self, path: bytes) -> Page | None:
        page = self._pages.get(path)
        return page() if page else None

    def _ready(self) -> Page:
        if self._table.applied:
            return _json({"status": "ok"})
        return _json({"status": "waiting for the first routes"}, 503)


def services_view(table: RouteTable) -> dict[str, Any]:
    """The services for people and programs that look for one."""
    return {"services": [_service(route) for _, route in sorted(table.routes.items())]}


def routes_view(table: RouteTable) -> dict[str, Any]:
    """What release and supervisor wait on: generations in force, requests still open."""
    return {
        "services": [
            {
                "project": route.facts.project,
                "service": route.facts.service,
                "generation": route.facts.generation,
                "revisions": [
                    _target(target) | {"weight": weight}
                    for target, weight in zip(route.targets, route.weights, strict=True)
                ],
            }
            for _, route in sorted(table.routes.items())
        ],
        "leaving": [_target(target) for target in table.leaving if target.in_flight],
    }


def _service(route: Route) -> dict[str, Any]:
    facts = route.facts
    healthy = any(target.healthy for target in route.targets)
    return {
        "project": facts.project,
        "service": facts.service,
        "path": f"/{facts.project}/{facts.service}/",
        "model": facts.model,
        "state": "serving" if healthy else "unavailable" if facts.running else "stopped",
        "revisions": [
            {"revision": target.number, "weight": weight, "healthy": target.healthy}
            for target, weight in zip(route.targets, route.weights, strict=True)
        ],
    }


def _target(target: Target) -> dict[str, Any]:
    return {
        "id": target.id,
        "revision": target.number,
        "healthy": target.healthy,
        "in_flight": target.in_flight,
    }


def _json(value: Any, status: int = 200) -> Page:
    return Page(status, [JSON_TYPE], orjson.dumps(value))
