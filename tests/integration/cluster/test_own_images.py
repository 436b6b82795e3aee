"""Images of people's own, from a tar to a step's pod on the real cluster."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from plugins.cluster import SCRIPT, Cluster
from plugins.images import CACHE, CONTAINERD, SUITE, Image, load, mirror
from plugins.own_images import STEP, Workshop, index_of, layer, made, write_wheel
from plugins.pod_stores import GROUP
from plugins.workspaces import POOL, Workspace

from aileron.cluster.placement import Placement, Resources, StoreAccess, Volume
from aileron.cluster.pools import load_pool
from aileron.container.archive import read_archive, write_archive
from aileron.container.layout import Layout
from aileron.container.settings import load_images
from aileron.container.usable import local_reference, usable_reference
from aileron.core.errors import AileronError, InvalidInput, NotFound, Refused
from aileron.core.names import IMAGE_BUILD
from aileron.graph.pipeline import Graph, Node
from aileron.ledger import ImageState, ImageVersion, Ledger
from aileron.lifecycle import resolve
from aileron.lifecycle.images import with_images
from aileron.run.conformance.runners import Bench
from aileron.run.kubernetes import KubernetesRunner
from aileron.run.request import Request

SMALL = Image("localhost/aileron-small", (), ("numpy",))
"""What a step's launcher needs, and no library of a stage."""
MOST = 1 << 34


@pytest.fixture(scope="module")
def base_tar(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small trainer image as the tar that its operator exports."""
    if shutil.which("mmdebstrap") is None:
        pytest.skip("no image: mmdebstrap is not installed (Debian's package of that name)")
    name = load(SMALL, SCRIPT)
    tar = tmp_path_factory.mktemp("base") / "trainer.tar"
    address = os.environ.get("CONTAINERD_ADDRESS", CONTAINERD)
    words = ["ctr", "--address", address, "--namespace", "k8s.io", "images", "export"]
    subprocess.run([*words, str(tar), name], check=True)
    return tar


@pytest.fixture
def workshop(tmp_path: Path, ledger_url: str, ledger: Ledger) -> Workshop:
    workspace = Workspace(tmp_path / "workspace")
    workspace.pool_file()
    return Workshop(workspace, ledger_url, ledger)


@pytest.fixture(scope="module")
def placement(namespace: str, shared_folder: Path) -> Placement:
    """A small pod that runs no image of the tests' own."""
    volume = Volume(mount=str(shared_folder), host_path=str(shared_folder))
    return Placement(
        pool="shared",
        namespace=namespace,
        image="none",
        resources=Resources(cpu=0.3, memory_mb=512),
        store=StoreAccess(volume=volume),
        group=GROUP,
    )


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("wheels")
    write_wheel(folder, "greeting", "1.0", STEP)
    write_wheel(folder, "broken", "1.0", "import nothing_of_that_name\n")
    with index_of(folder) as address:
        yield address


@pytest.fixture
def trainer(workshop: Workshop, base_tar: Path) -> ImageVersion:
    """The base, taken in."""
    return workshop.build("trainer", upload=workshop.upload(base_tar))


def loaded(workshop: Workshop, row: ImageVersion, folder: Path) -> str:
    """Load a version onto the cluster's node, as its operator does; the name there."""
    assert row.reference is not None
    assert row.digest is not None
    name = local_reference(row, row.digest)
    layout = Layout(workshop.store.fetch(row.reference, folder / "image"))
    with (folder / "image.tar").open("wb") as file:
        write_archive(layout, name, file)
    subprocess.run([str(SCRIPT), "load", str(folder / "image.tar")], check=True)
    return name


def test_a_step_of_ones_own_runs_in_a_pod_of_ones_own_image(
    workshop: Workshop, trainer: ImageVersion, index: str, placement: Placement, tmp_path: Path
) -> None:
    assert trainer.state is ImageState.READY, workshop.sentences(trainer, passed=False)
    row = workshop.build("greeter", base="trainer@v1", pip=[f"-i {index}", "greeting==1.0"])
    assert row.state is ImageState.READY, workshop.sentences(row, passed=False)
    assert "greeting imports." in workshop.sentences(row, passed=True)
    assert any("greeting==1.0" in line for line in workshop.lines), "uv's words are in the log"

    name = loaded(workshop, row, tmp_path)
    named = placement.model_copy(update={"image": "greeter"})
    node = Node(name="greet", step="probe.component", runner="kubernetes", placement=named)
    graph = with_images(workshop.settings, "default", Graph.model_construct(nodes=(node,)))
    (found,) = graph.nodes
    assert found.placement is not None
    assert found.placement.image == name
    assert row.digest is not None
    assert row.digest.partition(":")[2][:12] in name, "so its digest is in the cache key"

    volume = placement.store.volume
    assert volume is not None
    store = Path(volume.mount)
    bench = Bench(KubernetesRunner(), store, found.placement)
    request = bench.request({}).model_dump() | {
        "step": "greeting.greet", "target": "greeting:Greet", "config": {},
    }  # fmt: skip
    assert bench.report(bench.run(Request.model_validate(request))) == {"said": "hello"}


def test_an_exported_version_comes_in_again_as_the_same_image(
    workshop: Workshop, trainer: ImageVersion, tmp_path: Path
) -> None:
    assert trainer.reference is not None
    layout = Layout(workshop.store.fetch(trainer.reference, tmp_path / "image"))
    with (tmp_path / "image.tar").open("wb") as file:
        write_archive(layout, "localhost/aileron/default/trainer:v1", file)
    again = workshop.build("again", upload=workshop.upload(tmp_path / "image.tar"))
    assert again.digest == trainer.digest
    assert again.reference == trainer.reference, "no byte is kept twice"


def test_what_does_not_meet_the_contract_is_refused_point_by_point(
    workshop: Workshop, trainer: ImageVersion, index: str, tmp_path: Path
) -> None:
    broken = workshop.build("broken", base="trainer", pip=[f"-i {index}", "broken"])
    assert broken.state is ImageState.REFUSED
    (said,) = workshop.sentences(broken, passed=False)
    assert "broken was added and does not import: ModuleNotFoundError" in said

    made(tmp_path / "empty", layer({"etc/passwd": "root:x:0:0::/:/bin/sh\n"}))
    with (tmp_path / "empty.tar").open("wb") as file:
        write_archive(Layout(tmp_path / "empty"), "localhost/empty:1", file)
    empty = workshop.build("empty", upload=workshop.upload(tmp_path / "empty.tar"))
    (said,) = workshop.sentences(empty, passed=False)
    assert said.startswith("No `python` starts in the image")

    spoiled = spoil(workshop, trainer, tmp_path)
    row = workshop.build("spoiled", upload=workshop.upload(spoiled))
    first, second = workshop.sentences(row, passed=False)
    assert first.startswith("There is no bash")
    assert "The image's Python has no Aileron" in second
    pool = load_pool(workshop.settings.workspace, "shared")
    with pytest.raises(InvalidInput, match=r"spoiled@v1 may not be used: it is refused"):
        usable_reference(row, "job", pool, load_images(workshop.settings.workspace))


def spoil(workshop: Workshop, row: ImageVersion, folder: Path) -> Path:
    """The image without bash and without Aileron's distribution."""
    assert row.reference is not None
    layout = Layout(workshop.store.fetch(row.reference, folder / "whole", writable=True))
    image = layout.image()
    site = "opt/venv/lib/python3.11/site-packages"
    gone = {"bin/.wh.bash": "", "usr/bin/.wh.bash": ""}
    gone[f"{site}/.wh.aileron-{version('aileron')}.dist-info"] = ""
    blob = layout.write("application/vnd.oci.image.layer.v1.tar", layer(gone))
    rootfs = image.settings["rootfs"]
    settings = {
        **image.settings,
        "rootfs": {**rootfs, "diff_ids": [*rootfs["diff_ids"], blob.digest]},
    }
    layout.add(settings, (*image.layers, blob))
    with (folder / "spoiled.tar").open("wb") as file:
        write_archive(layout, "localhost/spoiled:1", file)
    return folder / "spoiled.tar"


def test_an_image_is_used_where_it_was_ticked_and_nowhere_else(
    workshop: Workshop, trainer: ImageVersion, placement: Placement
) -> None:
    pool = load_pool(workshop.settings.workspace, "shared")
    images = load_images(workshop.settings.workspace)
    with pytest.raises(Refused, match=r"trainer@v1 is for job, and this is a service"):
        usable_reference(trainer, "service", pool, images)
    workshop.workspace.write(
        "configs/pools/other.yaml", POOL.replace("name: shared", "name: other")
    )
    limited = workshop.build("limited", base="trainer", pools=["shared"])
    other = load_pool(workshop.settings.workspace, "other")
    with pytest.raises(Refused, match="was not given to pool other; it was to shared"):
        usable_reference(limited, "job", other, images)
    named = placement.model_copy(update={"image": "trainr"})
    node = Node(name="train", step="probe.component", runner="kubernetes", placement=named)
    with pytest.raises(NotFound, match="did you mean trainer"):
        with_images(workshop.settings, "default", Graph.model_construct(nodes=(node,)))


def test_a_build_is_started_by_its_version_alone(workshop: Workshop, trainer: ImageVersion) -> None:
    def planned(**values: Any) -> None:
        resolve(workshop.settings, IMAGE_BUILD, run_id="default/x/1", actor="eve", overrides=values)

    with pytest.raises(InvalidInput, match="No version of an image is waiting"):
        planned()
    with pytest.raises(InvalidInput, match="No version of an image is waiting"):
        planned(version_id=trainer.id)
    with pytest.raises(AileronError, match="dockerfile"):
        planned(version_id=trainer.id, dockerfile="FROM scratch")


@pytest.fixture(scope="module")
def debian_tar(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Debian with apt and nothing else, made once on a machine."""
    for program in ("buildah", "mmdebstrap"):
        if shutil.which(program) is None:
            pytest.skip(f"no build: Debian's package {program} is not installed")
    kept = CACHE / f"apt-{SUITE}.tar"
    if not kept.is_file():
        draft = kept.with_suffix(".draft")
        CACHE.mkdir(parents=True, exist_ok=True)
        options = ["--quiet", "--variant=apt", "--format=tar"]
        subprocess.run(["mmdebstrap", *options, SUITE, str(draft), *mirror()], check=True)
        draft.rename(kept)
    folder = tmp_path_factory.mktemp("debian")
    made(folder / "image", plain(kept), run={"Env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]})
    with (folder / "debian.tar").open("wb") as file:
        write_archive(Layout(folder / "image"), "localhost/debian:1", file)
    return folder / "debian.tar"


def plain(tar: Path) -> bytes:
    """A root file system without devices."""
    data = io.BytesIO()
    with tarfile.open(tar) as old, tarfile.open(fileobj=data, mode="w") as new:
        for member in old:
            if not member.isdev():
                new.addfile(member, old.extractfile(member) if member.isreg() else None)
    return data.getvalue()


def test_debian_packages_and_dockerfiles_are_built_by_a_program_that_can(
    workshop: Workshop, debian_tar: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was built lacks the platform's part, which its check says."""
    monkeypatch.setenv("AILERON_TEST_SECRET", "hunter2")
    read_archive(debian_tar, tmp_path / "debian", MOST)
    row = workshop.build("debian", upload=workshop.upload(debian_tar))
    assert row.reference is not None
    workshop.ledger.images.finish(row.id, row.reference, str(row.digest), [], {}, "0")

    row = workshop.build("tools", base="debian@v1", apt=["less"])
    assert row.reference is not None
    assert any("Setting up less" in line for line in workshop.lines)
    text = "ARG BASE\nFROM ${BASE}\nRUN env && less --version > /made-by || true\n"
    built = workshop.build("mine", base="debian@v1", dockerfile=text)
    assert built.reference is not None
    assert not any("hunter2" in line for line in workshop.lines)

    with pytest.raises(InvalidInput, match=r"(?s)failed.*Its last lines:.*no-such-program"):
        workshop.build("bad", dockerfile="FROM scratch\nRUN no-such-program\n")
