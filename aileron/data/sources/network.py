"""Where a URL may lead: never to this machine or into a private network, unless allowed.

The check sits where connections are made, on the addresses that a name resolved to, and the
connection goes to that very address: a name that resolves to another one a moment later (DNS
rebinding) gains nothing, and each redirect passes here too. TLS still verifies the name.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import httpcore
import httpx

from aileron.core.errors import Refused
from aileron.data.sources.connections import Connections, Limits

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
TRANSLATED: Final = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv6 addresses that stand for the IPv4 address in their last 32 bits (RFC 6052)."""


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of `host`, as this machine's resolver says.

    Raises:
        OSError: there is no such name.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]).split("%")[0] for entry in found))


class Gate:
    """Says which addresses may be connected to."""

    def __init__(self, connections: Connections, resolver: Resolve = resolve) -> None:
        self._networks = connections.networks
        self._hosts = tuple(host.lower() for host in connections.spec.allowed_hosts)
        self._settings = str(connections.path)
        self._resolve = resolver

    def addresses(self, host: str, port: int) -> Sequence[str]:
        """Addresses of `host` to connect to, each of them allowed.

        Raises:
            OSError: there is no such name.
            Refused: it has a private address; one is enough.
        """
        found = self._resolve(host, port)
        if not self._known(host):
            for text in found:
                if not self._allowed(text):
                    raise Refused(
                        "data.sources.private_address",
                        host=host,
                        address=text,
                        settings=self._settings,
                    )
        return found

    def _known(self, host: str) -> bool:
        name = host.lower().rstrip(".")
        return any(
            name == known or (known.startswith("*.") and name.endswith(known[1:]))
            for known in self._hosts
        )

    def _allowed(self, text: str) -> bool:
        address = ipaddress.ip_address(text)
        meant = embedded(address)
        return all(one.is_global and not one.is_multicast for one in meant) or any(
            one in network for one in meant for network in self._networks
        )


def embedded(address: Address) -> list[Address]:
    """`address`, or the IPv4 addresses that an IPv6 address stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if address in TRANSLATED:
        return [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)]
    if address.sixtofour is not None:
        return [address, address.sixtofour]
    if address.teredo is not None:
        return [address, *address.teredo]
    return [address]


class GatedBackend(httpcore.NetworkBackend):
    """Connects to the addresses that a gate lets through, and to nothing else."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = self._gate.addresses(host, port)
        except OSError as error:
            raise httpcore.ConnectError(f"{host}: {error.strerror or error}") from error
        problem: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            try:
                return self._plain.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem


class _GatedTransport(httpx.HTTPTransport):
    """httpx's transport with a gate; it takes no backend, so its pool is replaced."""

    def __init__(self, gate: Gate) -> None:
        super().__init__()
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(),
            network_backend=GatedBackend(gate),
            keepalive_expiry=5.0,
        )


def timeouts(limits: Limits) -> httpx.Timeout:
    return httpx.Timeout(limits.silence_seconds, connect=limits.connect_seconds)


def gated_client(gate: Gate, limits: Limits) -> httpx.Client:
    """An HTTP client for addresses that strangers wrote: no proxy, no redirects by itself."""
    return httpx.Client(
        transport=_GatedTransport(gate),
        timeout=timeouts(limits),
        trust_env=False,
        follow_redirects=False,
    )
