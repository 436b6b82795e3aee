"""A way to a server that a test can close: a forwarder of connections that refuses or cuts them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PIECE = 1 << 16


class Way:
    """Forwards a port of this machine to a server, unless it is closed.

    Args:
        server: host and port.
        host: of this machine, whose port it is; others may reach it there.
    """

    def __init__(self, server: tuple[str, int], host: str = "127.0.0.1") -> None:
        self._server = server
        self._closed = threading.Event()
        self._connections: set[socket.socket] = set()
        self._listener = socket.create_server((host, 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, name="way", daemon=True).start()

    @contextmanager
    def away(self) -> Iterator[None]:
        """The server cannot be reached while the body runs; connections that are open end."""
        self._closed.set()
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        try:
            yield
        finally:
            self._closed.clear()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # else whoever waits for connections goes on
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self._closed.is_set():
                near.close()
                continue
            try:
                far = socket.create_connection(self._server, timeout=5)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            self._connections |= {near, far}
            for ends in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=ends, daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(PIECE):
                target.sendall(data)
        for end in (source, target):
            self._connections.discard(end)
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
