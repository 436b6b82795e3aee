"""Pools of this installation: their files, and what their clusters say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from aileron.client import records as r
from aileron.client.airflow import SlotPool
from aileron.client.local.installation import Scope
from aileron.client.pool_sync import sync
from aileron.client.pools import PoolVerbs
from aileron.cluster import labels, usage
from aileron.cluster.access import Cluster
from aileron.cluster.capacity import MB, Capacity, ClusterNode
from aileron.cluster.pools import Pool, load_pool, pool_files
from aileron.core.documents import suggestion
from aileron.core.errors import AileronError, NotFound, Refused
from aileron.lifecycle.fitting import least_role

AIRFLOW_POOLS: Final = "airflow pools"


class LocalPools(PoolVerbs):
    """What `LocalClient` inherits."""

    _scope: Scope

    def pools(self) -> tuple[r.PoolBrief, ...]:
        return tuple(
            _brief(self._scope, name, found)
            for name in pool_files(self._scope.settings.workspace)
            if (found := _load(self._scope, name)) is not None
        )

    def pool(self, name: str) -> r.Pool:
        scope = self._scope
        pool = _mine(scope, name)
        seen = _look(scope, pool)
        gpus = pool.accelerators
        return r.Pool(
            **_facts(scope, pool, seen),
            all_sizes=tuple(
                r.PoolSize(name=size, **numbers.model_dump(), default=size == pool.default_size)
                for size, numbers in pool.sizes.items()
            ),
            nodes=tuple(_node(node, gpus) for node in seen.nodes if node.admits(pool)),
            pods=tuple(_pod(scope, pod) for pod in seen.pods),
            permissions=scope.may("pool.sync"),
        )

    def sync_pool(self, name: str) -> r.Pool:
        scope = self._scope
        subject = f"pool:{name}"
        try:
            for changed in sync(scope.settings.workspace, _mine(scope, name), scope.airflow):
                after = {"changed": changed}
                scope.ledger.events.append(
                    scope.project, scope.actor.name, "pool.synced", subject, after=after
                )
        finally:
            for key in (_key(name), AIRFLOW_POOLS):
                scope.installation.remembered.forget(key)
        return self.pool(name)


@dataclass
class Seen:
    """What a pool's cluster said, as far as it answered, and the first thing that is wrong."""

    nodes: Sequence[ClusterNode] = ()
    pods: Sequence[usage.PoolPod] = ()
    synced: bool = True
    answered: bool = False
    problem: AileronError | None = None


def _key(name: str) -> str:
    return f"pool {name}"


def _look(scope: Scope, pool: Pool) -> Seen:
    """Ask the cluster, at most every few seconds."""

    def ask() -> Seen:
        seen = Seen()
        cluster = Cluster(pool.context)
        capacity = Capacity(cluster)
        try:
            seen.pods = usage.pods_of(cluster, pool)
            seen.answered = True
            with suppress(Refused):  # an account of the namespace alone may not see nodes
                capacity.check_pool(pool)
                seen.nodes = capacity.nodes
            seen.synced = usage.is_synced(cluster, pool)
        except AileronError as error:
            seen.problem = error
        return seen

    return scope.installation.remembered.get(_key(pool.name), ask)


def _load(scope: Scope, name: str) -> Pool | AileronError | None:
    """The pool, or why its file cannot be read; None if it is not the project's to use."""
    try:
        pool = load_pool(scope.settings.workspace, name)
    except AileronError as error:
        return error
    return pool if not pool.projects or scope.project in pool.projects else None


def _mine(scope: Scope, name: str) -> Pool:
    found = _load(scope, name)
    if isinstance(found, AileronError):
        raise found
    if found is None:
        known = [
            pool.name
            for one in pool_files(scope.settings.workspace)
            if isinstance(pool := _load(scope, one), Pool)
        ]
        raise NotFound("cluster.no_pool", name=name, hint=suggestion(name, known))
    return found


def _brief(scope: Scope, name: str, found: Pool | AileronError) -> r.PoolBrief:
    if isinstance(found, AileronError):
        return r.PoolBrief(name=name, state="abnormal", reason=scope.told(found))
    return r.PoolBrief(**_facts(scope, found, _look(scope, found)))


def _facts(scope: Scope, pool: Pool, seen: Seen) -> dict[str, Any]:
    slots = _airflow_pools(scope)
    ours = slots.get(pool.airflow_pool) if slots is not None else None
    synced = seen.synced and (slots is None or (ours is not None and ours.slots == pool.slots))
    reason = None
    if seen.problem is not None:
        reason = scope.told(seen.problem)
    elif not synced:
        reason = scope.say("cluster.not_synced", name=pool.name)
    return {
        "name": pool.name,
        "display_name": pool.display_name,
        "description": pool.description,
        "state": "abnormal" if reason else "online",
        "reason": reason,
        "context": pool.context,
        "namespace": pool.namespace,
        "sizes": tuple(pool.sizes),
        "slots": r.PoolSlots(
            airflow_pool=pool.airflow_pool, slots=pool.slots, taken=ours.taken if ours else None
        ),
        "amounts": tuple(_amounts(pool, seen.pods)) if seen.answered else (),
        "projects": pool.projects,
        "needs": least_role(pool).value,
    }


def _airflow_pools(scope: Scope) -> Mapping[str, SlotPool] | None:
    """Airflow's pools; None while it does not answer."""

    def ask() -> Mapping[str, SlotPool] | None:
        try:
            return scope.airflow.pools()
        except AileronError:
            return None

    return scope.installation.remembered.get(AIRFLOW_POOLS, ask)


def _amounts(pool: Pool, pods: Sequence[usage.PoolPod]) -> list[r.PoolAmount]:
    found = []
    for name, used in usage.asked_for(pods).items():
        quota = getattr(pool.quota, name)
        free = None if quota is None else max(0.0, quota - used)
        found.append(
            r.PoolAmount.model_validate(
                {"name": name, "used": round(used, 3), "quota": quota, "free": free}
            )
        )
    return found


def _node(node: ClusterNode, gpus: Sequence[str]) -> r.PoolNode:
    has = defaultdict(float, node.allocatable)
    return r.PoolNode(
        name=node.name,
        ready=node.ready,
        cpu=has["cpu"],
        memory_mb=round(has["memory"] / MB),
        gpu=sum(has[name] for name in gpus),
    )


def _pod(scope: Scope, pod: usage.PoolPod) -> r.PoolPod:
    about = {
        field: pod.labels.get(label)
        for field, label in (
            ("project", labels.PROJECT),
            ("lifecycle", labels.LIFECYCLE),
            ("node", labels.NODE),
            ("service", labels.SERVICE),
            ("revision", labels.REVISION),
        )
    }
    mine = scope.actor.project in (None, about["project"])
    return r.PoolPod.model_validate(
        {
            "kind": "service" if about["service"] else "node",
            "name": pod.name if mine else None,
            "phase": pod.phase,
            "cluster_node": pod.cluster_node,
            "made": pod.made,
            "cpu": pod.cpu,
            "memory_mb": round(pod.memory_mb),
            "gpu": pod.gpu,
            **(about | {"run_id": pod.run_id} if mine else {}),
        }
    )
