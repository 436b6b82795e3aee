"""Running a service lean: one process, uvloop and httptools, no garbage-collector pauses.

Drain: at SIGTERM the service goes on answering for `drain_seconds`, but says at /readyz that
it is leaving (503) and closes each connection after its answer. Then it stops listening,
ends what is in flight (at most `stop_seconds`) and exits with status 0. A second signal
cuts the drain short.
"""

from __future__ import annotations

import gc
import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import Final

import uvicorn
from fastapi import FastAPI

from .service import Service

KEEP_ALIVE_SECONDS: Final = 75


@dataclass(frozen=True)
class Options:
    """How to listen and how to leave."""

    host: str = "127.0.0.1"
    port: int = 0
    announce: Path | None = None
    """File that gets {"host", "port", "pid"} as JSON once requests are welcome."""
    drain_seconds: float = 1.0
    stop_seconds: float = 30.0


def bind(options: Options) -> socket.socket:
    """The listening socket; port 0 lets the system choose. `OSError` if it is taken."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((options.host, options.port))
    except OSError:
        listener.close()
        raise
    return listener


def serve(app: FastAPI, service: Service, listener: socket.socket, options: Options) -> None:
    """Serve until SIGTERM or SIGINT, then drain."""
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        backlog=2048,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=max(1, round(options.stop_seconds)),
    )
    _quiet_collector()
    Server(config, service, listener, options).run(sockets=[listener])


class Server(uvicorn.Server):
    """uvicorn with an announcement at its start and a drain at its end."""

    def __init__(
        self, config: uvicorn.Config, service: Service, listener: socket.socket, options: Options
    ) -> None:
        super().__init__(config)
        self._service = service
        self._listener = listener
        self._options = options
        self._leave_at: float | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started and self._options.announce is not None:
            host, port = self._listener.getsockname()[:2]
            address = {"host": host, "port": port, "pid": os.getpid()}
            draft = self._options.announce.with_suffix(".tmp")
            draft.write_text(json.dumps(address), encoding="utf-8")
            draft.replace(self._options.announce)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        del sig, frame
        if self._leave_at is None:
            self._service.state = "draining"
            self._leave_at = monotonic() + self._options.drain_seconds
        else:
            self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        if self._leave_at is not None and monotonic() >= self._leave_at:
            self.should_exit = True
        return await super().on_tick(counter)


def _quiet_collector() -> None:
    """What lives now lives for ever: leave it out of collections, and collect seldom.

    A request makes no cycles, so that a full collection finds next to nothing to look at.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
