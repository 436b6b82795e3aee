"""Users' images in workflows: the workflow that builds one, and names that stand for images.

What is built is written in the ledger before a run of the workflow is started, by one whose role
was asked; the run only says which version it builds. So a run that somebody starts in another way
builds nothing that was not allowed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from aileron.cluster.pools import load_pool
from aileron.container.builder import BUILDER_VARIABLES
from aileron.container.recipe import Recipe
from aileron.container.registry import RegistryClient, parse_reference
from aileron.container.sandbox import check_possible
from aileron.container.settings import PROXIES, load_images
from aileron.container.usable import check_ready, find_image, is_ours, usable_reference
from aileron.core.errors import InvalidInput
from aileron.core.ports import ArtifactKind, Reference
from aileron.core.settings import Settings
from aileron.graph.pipeline import IMAGE, SOURCE, Graph, Limits, Node
from aileron.ledger import ImageState, Ledger
from aileron.lifecycle.placing import RELEASE
from aileron.lifecycle.workflow import ImageBuild
from aileron.store import Store

ARCHIVE: Final = "archive"
CHECK: Final = "image.check"
GRACE_SECONDS: Final = 30.0
"""What a build that is stopped has to remove what it left with docker, podman or buildah."""


def pinned_build(settings: Settings, workflow: ImageBuild) -> ImageBuild:
    """`workflow` with the version that it builds.

    Raises:
        InvalidInput: it names none that waits to be built.
        NotFound: there is no such version.
    """
    number = workflow.spec.version_id
    if number is None:
        raise InvalidInput("container.no_build", where=workflow.document.where(("version_id",)))
    with _ledger(settings) as ledger:
        row = ledger.images.get(number)
    if row.state is not ImageState.BUILDING or row.project != workflow.project:
        raise InvalidInput("container.no_build", where=workflow.document.where(("version_id",)))
    return replace(workflow, row=row)


def compile_build(workflow: ImageBuild, settings: Settings) -> Iterator[Node]:
    """The nodes of a build; without a version, which a run will say, they are its shape alone."""
    row = workflow.row
    images = load_images(settings.workspace)
    limits = images.spec.limits
    most = Limits(seconds=limits.build_seconds, grace_seconds=GRACE_SECONDS)
    config: dict[str, Any] = {}
    checked: dict[str, Any] = {}
    inputs: dict[str, str] = {}
    if row is not None:
        recipe = Recipe.model_validate(row.recipe)
        config = _config(recipe, settings) | {"most_bytes": limits.bytes}
        checked = {"uses": list(recipe.uses), "most_bytes": limits.bytes, "seconds": most.seconds}
        inputs = _inputs(recipe)
    kept = {"version_id": row.id} if row is not None else {}
    made = {"image": "build.image"}
    yield Node(
        name="build", step="image.build", config=config, inputs=inputs, limits=most,
        inherits=(*PROXIES, *BUILDER_VARIABLES),
    )  # fmt: skip
    yield Node(name="check", step=CHECK, config=checked, inputs=made, limits=most)
    judged = {**made, "verdict": "check.verdict"}
    yield Node(
        name="keep", step="image.keep", config=kept, inputs=judged, limits=most,
        inherits=(*PROXIES, *images.secret_variables),
    )  # fmt: skip


def archive_of(workflow: ImageBuild) -> dict[str, str]:
    """The source of the archive that is taken in."""
    assert workflow.row is not None  # noqa: S101 - its plan is being made
    return {"upload": str(workflow.row.recipe["upload"])}


def image_sources(
    settings: Settings, project: str, graph: Graph, store: Store
) -> Iterator[tuple[str, Reference]]:
    """``image:...`` -> artifact, of each image that nodes take; one of a registry is fetched.

    Raises:
        NotFound: there is no such image.
        InvalidInput: the version is not ready, or the registry is not one of the workspace's.
        Refused: the image is another project's.
        Unavailable: images are to be checked, and this machine cannot run any.
    """
    if any(node.step == CHECK for node in graph.nodes):
        check_possible()  # before minutes are spent on a build
    inputs = (source for node in graph.nodes for source in node.inputs.values())
    for source in sorted({one for one in inputs if one.startswith(IMAGE)}):
        name = source.removeprefix(IMAGE)
        if is_ours(name):
            with _ledger(settings) as ledger:
                row = find_image(ledger, project, name)
            check_ready(row)
            assert row.reference is not None  # noqa: S101 - it is ready
            yield source, row.reference
        else:
            yield source, _pulled(settings, project, name, store)


def with_images(settings: Settings, project: str, graph: Graph) -> Graph:
    """`graph` with a reference by digest wherever a placement names an image by its own name.

    Raises:
        NotFound: there is no such image.
        InvalidInput: the version is not ready, or was checked for another Aileron.
        Refused: it is not for that use, or not for that pool.
    """
    if not any(is_ours(image) for image in _named(graph)):
        return graph
    with _ledger(settings) as ledger:
        nodes = tuple(_resolved(settings, ledger, project, node) for node in graph.nodes)
    return graph.model_copy(update={"nodes": nodes})


def _named(graph: Graph) -> Iterator[str]:
    for node in graph.nodes:
        if node.placement is not None:
            yield node.placement.image
        elif node.step == RELEASE and node.config.get("placement"):
            yield node.config["placement"]["pod"]["image"]


def _resolved(settings: Settings, ledger: Ledger, project: str, node: Node) -> Node:
    images = load_images(settings.workspace)

    def reference(image: str, pool: str, use: Any) -> str:
        row = find_image(ledger, project, image)
        return usable_reference(row, use, load_pool(settings.workspace, pool), images)

    if node.placement is not None and is_ours(node.placement.image):
        image = reference(node.placement.image, node.placement.pool, "job")
        placed = node.placement.model_copy(update={"image": image})
        return node.model_copy(update={"placement": placed})
    placement = node.config.get("placement") if node.step == RELEASE else None
    if placement and is_ours(placement["pod"]["image"]):
        image = reference(placement["pod"]["image"], placement["pod"]["pool"], "service")
        pod = {**placement["pod"], "image": image}
        config = {**node.config, "placement": {**placement, "pod": pod}}
        return node.model_copy(update={"config": config})
    return node


def _config(recipe: Recipe, settings: Settings) -> dict[str, Any]:
    said = recipe.model_dump(mode="json", include={"dockerfile", "pip", "apt"})
    return {**said, **load_images(settings.workspace).packages()}


def _inputs(recipe: Recipe) -> dict[str, str]:
    if recipe.upload:
        return {"archive": f"{SOURCE}{ARCHIVE}"}
    base = recipe.pull or recipe.base
    return {"base": f"{IMAGE}{base}"} if base else {}


def _pulled(settings: Settings, project: str, address: str, store: Store) -> Reference:
    """The image at an address of a registry, as an artifact."""
    images = load_images(settings.workspace)
    host, repository, tag = parse_reference(address)
    registry = images.registry_of(host, repository, project)
    settings.home.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=settings.home, prefix="image-") as work,
        RegistryClient(registry, images.login(registry)) as client,
    ):
        folder = Path(work) / "image"
        client.pull(repository, tag, folder, images.spec.limits.bytes)
        return store.put(ArtifactKind.IMAGE, folder, given=True)


@contextmanager
def _ledger(settings: Settings) -> Iterator[Ledger]:
    ledger = Ledger(settings.require("ledger_url"), "aileron")
    try:
        yield ledger
    finally:
        ledger.close()
