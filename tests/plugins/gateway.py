"""A gateway process before small upstream servers that run in the test."""

from __future__ import annotations

import itertools
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from plugins.references import reference
from plugins.releases import PROJECT, Platform, make_platform
from plugins.waiting import wait_until

from aileron.cluster.serving import ServicePlacement
from aileron.core.ports import ArtifactKind
from aileron.deploy.gateway_client import GatewayClient
from aileron.ledger import Ledger, RevisionState
from aileron.stack.postgres import EmbeddedPostgres

_numbers = itertools.count(1)


@dataclass
class Upstream:
    """A server that plays a revision."""

    server: _Server
    requests: list[dict[str, Any]] = field(default_factory=list)
    ready: bool = True
    released: threading.Event = field(default_factory=threading.Event)
    """Once it is set, ``/wait`` is answered."""

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server.server_address[1]}"

    def stop(self) -> None:
        """Close the door and every connection, as the end of a process does."""
        self.released.set()
        self.server.shutdown()
        self.server.server_close()
        for connection in self.server.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def upstream() -> Iterator[Callable[..., Upstream]]:
    """Starts upstreams; all are stopped after the test."""
    started: list[Upstream] = []

    def start(port: int = 0) -> Upstream:
        server = _Server(("127.0.0.1", port), _Handler)
        made = Upstream(server)
        server.owner, server.connections = made, []
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        started.append(made)
        return made

    yield start
    for made in started:
        made.stop()


@dataclass
class Gateway:
    """A running gateway, the ledger that tells it where to route, and a service of one test."""

    platform: Platform
    service: str

    @property
    def root(self) -> str:
        return self.platform.settings.require("gateway_url")

    @property
    def url(self) -> str:
        return f"{self.root}/{PROJECT}/{self.service}"

    def route(self, *shares: tuple[str, int], placement: ServicePlacement | None = None) -> None:
        """Route the service to new revisions at these addresses, and wait until that is so."""
        ledger = self.platform.ledger
        ledger.services.ensure(PROJECT, self.service, "cells_model")
        package = reference("a", ArtifactKind.PACKAGE)
        weights = {}
        for address, weight in shares:
            revision = ledger.revisions.add(
                PROJECT, self.service, package, "cells_model", 1, placement
            )
            number = revision.number
            self.report(number, address)
            weights[number] = weight
        GatewayClient(self.root).wait_applied(ledger.routes.set(PROJECT, self.service, weights))

    def report(self, number: int, address: str) -> None:
        """Say what a supervisor would: the revision is healthy at `address`."""
        self.platform.ledger.revisions.report(
            PROJECT, self.service, number, RevisionState.HEALTHY, address, 1
        )

    def entry(self, path: str = "/-/routes") -> dict[str, Any]:
        """What the page says of the test's service."""
        services = httpx.get(f"{self.root}{path}", trust_env=False, timeout=60).json()["services"]
        found: dict[str, Any] = next(s for s in services if s["service"] == self.service)
        return found

    def leaving(self) -> list[tuple[int, int]]:
        """Revision and open requests of those that left the service's route."""
        page = httpx.get(f"{self.root}/-/routes", trust_env=False, timeout=60).json()
        mine = f"{PROJECT}/{self.service}/"
        return [
            (r["revision"], r["in_flight"]) for r in page["leaving"] if r["id"].startswith(mine)
        ]

    def access_log(self, request_id: str) -> dict[str, Any]:
        path = self.platform.settings.home / "logs" / "gateway-access.log"

        def find() -> dict[str, Any] | None:
            lines = [json.loads(line) for line in path.read_text().splitlines()]
            return next((line for line in lines if line["request_id"] == request_id), None)

        line: dict[str, Any] = wait_until(find, 60, "the line is written")
        return line


@pytest.fixture(scope="module")
def gateway_platform(
    postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory, environments: Path
) -> Iterator[Platform]:
    """One gateway for the tests of a module, over a database of its own."""
    postgres.ensure_database("gateway_tests")
    url = postgres.url("gateway_tests")
    ledger = Ledger(url)
    ledger.migrate()
    platform = make_platform(url, ledger, tmp_path_factory.mktemp("gateway"), environments)
    try:
        platform.start_gateway()
        yield platform
    finally:
        platform.end()
        ledger.close()


@pytest.fixture
def gateway(gateway_platform: Platform) -> Gateway:
    """The gateway, with a service name that no other test uses."""
    return Gateway(gateway_platform, f"service_{next(_numbers)}")


class _Server(ThreadingHTTPServer):
    owner: Upstream
    connections: list[socket.socket]
    daemon_threads = True
    request_queue_size = 64

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.append(request)
        super().process_request(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path == "/readyz":
            self._say(200 if self.server.owner.ready else 503, b"{}")
            return
        body = self._body()
        self.server.owner.requests.append(
            {
                "method": self.command,
                "path": self.path,
                "headers": {k.lower(): v for k, v in self.headers.items()},
                "body": body,
            }
        )
        if path == "/big":
            self._chunked([b"x" * 65536] * 64)
        elif path == "/cut":
            self.send_response(200)
            self.send_header("content-length", "1000")
            self.end_headers()
            self.wfile.write(b"half")
            self._break()
        elif path == "/hang_up":
            self._break()
        elif path == "/nonsense":
            self.wfile.write(b"this is not HTTP\r\n\r\n")
            self._break()
        elif path == "/wait":
            self.server.owner.released.wait(120)
            self._say(200, b'{"waited":1}')
        else:
            self._say(200, self.server.owner.address.encode())

    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET  # noqa: N815 the names are http.server's

    def _break(self) -> None:
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding") == "chunked":
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("content-length") or 0))

    def _chunked(self, parts: list[bytes]) -> None:
        self.send_response(200)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for part in parts:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.send_header("x-request-id", "from-upstream")
        self.send_header("keep-alive", "timeout=5")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass
