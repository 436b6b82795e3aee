"""An image of one's own is named in a workflow, and its plan holds the image's digest."""

from __future__ import annotations

import pytest
from plugins.workspaces import POOL, Workspace
from pydantic import SecretStr

from aileron import __version__
from aileron.core.errors import InvalidInput, Refused
from aileron.core.ports import ArtifactKind, Reference
from aileron.core.settings import Settings
from aileron.graph.pipeline import Graph
from aileron.ledger import Ledger
from aileron.lifecycle import compile_lifecycle, load_lifecycle
from aileron.lifecycle.images import with_images

IMAGE = Reference(kind=ArtifactKind.IMAGE, uri=f"artifact:{'a' * 64}", digest="a" * 64, size=9)
DIGEST = f"sha256:{'b' * 64}"
RELEASE = "release: {target: kubernetes, pool: shared, image: answers}\ngate:"


@pytest.fixture
def settings(workspace: Workspace, ledger_url: str) -> Settings:
    workspace.pool()
    workspace.edit("fruit", "pool: shared}", "pool: shared, resources: {train: {image: vision}}}")
    return workspace.settings.model_copy(update={"ledger_url": SecretStr(ledger_url)})


def kept(
    ledger: Ledger, name: str, uses: tuple[str, ...] = ("job",), platform: str = __version__
) -> None:
    row = ledger.images.begin("default", name, {"base": "trainer@v1", "uses": list(uses)})
    places = {"shared": f"registry.example/ml/default/{name}@{DIGEST}"}
    ledger.images.finish(row.id, IMAGE, DIGEST, [], places, platform)


def planned(settings: Settings) -> Graph:
    graph = compile_lifecycle(load_lifecycle(settings, "fruit"), settings)
    return with_images(settings, "default", graph)


def image_of(graph: Graph) -> str:
    placement = graph.node("train").placement
    assert placement is not None
    return placement.image


def test_a_name_is_the_newest_version_by_its_digest(settings: Settings, ledger: Ledger) -> None:
    kept(ledger, "vision")
    kept(ledger, "vision")
    assert image_of(planned(settings)) == "localhost/aileron/default/vision:v2-bbbbbbbbbbbb"


def test_a_number_is_that_version(settings: Settings, ledger: Ledger, workspace: Workspace) -> None:
    kept(ledger, "vision")
    kept(ledger, "vision")
    workspace.edit("fruit", "image: vision", "image: vision@v1")
    assert ":v1-" in image_of(planned(settings))


def test_pods_of_a_pool_with_a_registry_name_it_there(
    settings: Settings, ledger: Ledger, workspace: Workspace
) -> None:
    workspace.write(
        "configs/images.yaml",
        "apiVersion: aileron/v1\nkind: Images\n"
        "registries: {team: {address: registry.example/ml}}\n",
    )
    workspace.pool_file(POOL + "registry: team\n")
    kept(ledger, "vision")
    assert image_of(planned(settings)) == f"registry.example/ml/default/vision@{DIGEST}"


def test_a_reference_with_a_registry_is_left_as_it_is(
    settings: Settings, workspace: Workspace
) -> None:
    workspace.edit("fruit", "image: vision", "image: 'mine:1'")
    assert image_of(planned(settings)) == "mine:1"


def test_a_service_has_an_image_that_is_for_services(
    settings: Settings, ledger: Ledger, workspace: Workspace
) -> None:
    workspace.edit("fruit", "gate:", RELEASE)
    kept(ledger, "vision")
    kept(ledger, "answers", ("service",))
    pod = planned(settings).node("release").config["placement"]["pod"]
    assert pod["image"] == "localhost/aileron/default/answers:v1-bbbbbbbbbbbb"
    workspace.edit("fruit", "image: answers", "image: vision")
    with pytest.raises(Refused, match=r"vision@v1 is for job, and this is a service"):
        planned(settings)


def test_an_image_of_an_earlier_aileron_is_refused(settings: Settings, ledger: Ledger) -> None:
    kept(ledger, "vision", platform="0.0.1")
    with pytest.raises(InvalidInput, match=r"checked by Aileron 0\.0\.1"):
        planned(settings)


def test_an_image_needs_a_pod(workspace: Workspace, settings: Settings) -> None:
    workspace.edit("fruit", "gate:", "release: {image: answers}\ngate:")
    with pytest.raises(InvalidInput, match="`image` is of target kubernetes"):
        load_lifecycle(settings, "fruit")
