"""What is asked of a pool, and the placement that follows from it.

Says no to what the pool's own file rules out; what the cluster rules out is
`aileron.cluster.capacity`'s to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from pydantic import Field

from aileron.cluster import labels
from aileron.cluster.placement import (
    ClusterSection,
    Label,
    Placement,
    Resources,
    StoreAccess,
    Toleration,
    Volume,
)
from aileron.cluster.pools import Pool, SizeName
from aileron.core.errors import InvalidInput, Refused
from aileron.core.names import Name

MB_OF_QUOTA: Final = 4096
"""Memory of one quota of a service, beside its one core."""


class PodRequest(ClusterSection):
    """What a node asks of a pool: one of its sizes, and what differs from that."""

    pool: Name | None = Field(None, description="a pool of configs/pools; default: runtime.pool")
    size: SizeName | None = Field(
        None, description="a size of the pool; default: the pool's default_size"
    )
    cpu: float | None = Field(None, gt=0, le=1024, description="processor cores")
    memory_mb: int | None = Field(None, ge=64, description="memory; more than this ends the pod")
    gpu: int | None = Field(None, ge=0, le=64, description="accelerators")
    gpu_resource: Label | None = Field(
        None, description="what the cluster calls an accelerator; one that a size of the pool has"
    )
    shm_mb: int | None = Field(None, ge=1, description="size of /dev/shm, part of the memory")
    ephemeral_mb: int | None = Field(None, ge=64, description="disk for files of the pod")
    image: str | None = Field(
        None,
        description="what the pod runs: an image of one's own (NAME or NAME@v3), or a reference "
        "with a registry; default: the pool's",
    )
    node_selector: Mapping[str, str] = Field({}, description="labels of nodes, beside the pool's")
    tolerations: tuple[Toleration, ...] = Field(
        (), description="beside the pool's; each names the `key` of a taint"
    )
    priority_class: Label | None = Field(
        None, description="one of the pool's `priority_classes`; default: its `priority_class`"
    )
    volumes: tuple[Volume, ...] = Field(
        (), description="claims, beside the pool's volumes; `host_path` is the pool's to give"
    )


def place(
    pool: Pool, request: PodRequest, *, project: str, store_root: str, nodes: int = 1
) -> Placement:
    """Where a step's pod runs.

    Args:
        store_root: the platform's artifact store, for a pool that names no other.
        nodes: how many such pods run the step together.

    Raises:
        Refused: the project may not use the pool, or what is asked for is the pool's to give.
        InvalidInput: there is no such size, the pool's quota never has room, or pods could not
            reach the store; says what would fit.
    """
    _check_beside(pool, request)
    resources = _resources(pool, request)
    return _placement(pool, request, resources, pool.images.trainer, nodes, project, store_root)


def place_service(
    pool: Pool,
    *,
    project: str,
    store_root: str,
    size: str | None = None,
    quota: int | None = None,
    image: str | None = None,
    replicas: int = 1,
) -> Placement:
    """Where a service's pods run.

    Args:
        size: of the pool; default: its default size.
        quota: instead of a size, so many cores with 4 GB each.
        image: what they run; default: the pool's image for services.

    Raises:
        Refused: the project may not use the pool.
        InvalidInput: as `place` does, for all `replicas` together; size and quota are both
            given; or the pool has no image for services.
    """
    image = image or pool.images.server
    if image is None:
        raise InvalidInput("cluster.no_server_image", pool=pool.name)
    if size is not None and quota is not None:
        raise InvalidInput("cluster.size_and_quota", pool=pool.name)
    numbers = {"cpu": quota, "memory_mb": quota * MB_OF_QUOTA, "gpu": 0} if quota else {}
    request = PodRequest.model_validate({"size": size, **numbers})
    resources = _resources(pool, request)
    placement = _placement(pool, request, resources, image, replicas, project, store_root)
    return placement.model_copy(update={"size": None}) if quota else placement


def words(resources: Resources) -> str:
    """``cpu: 2, memory_mb: 4096, nvidia.com/gpu: 1``: as people write them."""
    said = [f"cpu: {resources.cpu:g}", f"memory_mb: {resources.memory_mb}"]
    if resources.gpu:
        said.append(f"{resources.gpu_resource}: {resources.gpu}")
    if resources.ephemeral_mb:
        said.append(f"ephemeral_mb: {resources.ephemeral_mb}")
    return ", ".join(said)


def fitting_sizes(
    pool: Pool, count: int = 1, holds: Callable[[Resources], bool] = lambda _: True
) -> str:
    """The pool's sizes of which its quota has room for `count`, with what they are.

    Args:
        holds: whether there is a place for such a pod besides.
    """
    fits = [
        f"{name} ({words(size)})"
        for name, size in pool.sizes.items()
        if holds(size) and not list(_over_quota(pool, size, count))
    ]
    return "; ".join(fits) or "-"


def check_quota(pool: Pool, resources: Resources, count: int = 1) -> None:
    """Raise `InvalidInput` if the pool's quota never has room for `count` such pods."""
    for what, asked, most in _over_quota(pool, resources, count):
        raise InvalidInput(
            "cluster.over_quota",
            pool=pool.name,
            what=what,
            asked=f"{asked:.15g}",
            most=f"{most:.15g}",
            fits=fitting_sizes(pool, count),
        )


def _over_quota(pool: Pool, resources: Resources, count: int) -> Iterator[tuple[str, float, float]]:
    """What is asked for more than the quota has: name, asked, most."""
    quota = pool.quota
    asked: dict[str, float] = {
        "cpu": resources.cpu * count,
        "memory_mb": resources.memory_mb * count,
        "gpu": resources.gpu * count,
        "pods": count,
    }
    for what, number in asked.items():
        most = getattr(quota, what)
        if most is not None and number > most:
            yield what, number, most


def _resources(pool: Pool, request: PodRequest) -> Resources:
    name = request.size or pool.default_size
    if name not in pool.sizes:
        raise InvalidInput(
            "cluster.unknown_size",
            pool=pool.name,
            name=name,
            fits=fitting_sizes(pool),
        )
    size = pool.sizes[name]
    kept = {field: getattr(size, field) for field in Resources.model_fields}
    given = {field: getattr(request, field) for field in Resources.model_fields}
    resources = Resources.model_validate(
        kept | {field: value for field, value in given.items() if value is not None}
    )
    if resources.gpu and resources.gpu_resource not in pool.accelerators:
        raise InvalidInput(
            "cluster.unknown_accelerator",
            pool=pool.name,
            name=resources.gpu_resource,
            known=", ".join(pool.accelerators),
        )
    return resources


def _check_beside(pool: Pool, request: PodRequest) -> None:
    """What is asked for comes beside what the pool's file gives: it replaces nothing of that.

    Folders of nodes and all of their taints are more than one who writes a node may have.
    """
    taken = {PurePosixPath(volume.mount) for volume in pool.all_volumes}
    asked = {request.priority_class} - {pool.priority_class, None}
    refused = [
        *(f"node_selector: {key}" for key in request.node_selector if key in pool.node_selector),
        *(f"volumes: {one.mount}" for one in request.volumes if PurePosixPath(one.mount) in taken),
        *(f"host_path: {one.host_path}" for one in request.volumes if one.host_path is not None),
        *(f"priority_class: {name}" for name in asked if name not in pool.priority_classes),
        *("tolerations without a key" for one in request.tolerations if one.key is None),
    ]
    if refused:
        raise Refused("cluster.for_the_pool", pool=pool.name, what=", ".join(refused))


def _placement(
    pool: Pool,
    request: PodRequest,
    resources: Resources,
    image: str,
    count: int,
    project: str,
    store_root: str,
) -> Placement:
    if pool.projects and project not in pool.projects:
        raise Refused("cluster.pool_of_others", pool=pool.name, project=project)
    check_quota(pool, resources, count)
    volumes = (*pool.volumes, *request.volumes)
    same: dict[str, Any] = {
        field: getattr(pool, field)
        for field in (
            *("context", "namespace", "pull_policy", "pull_secrets"),
            *("start_seconds", "user", "group"),
        )
    }
    return Placement(
        pool=pool.name,
        image=request.image or image,
        size=request.size or pool.default_size,
        resources=resources,
        store=_store(pool, (*pool.all_volumes, *request.volumes), store_root),
        volumes=volumes,
        node_selector={**pool.node_selector, **request.node_selector},
        tolerations=(*pool.tolerations, *request.tolerations),
        priority_class=request.priority_class or pool.priority_class,
        labels={labels.POOL: pool.name},
        **same,
    )


def _store(pool: Pool, volumes: tuple[Volume, ...], store_root: str) -> StoreAccess:
    """How the pods reach the store: a folder must lie on a volume that they have."""
    uri = pool.store.uri or store_root
    reached = any(PurePosixPath(uri).is_relative_to(volume.mount) for volume in volumes)
    if uri.startswith("/") and not reached:
        raise InvalidInput("cluster.store_not_shared", pool=pool.name, uri=uri)
    return pool.store.model_copy(update={"uri": uri})
