"""Which nodes run in pods, and where: the nodes of a workflow get their placements.

In a lifecycle with ``runner: kubernetes`` these are `train` and the components named in
``runtime.resources``. Effects and waits never are: they hold the platform's credentials.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from aileron.cluster.placement import Placement
from aileron.cluster.placing import PodRequest, place, place_service
from aileron.cluster.pools import load_pool, pool_files
from aileron.cluster.serving import REPLICAS, ServicePlacement
from aileron.core.documents import FieldPath
from aileron.core.errors import AileronError, InvalidInput
from aileron.core.settings import Settings
from aileron.graph.pipeline import Graph, Node
from aileron.lifecycle.workflow import Lifecycle, Workflow

TRAIN: Final = "train"
LEARN: Final = "learn"
JUDGE: Final = "judge"
"""The group of what follows a training that is a task of its own."""
RELEASE: Final = "deploy.release"
RESOURCES: Final = ("runtime", "resources")


def place_nodes(workflow: Lifecycle, nodes: Sequence[Node], settings: Settings) -> list[Node]:
    """The nodes of a lifecycle, those that run in pods with where; each of these is a task.

    Raises:
        InvalidInput: what is asked for can never be; with the line.
        Refused: the project may not use the pool.
    """
    runtime = workflow.spec.runtime
    if runtime.runner == "process":
        if runtime.resources:
            where = workflow.document.where(RESOURCES)
            raise InvalidInput("lifecycle.resources_of_process", where=where)
        return list(nodes)
    requests = {TRAIN: PodRequest(), **runtime.resources}
    placed = [
        in_pod(workflow, node, requests[node.name], (*RESOURCES, node.name), settings)
        if node.name in requests
        else node
        for node in nodes
    ]
    return list(_regrouped(placed))


def in_pod(
    workflow: Workflow, node: Node, request: PodRequest, at: FieldPath, settings: Settings
) -> Node:
    """`node` in a pod of the pool that `request` or the runtime names.

    Args:
        at: where in the document the request is written.
    """
    if node.step_class.kind != "component":
        kind = node.step_class.kind
        where = workflow.document.where(at)
        raise InvalidInput("lifecycle.not_in_pods", where=where, node=node.name, kind=kind)
    try:
        placement = _placement(workflow, node, request, settings)
    except AileronError as error:
        # What a pool's own file has wrong says its own line.
        raise error.at(error.where or workflow.document.where((*at, "size"))) from None
    update = {"runner": "kubernetes", "placement": placement, "group": None}
    return node.model_copy(update=update)


def place_release(workflow: Lifecycle, settings: Settings) -> ServicePlacement | None:
    """Where the released model serves; None is a process of this installation.

    Raises:
        InvalidInput: the pool has no room or no image for it; with the line.
        Refused: the project may not use the pool.
    """
    release = workflow.spec.release
    if release is None or release.pool is None:
        return None
    replicas = release.replicas or REPLICAS
    try:
        pod = place_service(
            load_pool(settings.workspace, release.pool),
            project=workflow.project,
            store_root=settings.store_root,
            size=release.size,
            quota=release.quota,
            image=release.image,
            replicas=release.max_replicas or replicas,
        )
    except AileronError as error:
        field = next((f for f in ("size", "quota") if getattr(release, f) is not None), "pool")
        raise error.at(error.where or workflow.document.where(("release", field))) from None
    return ServicePlacement(pod=pod, replicas=replicas, max_replicas=release.max_replicas)


def placements(graph: Graph) -> Iterator[tuple[Node, Placement]]:
    """Where pods of nodes run, and those of the service that a node releases to."""
    for node in graph.nodes:
        if node.placement is not None:
            yield node, node.placement
        elif node.step == RELEASE and node.config.get("placement") is not None:
            yield node, ServicePlacement.model_validate(node.config["placement"]).pod


def _placement(
    workflow: Workflow, node: Node, request: PodRequest, settings: Settings
) -> Placement:
    runtime = workflow.spec.runtime
    name = request.pool or (runtime.pool if runtime.runner == "kubernetes" else None)
    if name is None:
        known = ", ".join(pool_files(settings.workspace)) or "-"
        raise InvalidInput("lifecycle.no_pool_named", node=node.name, known=known)
    pool = load_pool(settings.workspace, name)
    return place(
        pool,
        request,
        project=workflow.project,
        store_root=settings.store_root,
        nodes=node.nodes,
    )


def _regrouped(nodes: Sequence[Node]) -> Iterator[Node]:
    """Nodes of `learn` that need the training are a group of their own, after it."""
    later = {TRAIN}
    for node in nodes:
        follows = bool(later & set(node.upstream()))
        if follows:
            later.add(node.name)
        judges = follows and node.group == LEARN
        yield node.model_copy(update={"group": JUDGE}) if judges else node
