"""The application as a server of its own, with tokens as the only login."""

from __future__ import annotations

import socket

import uvicorn

from aileron.api.app import create_app
from aileron.api.identity import TokenIdentity
from aileron.client.local import Installation
from aileron.core.errors import InvalidInput, sentence
from aileron.core.settings import Settings


def serve(settings: Settings, host: str, port: int) -> None:
    """Answer on ``host:port`` until the process is told to end.

    Raises:
        InvalidInput: the address is taken or may not be used.
        Unavailable: the ledger does not answer.
    """
    installation = Installation(settings)
    installation.ledger.ping()
    app = create_app(installation, TokenIdentity(installation.ledger))
    config = uvicorn.Config(app, log_level="warning", server_header=False, timeout_keep_alive=30)
    with listener(host, port) as listening:
        print(sentence("api.serves", None, url=f"http://{host}:{port}/"), flush=True)
        uvicorn.Server(config).run(sockets=[listening])
    installation.close()


def listener(host: str, port: int) -> socket.socket:
    """A socket that listens there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        problem = error.strerror or str(error)
        raise InvalidInput("api.port_taken", port=port, problem=problem) from None
