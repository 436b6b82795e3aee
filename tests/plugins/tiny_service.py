"""The process of a hand-written package: the start contract of services, standard library alone.

Copied into packages as ``aileron_service/__main__.py``. What it does wrong is said by
``tiny.json`` in the package: {"answer", "mode": "healthy" | "never_ready" | "refuses"}.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

SETTINGS: dict[str, str] = {}
leaving = threading.Event()
open_requests = 0
counting = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        global open_requests
        with counting:
            open_requests += 1
        try:
            self._answer()
        finally:
            with counting:
                open_requests -= 1

    do_POST = do_GET  # noqa: N815 the names are http.server's

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        url = urlsplit(self.path)
        if url.path == "/readyz":
            ready = SETTINGS["mode"] != "never_ready" and not leaving.is_set()
            self._say(200 if ready else 503, b"{}")
        elif url.path == "/slow":
            let_go = Path(parse_qs(url.query)["until"][0])
            while not let_go.exists():
                time.sleep(0.02)
            self._say(200, json.dumps({"answer": SETTINGS["answer"]}).encode())
        elif url.path == "/crash":
            os._exit(9)
        else:
            answer = {"answer": SETTINGS["answer"], "pid": os.getpid(), "bytes": len(body)}
            self._say(200, json.dumps(answer).encode())

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        if leaving.is_set():
            self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True


def main() -> int:
    parser = argparse.ArgumentParser()
    for name in ("--package", "--announce"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--host")
    for name in ("--port", "--drain-seconds", "--stop-seconds"):
        parser.add_argument(name, type=float)
    given = parser.parse_args()
    SETTINGS.update(json.loads((given.package / "tiny.json").read_text()))
    print("tiny service begins", flush=True)
    if SETTINGS["mode"] == "refuses":
        print("The model cannot be served: it is not a model", file=sys.stderr)
        return 2
    server = Server((given.host, int(given.port)), Handler)
    end = threading.Thread(target=leave, args=[server, given.drain_seconds])
    signal.signal(signal.SIGTERM, lambda *_: end.start())
    if given.announce is not None:
        announce(given.announce, given.host, server.server_address[1])
    server.serve_forever(poll_interval=0.02)
    return 0


def announce(path: Path, host: str, port: int) -> None:
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps({"host": host, "port": port, "pid": os.getpid()}))
    draft.replace(path)


def leave(server: Server, drain_seconds: float) -> None:
    leaving.set()
    time.sleep(drain_seconds)
    server.shutdown()
    while open_requests:
        time.sleep(0.01)


if __name__ == "__main__":
    sys.exit(main())
