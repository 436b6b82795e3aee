"""Ports of the embedded servers, all on loopback.

A port that is set in the environment is taken or refused; any other is the one of the last
start if it is still free, else a customary one, else any free one.
"""

from __future__ import annotations

import random
import socket
from collections.abc import Collection, Iterator, Mapping
from itertools import chain
from typing import Final

from aileron.core.errors import Conflict, InvalidInput

HOST: Final = "127.0.0.1"

OWN_RANGE: Final = range(20_000, 32_000)

CUSTOMARY: Final[Mapping[str, int]] = {
    "postgres": 15432,
    "airflow": 8080,
    "mlflow": 5000,
    "gateway": 8000,
    "labelling": 8010,
    "labelstudio": 8011,
}
"""Server -> the port a person would expect it on."""


def variable(server: str) -> str:
    """The environment variable that sets the port of `server`."""
    return f"AILERON_PORT_{server.upper()}"


def choose(
    environ: Mapping[str, str], remembered: Mapping[str, int], held: Collection[str] = ()
) -> dict[str, int]:
    """A port for each server. ``AILERON_PORT_NAME=0`` asks for any free one.

    Args:
        remembered: the ports of the last start.
        held: servers that still run there, so that their ports are theirs, not taken.

    Raises:
        InvalidInput: a variable holds no port number.
        Conflict: a port that was asked for is in use.
    """
    chosen: dict[str, int] = {}
    for server, customary in CUSTOMARY.items():
        wanted = _configured(environ, server)
        if server in held and wanted in (None, 0, remembered[server]):
            chosen[server] = remembered[server]
        elif wanted:
            _require_free(server, wanted)
            chosen[server] = wanted
        else:
            familiar = [remembered.get(server), customary if wanted is None else None]
            candidates = chain(filter(None, familiar), _strangers())
            chosen[server] = next(
                port for port in candidates if port not in chosen.values() and _is_free(port)
            )
    return chosen


def _configured(environ: Mapping[str, str], server: str) -> int | None:
    text = environ.get(variable(server), "").strip()
    if not text:
        return None
    if not text.isdecimal() or int(text) > 65535:
        raise InvalidInput("stack.bad_port", variable=variable(server), value=text)
    return int(text)


def _require_free(server: str, port: int) -> None:
    if not _is_free(port):
        raise Conflict("stack.port_taken", server=server, port=port, variable=variable(server))


def _strangers() -> Iterator[int]:
    """Ports nobody is known by, below those the kernel gives to outgoing connections.

    A server that is restarted finds its port again: no client of something else got it.
    """
    return iter(random.sample(OWN_RANGE, len(OWN_RANGE)))


def _is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
