"""A small server that speaks the ML-backend contract of Label Studio, and says what it is told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


def predicted(task: dict[str, Any], name: str = "normal") -> dict[str, Any]:
    """A prediction of one class, as our own screens have it."""
    said = {"id": "x", "from_name": "labels", "to_name": "text", "type": "choices"}
    return {"result": [{**said, "value": {"choices": [name]}}], "score": 0.75}


def each(answer: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
    """`/predict` that says `answer` of each task."""
    return lambda body: {"results": [answer(task) for task in body["tasks"]]}


@dataclass
class ScriptedBackend:
    """What it says, and what it was asked."""

    url: str = ""
    health: Any = field(default_factory=lambda: {"status": "UP"})
    setup: Any = field(default_factory=lambda: {"model_version": "v1"})
    predict: Callable[[dict[str, Any]], Any] = field(default_factory=lambda: each(predicted))
    status: int = 200
    seconds: float = 0.0
    """How long the last byte of an answer takes."""
    asked: list[tuple[str, Any]] = field(default_factory=list)
    """Path and body of each request."""

    def answer(self, path: str, body: Any) -> bytes:
        self.asked.append((path, body))
        said = {"/health": self.health, "/setup": self.setup}.get(path)
        if path == "/predict":
            said = self.predict(body)
        return said if isinstance(said, bytes) else json.dumps(said).encode()


@contextmanager
def scripted_backend(**said: Any) -> Iterator[ScriptedBackend]:
    """A running one."""
    backend = ScriptedBackend(**said)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            size = int(self.headers.get("content-length") or 0)
            content = self.rfile.read(size)
            body = backend.answer(self.path, json.loads(content) if content else None)
            self.send_response(backend.status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[:-1])
            self.wfile.flush()
            time.sleep(backend.seconds)
            self.wfile.write(body[-1:])

        do_POST = do_GET  # noqa: N815 the names are http.server's

        def log_message(self, *_: object) -> None:
            pass

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                return  # the client gave up

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    backend.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    try:
        yield backend
    finally:
        server.shutdown()
        server.server_close()
