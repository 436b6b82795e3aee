"""What runs in a pool now, and what its pods ask for; and the quota that the cluster enforces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from aileron.cluster import labels, objects
from aileron.cluster.access import TIMEOUT, Cluster, answering
from aileron.cluster.capacity import MB, numbers
from aileron.cluster.pools import Pool
from aileron.core.errors import NotFound

ENDED: Final = ("Succeeded", "Failed")
QUOTA_NAME: Final = "aileron-pool"


@dataclass(frozen=True)
class PoolPod:
    """A pod of the pool that is not over."""

    name: str
    phase: str
    """Pending or Running, as the cluster says it."""
    cluster_node: str | None
    made: datetime
    labels: Mapping[str, str]
    run_id: str | None
    """The run that it does a node of; None of a service's."""
    cpu: float
    memory_mb: float
    gpu: float


def pods_of(cluster: Cluster, pool: Pool) -> list[PoolPod]:
    """The pool's pods that are not over, the oldest first.

    Raises:
        Refused: the account may not see them.
        Unavailable: the server does not answer.
    """
    mine = labels.selector({labels.POOL: pool.name})
    with answering(f"Pod of {pool.namespace}"):
        found = cluster.core.list_namespaced_pod(
            pool.namespace, label_selector=mine, _request_timeout=TIMEOUT
        )
    gpus = pool.accelerators
    pods = [_pod(item, gpus) for item in found.items if item.status.phase not in ENDED]
    return sorted(pods, key=lambda pod: pod.made)


def asked_for(pods: Sequence[PoolPod]) -> dict[str, float]:
    """What the pods ask for together, by the names that a quota has."""
    return {
        "cpu": sum(pod.cpu for pod in pods),
        "memory_mb": sum(pod.memory_mb for pod in pods),
        "gpu": sum(pod.gpu for pod in pods),
        "pods": len(pods),
    }


def quota_object(pool: Pool) -> dict[str, Any] | None:
    """The ResourceQuota that enforces the pool's quota; None without one."""
    quota = pool.quota
    hard: dict[str, str] = {}
    if quota.cpu is not None:
        hard |= {f"{kind}.cpu": f"{round(quota.cpu * 1000)}m" for kind in ("requests", "limits")}
    if quota.memory_mb is not None:
        hard |= {f"{kind}.memory": f"{quota.memory_mb}Mi" for kind in ("requests", "limits")}
    if quota.gpu is not None:
        hard |= {f"requests.{name}": str(quota.gpu) for name in pool.accelerators}
    if quota.pods is not None:
        hard["pods"] = str(quota.pods)
    if not hard:
        return None
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {
            "name": QUOTA_NAME,
            "namespace": pool.namespace,
            "labels": {labels.POOL: pool.name, **labels.MANAGED},
        },
        "spec": {"hard": hard},
    }


def sync_quota(cluster: Cluster, pool: Pool) -> bool:
    """Make the namespace's ResourceQuota as the pool's file says; whether anything changed.

    Raises:
        Refused: the account may not write it, or the namespace is not there.
        Unavailable: the server does not answer.
    """
    if is_synced(cluster, pool):
        return False
    wanted = quota_object(pool)
    if wanted is None:
        objects.delete(cluster, "v1", "ResourceQuota", pool.namespace, QUOTA_NAME)
        return True
    # A patch leaves what it does not name, and a limit that the file lost is to go.
    there = _quota(cluster, pool.namespace)
    known = there.spec.hard or {} if there else {}
    gone = dict.fromkeys(known.keys() - wanted["spec"]["hard"].keys())
    wanted["spec"]["hard"] |= gone
    objects.apply(cluster, wanted)
    return True


def is_synced(cluster: Cluster, pool: Pool) -> bool:
    """Whether the cluster enforces the quota that the file says, and no other of this pool."""
    wanted, known = quota_object(pool), _hard(cluster, pool)
    if wanted is None or known is None:
        return wanted is None and known is None
    return numbers(wanted["spec"]["hard"]) == numbers(known)


def _hard(cluster: Cluster, pool: Pool) -> dict[str, str] | None:
    """What the namespace's quota says now; None if there is none, or it is another pool's."""
    there = _quota(cluster, pool.namespace)
    if there is None or (there.metadata.labels or {}).get(labels.POOL) != pool.name:
        return None
    return dict(there.spec.hard or {})


def _quota(cluster: Cluster, namespace: str) -> Any:
    """The namespace's quota of a pool; None if it has none."""
    with suppress(NotFound), answering(f"ResourceQuota of {namespace}"):
        return cluster.core.read_namespaced_resource_quota(
            QUOTA_NAME, namespace, _request_timeout=TIMEOUT
        )
    return None


def _pod(item: Any, gpus: Sequence[str]) -> PoolPod:
    asked: dict[str, float] = {}
    for container in item.spec.containers:
        for name, value in numbers(container.resources.requests).items():
            asked[name] = asked.get(name, 0) + value
    return PoolPod(
        name=item.metadata.name,
        phase=item.status.phase,
        cluster_node=item.spec.node_name,
        made=item.metadata.creation_timestamp,
        labels=item.metadata.labels or {},
        run_id=(item.metadata.annotations or {}).get(labels.RUN),
        cpu=asked.get("cpu", 0),
        memory_mb=asked.get("memory", 0) / MB,
        gpu=sum(asked.get(name, 0) for name in gpus),
    )
