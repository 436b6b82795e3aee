"""Tars written and read header by header are those of the standard library."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest
from plugins.picture_folders import lay_out

from aileron.core.errors import Unavailable
from aileron.data.trees.archive import open_archive
from aileron.data.trees.folder import walk, write_tar
from aileron.data.trees.tar import plain_file

SIZES = (0, 1, 511, 512, 513, 3 << 20)
NAMES = ("cat/{}.png", "正常/{}.png", f"{'d' * 60}/{'e' * 50}/{{}}.png", f"{'x' * 93}{{}}.png")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files of awkward names and sizes, an empty folder and a link."""
    files = {name.format(size): os.urandom(size) for name in NAMES for size in SIZES}
    folder = lay_out(tmp_path / "folder", files)
    (folder / "empty").mkdir()
    (folder / "link.png").symlink_to("cat/1.png")
    return folder


def library(folder: Path) -> bytes:
    """The tar that the standard library writes of what an import reads."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for path, kind in walk(folder):
            info = tarfile.TarInfo(path)
            if kind == "file":
                content = (folder / path).read_bytes()
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
                continue
            info.type = tarfile.DIRTYPE if kind == "folder" else tarfile.SYMTYPE
            info.linkname = "" if kind == "folder" else "-"
            tar.addfile(info)
    return out.getvalue()


def test_the_bytes_are_those_of_the_library(folder: Path) -> None:
    out = io.BytesIO()
    write_tar(folder, out)
    assert out.getvalue() == library(folder)


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_tars_of_other_tools_are_read_as_by_the_library(
    folder: Path, tmp_path: Path, form: int
) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w", format=form) as tar:
        tar.add(folder, arcname="pets")
    with tarfile.open(path) as tar:
        wanted = {
            info.name: file.read()
            for info in tar
            if info.isreg() and (file := tar.extractfile(info)) is not None
        }
    archive = open_archive(path, tmp_path)
    found = {one.path: archive.read(one.path) for one in archive.members if one.kind == "file"}
    assert found == wanted


def test_what_a_global_header_says_holds_for_plain_entries_too(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    headers = {"path": "renamed.png"}
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT, pax_headers=headers) as tar:
        for name in ("a.png", "b.png"):
            tar.addfile(tarfile.TarInfo(name))
    with tarfile.open(path) as tar:
        wanted = tar.getnames()
    assert [one.path for one in open_archive(path, tmp_path).members] == wanted


def test_a_header_whose_sum_is_wrong_is_left_to_the_library() -> None:
    block = tarfile.TarInfo("a.png").tobuf(tarfile.PAX_FORMAT)
    assert plain_file(block) is not None
    assert plain_file(b"b" + block[1:]) is None


def test_a_sink_that_is_full_stops_the_writing(folder: Path) -> None:
    class Full:
        def write(self, data: bytes) -> None:
            raise Unavailable("store.no_space", where="store")

    with pytest.raises(Unavailable):
        write_tar(folder, Full())
