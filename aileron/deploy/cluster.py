"""A revision on a cluster: pods behind one address, which start anew by themselves.

All that is known of it lies in the cluster, under labels: a supervisor that was killed leaves
it serving, and the next one finds it. Its pods' logs are gathered into one file here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar, Final

from aileron.cluster import objects
from aileron.cluster.access import Cluster
from aileron.cluster.serving import ServicePlacement
from aileron.core.errors import NotFound, Unavailable
from aileron.core.ports import Reference
from aileron.deploy.manifests import (
    AUTOSCALERS,
    DRAIN_SECONDS,
    POD_DISRUPTION_BUDGETS,
    PORT,
    SETTLE_SECONDS,
    STOP_SECONDS,
    Identity,
    autoscaler,
    manifests,
)
from aileron.deploy.pod_logs import PodLogs
from aileron.deploy.pod_troubles import Trouble, is_available, last_trouble, refused_pods
from aileron.deploy.running import Running, Target
from aileron.ledger import Revision

GONE_SECONDS: Final = SETTLE_SECONDS + DRAIN_SECONDS + STOP_SECONDS + 15
"""Pods that were told to go are gone after so long, or their node is."""
POLL: Final = 0.5
KINDS: Final = (
    ("HorizontalPodAutoscaler", AUTOSCALERS),
    ("Deployment", ("apps/v1",)),
    ("Service", ("v1",)),
    ("PodDisruptionBudget", POD_DISRUPTION_BUDGETS),
    ("NetworkPolicy", ("networking.k8s.io/v1",)),
    ("ServiceAccount", ("v1",)),
)
"""What a revision consists of, in the order in which it goes."""


class ClusterTarget(Target):
    """A pool's namespace."""

    independent: ClassVar[bool] = True

    def __init__(
        self,
        cluster: Cluster,
        identity: Identity,
        package: Reference,
        placement: ServicePlacement,
        logs: PodLogs,
        callers: Callable[[], tuple[str, ...]],
    ) -> None:
        self._cluster = cluster
        self._identity = identity
        self._package = package
        self._placement = placement
        self._logs = logs
        self._callers = callers

    def find(self) -> Running | None:
        found = self._running()
        found.look()
        return found if found.ended() is None else None

    def launch(self) -> Running:
        offers, callers = self._cluster.offers, self._callers()
        for manifest in manifests(self._identity, self._package, self._placement, offers, callers):
            objects.apply(self._cluster, manifest)
        return self._running()

    def remove(self) -> None:
        self._running().kill()

    def _running(self) -> ClusterRevision:
        namespace = self._placement.pod.namespace
        return ClusterRevision(self._cluster, self._identity, namespace, self._logs)


class ClusterRevision(Running):
    """A Deployment and its pods, as they were seen last."""

    ready_poll: ClassVar[float] = POLL
    watch_poll: ClassVar[float] = 2.0

    def __init__(self, cluster: Cluster, identity: Identity, namespace: str, logs: PodLogs) -> None:
        self._cluster = cluster
        self._identity = identity
        self._namespace = namespace
        self._followed: ServicePlacement | None = None
        """What the cluster was told last; one that was found may have been told something else."""
        self._logs = logs
        self._deployment: dict[str, Any] | None = None
        self._pods: list[dict[str, Any]] = []
        self._address: str | None = None
        self._trouble: Trouble | None = None

    def follow(self, revision: Revision) -> None:
        self.look()
        wanted = revision.placement
        if self.ended() is None and wanted is not None and wanted != self._followed:
            self._scale(wanted)
            self.look()
        self._logs.collect(self._pods)
        self._trouble = None
        if self.address() is None and self._deployment is not None and wanted is not None:
            self._trouble = refused_pods(self._deployment) or last_trouble(
                self._cluster, self._pods, self._subject, wanted.pod.start_seconds
            )

    @property
    def _subject(self) -> str:
        return f"{self._identity.project}/{self._identity.service}/{self._identity.number}"

    def trouble(self) -> str | None:
        return None if self._trouble is None else str(self._trouble.error)

    def hopeless(self) -> bool:
        return self._trouble is not None and self._trouble.hopeless

    def look(self) -> None:
        """See how it is now."""
        name = self._identity.name
        self._deployment = objects.read(
            self._cluster, "apps/v1", "Deployment", self._namespace, name
        )
        self._pods = self._list_pods()

    def address(self) -> str | None:
        """Once all pods that are wanted are ready; of the Service, so it stays."""
        if self._deployment is None or not is_available(self._deployment):
            return None
        if self._address is None:
            service = objects.read(
                self._cluster, "v1", "Service", self._namespace, self._identity.name
            )
            self._address = f"{service['spec']['clusterIP']}:{PORT}" if service else None
        return self._address

    def ended(self) -> str | None:
        if self._deployment is None:
            return "its Deployment is not on the cluster"
        if not self._deployment["spec"]["replicas"]:
            return "its Deployment was scaled to 0"
        return None

    def stop(self) -> None:
        """No pods, and the same address when it starts again."""
        with suppress(NotFound):  # what is gone has stopped
            self._set_replicas(0)
        deadline = time.monotonic() + GONE_SECONDS
        while pods := self._list_pods():
            self._logs.collect(pods)
            if time.monotonic() > deadline:
                names = ", ".join(pod["metadata"]["name"] for pod in pods)
                raise Unavailable("deploy.pods_stay", names=names)
            time.sleep(POLL)

    def kill(self) -> None:
        for kind, versions in KINDS:
            self._delete(kind, versions)

    def _delete(self, kind: str, versions: tuple[str, ...]) -> None:
        version = self._cluster.offers.first(kind, *versions)
        if version is not None:
            objects.delete(self._cluster, version, kind, self._namespace, self._identity.name)

    def _list_pods(self) -> list[dict[str, Any]]:
        return objects.listed(self._cluster, "v1", "Pod", self._namespace, self._identity.selector)

    def _scale(self, placement: ServicePlacement) -> None:
        """More or fewer pods; where more come with load, that many at least."""
        scaler = list(autoscaler(self._identity, placement, self._cluster.offers))
        for manifest in scaler:
            objects.apply(self._cluster, manifest)
        if not scaler:  # else it keeps the number between the two that it was told
            self._delete("HorizontalPodAutoscaler", AUTOSCALERS)
            self._set_replicas(placement.replicas)
        self._followed = placement

    def _set_replicas(self, number: int) -> None:
        metadata = {"name": self._identity.name, "namespace": self._namespace}
        spec = {"replicas": number}
        objects.patch(
            self._cluster,
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec},
        )
