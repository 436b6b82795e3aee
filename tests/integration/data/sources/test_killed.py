"""A process that fetches is killed; the next one goes on, and nothing half is ever visible."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from plugins.allowed import LOOPBACK, allowed
from plugins.waiting import wait_until

from aileron.data.sources.fetch import fetch
from aileron.data.sources.spec import RemoteSource

CONTENT = random.Random(3).randbytes(20_000_000)
FETCH = """
import sys
from pathlib import Path
from aileron.data.sources.connections import load_connections
from aileron.data.sources.fetch import fetch
from aileron.data.sources.spec import RemoteSource
url, folder = sys.argv[1:]
fetch(RemoteSource(url=url), load_connections(Path(folder)), Path(folder) / "home", print)
"""


class Slow(BaseHTTPRequestHandler):
    """Sends half of the first answer, and the rest when `go` is set."""

    protocol_version = "HTTP/1.1"
    go = threading.Event()
    ranges: list[str]

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        asked = self.headers.get("Range", "")
        start = int(asked.removeprefix("bytes=").rstrip("-") or 0)
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.send_header("ETag", '"one"')
        if asked:
            self.send_header("Content-Range", f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}")
        self.end_headers()
        if self.command == "GET":
            self.ranges.append(asked)
            half = len(CONTENT) // 2
            self.wfile.write(CONTENT[start:half])
            self.go.wait(30)
            self.wfile.write(CONTENT[max(start, half) :])


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    handler = type("Handler", (Slow,), {"go": threading.Event(), "ranges": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    handler.go.set()
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_next_process_goes_on_after_a_kill(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    connections = allowed(tmp_path, allowed_networks=LOOPBACK)
    url = f"http://127.0.0.1:{server.server_port}/rows.csv"
    process = subprocess.Popen([sys.executable, "-c", FETCH, url, str(tmp_path)])
    try:
        wait_until(lambda: came(tmp_path) >= len(CONTENT) // 2, 180)
    finally:
        process.kill()
        process.wait()
    assert list((tmp_path / "home").rglob("rows.csv")) == []
    server.RequestHandlerClass.go.set()  # type: ignore[attr-defined]
    ((_, path),) = fetch(RemoteSource(url=url), connections, tmp_path / "home", print).items()
    assert path.read_bytes() == CONTENT
    assert server.RequestHandlerClass.ranges == ["", f"bytes={len(CONTENT) // 2}-"]  # type: ignore[attr-defined]


def came(folder: Path) -> int:
    """Bytes of the part that is here."""
    parts = (folder / "home").glob("cache/downloads/*/parts/*")
    return sum(part.stat().st_size for part in parts if part.suffix != ".json")
