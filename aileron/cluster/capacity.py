"""Whether a cluster could ever run a pod: namespace, priority class, and a node large enough.

How full the nodes are is not asked, since that changes: a pod that fits an empty node waits for
one, as long as its pool says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from aileron.cluster.access import TIMEOUT, Cluster, answering
from aileron.cluster.placement import Placement, Resources, Toleration
from aileron.cluster.placing import fitting_sizes, words
from aileron.cluster.pools import Pool
from aileron.core.errors import InvalidInput, NotFound

MB: Final = 2**20
PASSING: Final = "node.kubernetes.io/"
"""What the keys of taints begin with that the cluster sets for a while: not ready, no disk."""
MOST_TOLD: Final = 3
Asked = Placement | Pool


@dataclass(frozen=True)
class ClusterNode:
    """A node: who may be placed on it, and what it has for pods."""

    name: str
    ready: bool
    labels: Mapping[str, str]
    taints: tuple[Mapping[str, Any], ...]
    allocatable: Mapping[str, float]
    """As the cluster names them: ``cpu`` in cores, ``memory`` in bytes, ``nvidia.com/gpu``."""

    def admits(self, asked: Asked) -> bool:
        """Whether the selector and the tolerations let pods onto it."""
        lasting = [taint for taint in self.taints if not taint["key"].startswith(PASSING)]
        return self.labels.items() >= asked.node_selector.items() and all(
            taint["effect"] == "PreferNoSchedule" or _tolerated(taint, asked.tolerations)
            for taint in lasting
        )

    def holds(self, resources: Resources) -> bool:
        """Whether it has so much, were it empty."""
        wanted = demands(resources)
        return all(self.allocatable.get(name, 0) >= wanted[name] for name in wanted)

    def words(self, resources: Resources) -> str:
        """What it has of what `resources` ask for."""
        has = Resources.model_construct(
            cpu=self.allocatable.get("cpu", 0),
            memory_mb=int(self.allocatable.get("memory", 0) / MB),
            gpu=int(self.allocatable.get(resources.gpu_resource, 0)),
            gpu_resource=resources.gpu_resource,
            ephemeral_mb=int(self.allocatable.get("ephemeral-storage", 0) / MB)
            if resources.ephemeral_mb
            else None,
        )
        return words(has)


class Capacity:
    """What one cluster has for pods, asked once: make a new one to ask again."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._seen: set[tuple[str, str]] = set()

    @cached_property
    def nodes(self) -> tuple[ClusterNode, ...]:
        """The cluster's nodes.

        Raises:
            Refused: the account may not see nodes.
            Unavailable: the server does not answer.
        """
        with answering("Node"):
            found = self._cluster.core.list_node(_request_timeout=TIMEOUT)
        return tuple(_node(item) for item in found.items)

    def check(self, placement: Placement, pool: Pool) -> None:
        """Say no to a pod that can never run.

        Raises:
            NotFound: the namespace or the priority class is not there.
            InvalidInput: no node has so much; says which sizes fit.
            Refused: the account may not look.
            Unavailable: the server does not answer.
        """
        nodes = self._admitting(placement)
        resources = placement.resources

        def holds(wanted: Resources) -> bool:
            return any(node.holds(wanted) for node in nodes)

        if not holds(resources):
            told = sorted({node.words(resources) for node in nodes}, reverse=True)
            raise InvalidInput(
                "cluster.no_node_holds",
                pool=pool.name,
                asked=words(resources),
                nodes="; ".join(told[:MOST_TOLD]),
                fits=fitting_sizes(pool, holds=holds),
            )

    def check_pool(self, pool: Pool) -> None:
        """Say what is wrong with a pool, whatever is asked of it; raises as `check` does."""
        if not any(node.ready for node in self._admitting(pool)):
            raise NotFound("cluster.no_node_ready", pool=pool.name)

    def _admitting(self, asked: Asked) -> list[ClusterNode]:
        """The nodes that pods may be placed on, of which there is one at least."""
        self._check_there(asked)
        found = [node for node in self.nodes if node.admits(asked)]
        if not found:
            selector = ", ".join(f"{key}={value}" for key, value in asked.node_selector.items())
            taints = sorted({taint["key"] for node in self.nodes for taint in node.taints})
            raise InvalidInput(
                "cluster.no_node_admits",
                selector=selector or "-",
                taints=", ".join(taints) or "-",
                count=len(self.nodes),
            )
        return found

    def _check_there(self, asked: Asked) -> None:
        """The namespace and the priority class are there; each is asked for once."""
        subject = ("Namespace", asked.namespace)
        if subject not in self._seen:
            self._check_namespace(asked.namespace)
        self._seen.add(subject)
        subject = ("PriorityClass", asked.priority_class or "")
        if asked.priority_class and subject not in self._seen:
            self._check_priority(asked.priority_class)
        self._seen.add(subject)

    def _check_namespace(self, name: str) -> None:
        try:
            with answering(f"Namespace {name}"):
                found = self._cluster.core.read_namespace(name, _request_timeout=TIMEOUT)
        except NotFound:
            raise NotFound("cluster.no_namespace", name=name) from None
        if found.status.phase == "Terminating":
            raise NotFound("cluster.namespace_ends", name=name)

    def _check_priority(self, name: str) -> None:
        from kubernetes import client

        api = client.SchedulingV1Api(self._cluster.api)
        try:
            with answering(f"PriorityClass {name}"):
                api.read_priority_class(name, _request_timeout=TIMEOUT)
        except NotFound:
            raise NotFound("cluster.no_priority_class", name=name) from None


def demands(resources: Resources) -> dict[str, float]:
    """What a pod asks of a node, as the cluster names it."""
    asked: dict[str, float] = {"cpu": resources.cpu, "memory": resources.memory_mb * MB}
    if resources.gpu:
        asked[resources.gpu_resource] = resources.gpu
    if resources.ephemeral_mb:
        asked["ephemeral-storage"] = resources.ephemeral_mb * MB
    return asked


def numbers(quantities: Mapping[str, str] | None) -> dict[str, float]:
    """Kubernetes' quantities (``500m``, ``2Gi``) as numbers."""
    from kubernetes.utils import parse_quantity

    return {name: float(parse_quantity(value)) for name, value in (quantities or {}).items()}


def _node(item: Any) -> ClusterNode:
    conditions = {one.type: one.status for one in item.status.conditions or ()}
    taints = (one.to_dict() for one in item.spec.taints or ())
    return ClusterNode(
        name=item.metadata.name,
        ready=conditions.get("Ready") == "True" and not item.spec.unschedulable,
        labels=item.metadata.labels or {},
        taints=tuple(taints),
        allocatable=numbers(item.status.allocatable),
    )


def _tolerated(taint: Mapping[str, Any], tolerations: Iterable[Toleration]) -> bool:
    """Whether one of `tolerations` puts up with `taint`, by Kubernetes' own rules."""

    def fits(one: Toleration) -> bool:
        if one.effect not in (None, taint["effect"]):
            return False
        if one.operator == "Exists":
            return one.key in (None, taint["key"])
        return one.key == taint["key"] and (one.value or "") == (taint.get("value") or "")

    return any(fits(one) for one in tolerations)
