"""Images as tars: what is written is read again, and nothing in a tar is believed."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tarfile
from pathlib import Path
from typing import Any

import pytest
from plugins.own_images import layer, made

from aileron.container import layout as oci
from aileron.container.archive import read_archive, write_archive
from aileron.container.contents import contents, python_of
from aileron.container.layout import Layout
from aileron.core.errors import InvalidInput

MOST = 1 << 30


@pytest.fixture
def image(tmp_path: Path) -> Layout:
    made(tmp_path / "image", layer({"a": "one", "b/c": "two"}), layer({"b/.wh.c": "", "d": ""}))
    return Layout(tmp_path / "image")


@pytest.fixture
def tar(image: Layout, tmp_path: Path) -> Path:
    with (tmp_path / "image.tar").open("wb") as file:
        write_archive(image, "localhost/aileron/default/a:v1", file)
    return tmp_path / "image.tar"


def rewritten(tar: Path, change: Any) -> Path:
    """A copy of `tar` with what `change` gives for each member: name, bytes, or None."""
    target = tar.with_name("changed.tar")
    with tarfile.open(tar) as old, tarfile.open(target, "w") as new:
        for member in old:
            file = old.extractfile(member)
            assert file is not None
            found = change(member.name, file.read())
            if found is not None:
                member.name, data = found
                member.size = len(data)
                new.addfile(member, io.BytesIO(data))
    return target


def test_an_exported_image_is_imported_as_the_same(
    image: Layout, tar: Path, tmp_path: Path
) -> None:
    again = read_archive(tar, tmp_path / "again", MOST)
    assert again.digest == image.image().digest
    assert again.settings == image.image().settings


def test_the_older_form_of_docker_is_read_too(image: Layout, tar: Path, tmp_path: Path) -> None:
    def old(name: str, data: bytes) -> tuple[str, bytes] | None:
        return None if name in ("index.json", "oci-layout") else (name, data)

    again = read_archive(rewritten(tar, old), tmp_path / "again", MOST)
    assert [blob.digest for blob in again.layers] == [blob.digest for blob in image.image().layers]


def test_a_changed_layer_is_found_by_its_digest(tar: Path, tmp_path: Path) -> None:
    def spoil(name: str, data: bytes) -> tuple[str, bytes]:
        return name, data.replace(b"one", b"two") if name.startswith("blobs") else data

    with pytest.raises(InvalidInput, match="are not those that its digest names"):
        read_archive(rewritten(tar, spoil), tmp_path / "again", MOST)


def test_a_member_with_a_path_of_its_own_is_laid_out_nowhere(tar: Path, tmp_path: Path) -> None:
    def add(name: str, data: bytes) -> tuple[str, bytes]:
        return ("../../outside" if name == "manifest.json" else name), data

    read_archive(rewritten(tar, add), tmp_path / "deep" / "again", MOST)
    assert not list(tmp_path.rglob("outside"))


OLD = {"index.json", "oci-layout"}


@pytest.mark.parametrize(
    ("document", "change"),
    [
        ("index.json", lambda it: it["manifests"][0].update(platform="x")),
        ("index.json", lambda it: it["manifests"][0].update(platform=["linux"])),
        ("index.json", lambda it: it["manifests"][0].update(size=float("inf"))),
        ("manifest.json", lambda it: it[0].update(Layers=None)),
        ("manifest.json", lambda it: it[0].update(Layers="ab")),
        ("manifest.json", lambda it: it[0].update(Layers=[])),
        ("manifest.json", lambda it: it[0].update(Config=None)),
        ("config", lambda it: it.update(rootfs=None)),
        ("config", lambda it: it.update(rootfs=["a"])),
        ("config", lambda it: it["rootfs"].update(diff_ids="ab")),
        ("config", lambda it: it["rootfs"].update(diff_ids=[1, None])),
        ("config", lambda it: it.update(config="x")),
        ("config", lambda it: it["config"].update(Env=7)),
        ("config", lambda it: it["config"].update(Labels=["a"])),
        ("config", lambda it: it.update(history={"a": 1})),
    ],
)
def test_documents_of_another_shape_are_refused_with_a_sentence(
    image: Layout, tar: Path, tmp_path: Path, document: str, change: Any
) -> None:
    config = f"blobs/sha256/{image.image().config.hex}"

    def spoil(name: str, data: bytes) -> tuple[str, bytes] | None:
        if name in OLD and document != "index.json":
            return None
        if name != (config if document == "config" else document):
            return name, data
        found = json.loads(data)
        change(found)
        return name, json.dumps(found).encode()

    with pytest.raises(InvalidInput, match="no container image that can be taken"):
        read_archive(rewritten(tar, spoil), tmp_path / "again", MOST)


def test_documents_nested_without_end_are_refused(tar: Path, tmp_path: Path) -> None:
    def spoil(name: str, data: bytes) -> tuple[str, bytes]:
        return name, b"[" * 1_000_000 if name.endswith(".json") else data

    with pytest.raises(InvalidInput, match="no container image that can be taken"):
        read_archive(rewritten(tar, spoil), tmp_path / "again", MOST)


@pytest.mark.parametrize("packing", [lzma, bz2, gzip])
def test_a_damaged_packing_is_refused(tar: Path, tmp_path: Path, packing: Any) -> None:
    packed = bytearray(packing.compress(tar.read_bytes()))
    packed[len(packed) // 2] ^= 0xFF
    (tmp_path / "packed").write_bytes(packed[:-7])
    with pytest.raises(InvalidInput, match="no container image"):
        read_archive(tmp_path / "packed", tmp_path / "again", MOST)


def test_a_damaged_layer_is_refused(tmp_path: Path) -> None:
    packed = bytearray(lzma.compress(layer({"a": "one" * 1000})))
    packed[len(packed) // 2] ^= 0xFF
    made(tmp_path / "image", bytes(packed))
    layout = Layout(tmp_path / "image")
    with pytest.raises(InvalidInput, match="is damaged"):
        contents(layout, layout.image())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no tar at all", "no container image"),
        (b"", "no container image"),
    ],
)
def test_what_is_no_tar_is_no_image(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(InvalidInput, match=said):
        read_archive(tmp_path / "file", tmp_path / "image", MOST)


def test_a_tar_of_files_is_no_image(tmp_path: Path) -> None:
    (tmp_path / "file.tar").write_bytes(layer({"a": "1"}))
    with pytest.raises(InvalidInput, match=r"neither index\.json nor manifest\.json"):
        read_archive(tmp_path / "file.tar", tmp_path / "image", MOST)


def test_an_image_has_a_limit(tar: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="larger than 1000 bytes"):
        read_archive(tar, tmp_path / "again", 1000)


def test_an_index_names_one_image_for_this_platform(image: Layout) -> None:
    file = image.folder / oci.INDEX_FILE
    index = json.loads(file.read_bytes())
    other = {**index["manifests"][0], "platform": {"os": "linux", "architecture": "arm64"}}
    file.write_text(json.dumps({**index, "manifests": [*index["manifests"], other]}))
    assert image.image()
    file.write_text(json.dumps({**index, "manifests": [other]}))
    with pytest.raises(InvalidInput, match="0 images for linux/amd64"):
        image.image()


def test_layers_packed_by_zstd_are_refused_by_name(tmp_path: Path) -> None:
    layout = Layout.new(tmp_path / "image")
    blob = layout.write(f"{oci.LAYER}+zstd", b"x")
    with pytest.raises(InvalidInput, match=r"of the kind .*\+zstd"):
        layout.add({"rootfs": {"diff_ids": [blob.digest]}}, (blob,))


def test_whiteouts_hide_what_is_below(image: Layout) -> None:
    found = contents(image, image.image())
    assert found.has("/a")
    assert found.has("d")
    assert not found.has("b/c")


def test_an_image_without_python_takes_no_packages(image: Layout) -> None:
    with pytest.raises(InvalidInput, match="no Python environment"):
        python_of(image.image(), contents(image, image.image()))
