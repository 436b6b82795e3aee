"""Packages as one layer upon an image: by uv, from an index of our own."""

from __future__ import annotations

import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from plugins.own_images import SITE, STEP, index_of, with_python, write_wheel

from aileron.container.contents import contents
from aileron.container.layout import Image, Layout
from aileron.container.packages import Indexes, add_packages, added_names
from aileron.container.recipe import parse_pip
from aileron.core.errors import InvalidInput


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("wheels")
    write_wheel(folder, "greeting", "1.0", STEP, ("words>=2",))
    write_wheel(folder, "words", "2.0", "def main(): ...\n")
    with index_of(folder) as address:
        yield address


def add(folder: Path, index: str, *lines: str, **held: str) -> Image:
    folder.mkdir()
    with_python(folder / "base", **held)
    (folder / "work").mkdir()
    wanted = parse_pip(lines)
    target = Layout.new(folder / "image")
    said: list[str] = []
    return add_packages(
        Layout(folder / "base"), target, wanted, Indexes(index), folder / "work", said.append
    )


def test_packages_and_what_they_need_are_one_layer_more(tmp_path: Path, index: str) -> None:
    image = add(tmp_path / "a", index, "greeting", numpy="2.2.6")
    layout = Layout(tmp_path / "a" / "image")
    found = contents(layout, image)
    assert len(image.layers) == 2
    assert found.paths[f"{SITE}/greeting.py"] == found.paths[f"{SITE}/words.py"] == 1
    assert found.paths[f"{SITE}/numpy-2.2.6.dist-info/METADATA"] == 0, "it stays where it was"
    assert added_names(image) == ("greeting",)
    assert image.run["User"] == "1000:1000"


def test_programs_name_the_images_python(tmp_path: Path, index: str) -> None:
    image = add(tmp_path / "a", index, "greeting")
    layout = Layout(tmp_path / "a" / "image")
    with tarfile.open(layout.path(image.layers[-1])) as archive:
        member = archive.getmember("opt/venv/bin/greeting")
        file = archive.extractfile(member)
        assert file is not None
        assert file.readline() == b"#!/opt/venv/bin/python\n"
        assert member.mode & stat.S_IXOTH
        assert {(one.uid, one.mtime) for one in archive} == {(0, 0)}


def test_the_same_packages_are_the_same_image(tmp_path: Path, index: str) -> None:
    first, second = (add(tmp_path / name, index, "greeting") for name in "ab")
    assert first.digest == second.digest


def test_an_index_of_the_list_is_taken_instead(tmp_path: Path, index: str) -> None:
    elsewhere = "http://127.0.0.1:9/simple/"
    image = add(tmp_path / "a", elsewhere, f"-i {index}", "greeting")
    assert added_names(image) == ("greeting",)


def test_what_would_change_a_distribution_of_the_image_is_refused(
    tmp_path: Path, index: str
) -> None:
    with pytest.raises(InvalidInput, match=r"(?s)words==1\.0.*unsatisfiable"):
        add(tmp_path / "a", index, "greeting", words="1.0")


def test_a_package_that_the_index_has_not_is_named(tmp_path: Path, index: str) -> None:
    with pytest.raises(InvalidInput, match="misspelt was not found"):
        add(tmp_path / "a", index, "misspelt")
