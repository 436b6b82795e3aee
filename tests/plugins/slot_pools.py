"""Airflow's routes of pools, by hand: for what needs slots and no scheduler."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest

ROUTE = "/api/v2/pools"


class SlotPools:
    """Name -> pool, as Airflow answers; `url` is where it listens."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.pools: dict[str, dict[str, Any]] = {}
        self.writes = 0

    def write(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        self.writes += 1
        before = self.pools.get(name, {"name": name, "occupied_slots": 0})
        self.pools[name] = before | body
        return self.pools[name]


class _Handler(BaseHTTPRequestHandler):
    made: SlotPools

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        pools = self.made.pools
        if path == ROUTE:
            self._answer(200, {"pools": list(pools.values()), "total_entries": len(pools)})
        elif (name := path.removeprefix(f"{ROUTE}/")) in pools:
            self._answer(200, pools[name])
        else:
            self._answer(404, {"detail": f"The Pool with name: `{path}` was not found"})

    def do_POST(self) -> None:
        body = self._body()
        self._answer(201, self.made.write(body["name"], body))

    def do_PATCH(self) -> None:
        body, name = self._body(), self.path.removeprefix(f"{ROUTE}/")
        if body.pop("pool", None) != name:
            self._answer(422, {"detail": "Field required: pool"})
        else:
            self._answer(200, self.made.write(name, body))

    def log_message(self, *_: Any) -> None:
        """Nothing."""

    def _body(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["content-length"])))
        return document

    def _answer(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def slot_pools() -> Iterator[SlotPools]:
    """An Airflow that has pools and nothing else."""
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    handler.made = SlotPools(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield handler.made  # type: ignore[attr-defined]
    server.shutdown()
    thread.join()
    server.server_close()
