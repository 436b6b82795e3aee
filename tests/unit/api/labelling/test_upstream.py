"""What Label Studio is told with a request: our token, where it is the platform that asks."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from aileron.api.labelling.upstream import Upstream

Heard = list[tuple[str, str | None, str | None]]


@pytest.fixture
def server() -> Iterator[tuple[str, Heard]]:
    """An address, and (path, authorization, cookie) of what it was asked."""
    heard: Heard = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = self.headers
            heard.append(
                (self.path.rstrip("?"), headers.get("authorization"), headers.get("cookie"))
            )
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}", heard
    made.shutdown()
    thread.join()
    made.server_close()


def test_files_are_asked_for_in_nobodys_name(server: tuple[str, Heard]) -> None:
    url, heard = server
    browser = {"authorization": "Token of somebody", "cookie": "aileron_label=x", "accept": "*/*"}

    async def ask() -> None:
        upstream = Upstream(url, "t" * 40)
        await upstream.file("/static/js/a.js", browser)
        await upstream.ask("GET", "/api/tasks/1", headers=browser)
        await upstream.close()

    asyncio.run(ask())
    assert heard == [
        ("/static/js/a.js", None, None),
        ("/api/tasks/1", f"Token {'t' * 40}", None),
    ]
