"""What a tab of the tests' browser takes for a fault, seen with a server that says it is busy."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from playwright.sync_api import Browser, expect
from plugins.browser import signed_in

PAGE = """<!doctype html><title>asks</title><link rel="icon" href="data:,"><h1></h1><script>
const ask = async () => {
  const answers = [await fetch(location.hash.slice(1)), await fetch(location.hash.slice(1))];
  document.querySelector("h1").textContent = answers.map((answer) => answer.status).join(" ");
};
ask();
</script>"""


class _Handler(BaseHTTPRequestHandler):
    """`/soon` is busy once, `/later` twice, and `/never` always."""

    asked: Counter[str]
    busy: ClassVar = {"/soon": 1, "/later": 2, "/never": 99}

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def do_POST(self) -> None:
        self._answer(204)

    def do_GET(self) -> None:
        self.asked[self.path] += 1
        self._answer(503 if self.asked[self.path] <= self.busy.get(self.path, 0) else 200)

    def _answer(self, status: int) -> None:
        body = PAGE.encode() if self.path == "/" else b""
        self.send_response(status)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def url() -> Iterator[str]:
    """A page that asks twice for what its fragment says, and shows the statuses."""
    handler = type("Handler", (_Handler,), {"asked": Counter()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def ask(browser: Browser, url: str, path: str, shown: str, provoked: str | None = None) -> None:
    with signed_in(browser, url, "secret", provoked) as page:
        page.goto(f"{url}#{path}")
        expect(page.locator("h1")).to_have_text(shown)


def test_a_server_that_is_busy_for_a_while_is_no_fault(browser: Browser, url: str) -> None:
    ask(browser, url, "/soon", "503 200")
    ask(browser, url, "/later", "503 503")


def test_a_server_that_stays_busy_is_one_unless_it_is_meant(browser: Browser, url: str) -> None:
    with pytest.raises(AssertionError, match="/never: 503"):
        ask(browser, url, "/never", "503 503")
    ask(browser, url, "/never", "503 503", provoked="status of 503")
