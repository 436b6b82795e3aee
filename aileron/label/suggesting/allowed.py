"""Which servers elsewhere may be asked: those that an administrator allows by name.

Samples are sent to them, so that it is not enough that an address is public.
"""

from __future__ import annotations

import ipaddress
from pathlib import Path
from urllib.parse import urlsplit

from aileron.core.errors import Refused
from aileron.data.sources.connections import Connections, load_connections


def check_allowed(workspace: Path, url: str) -> None:
    """Return if ``configs/connections.yaml`` allows the host of `url`.

    Raises:
        Refused: it does not; says what to add where.
        InvalidInput: something is wrong with that file.
    """
    connections = load_connections(workspace)
    host = (urlsplit(url).hostname or "").rstrip(".").lower()
    if not (_named(connections, host) or _in_network(connections, host)):
        where = str(connections.path.relative_to(workspace))
        raise Refused("label.suggesting.not_allowed", url=url, host=host, settings=where)


def _named(connections: Connections, host: str) -> bool:
    names = (name.lower() for name in connections.spec.allowed_hosts)
    return any(host == one or (one.startswith("*.") and host.endswith(one[1:])) for one in names)


def _in_network(connections: Connections, host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in connections.networks)
