"""Which target runs a revision: its row says so."""

from __future__ import annotations

import socket
from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from aileron.cluster.access import Cluster
from aileron.core.errors import Unavailable
from aileron.core.settings import Settings
from aileron.deploy.cluster import ClusterTarget
from aileron.deploy.manifests import Identity
from aileron.deploy.places import Place
from aileron.deploy.pod_logs import PodLogs
from aileron.deploy.process import ProcessTarget
from aileron.deploy.running import Target
from aileron.ledger import Revision
from aileron.store import open_store


class Targets:
    """Makes targets; those of one cluster share a way to it.

    Args:
        installation: the ledger's name for this installation, asked when it is first needed.
    """

    def __init__(self, settings: Settings, installation: Callable[[], str]) -> None:
        self._settings = settings
        self._installation = installation
        self._store = open_store(settings.store_root)
        self._clusters: dict[str | None, Cluster] = {}

    def of(self, revision: Revision) -> Target:
        """The target of `revision`; nothing is asked of it yet."""
        home = self._settings.home
        placement = revision.placement
        if placement is None:
            return ProcessTarget(home, self._store, revision)
        cluster = self.cluster(placement.pod.context)
        identity = Identity.of(self._installation(), revision)
        logs = PodLogs(cluster, Place.of_revision(home, revision).log)
        callers = partial(platform_addresses, cluster, self._settings)
        return ClusterTarget(cluster, identity, revision.package, placement, logs, callers)

    def cluster(self, context: str | None) -> Cluster:
        """The cluster of a context of the kubeconfig."""
        return self._clusters.setdefault(context, Cluster(context))


def platform_addresses(cluster: Cluster, settings: Settings) -> tuple[str, ...]:
    """Of this machine as the cluster sees it, and of the gateway's: these may call pods."""
    server = urlsplit(cluster.api.configuration.host)
    found = {_source_address(server.hostname or "", server.port or 443)}
    gateway = urlsplit(settings.gateway_url or "").hostname
    if gateway:
        found.add(_resolved(gateway))
    return tuple(sorted(address for address in found if not address.startswith("127.")))


def _source_address(host: str, port: int) -> str:
    """The address that packets to `host` leave from; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((host, port))
        except OSError as error:
            raise Unavailable("cluster.silent", subject=host, problem=str(error)) from None
        return str(probe.getsockname()[0])


def _resolved(name: str) -> str:
    try:
        return socket.gethostbyname(name)
    except OSError as error:
        raise Unavailable("cluster.silent", subject=name, problem=str(error)) from None
