"""`aileron dataset formats` and `convert`, as a person at the terminal sees them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from plugins.picture_folders import lay_out, picture

from aileron.cli import command
from aileron.core.errors import InvalidInput, NotFound

BOX = {"image_id": 1, "category_id": 1, "bbox": [1, 2, 5, 4]}


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    """Two pictures in COCO; the annotation of the second one lies outside it."""
    document = {
        "images": [
            {"id": number, "file_name": f"{number}.png", "width": 12, "height": 9}
            for number in (1, 2)
        ],
        "categories": [{"id": 1, "name": "bolt"}],
        "annotations": [{"id": 1, **BOX}, {"id": 2, **BOX, "image_id": 2, "bbox": [9, 2, 50, 4]}],
    }
    files = {f"images/{number}.png": picture(number) for number in (1, 2)}
    content = json.dumps(document).encode()
    return lay_out(tmp_path / "parts", files | {"annotations/instances.json": content})


def aileron(*words: str | Path) -> Result:
    result = CliRunner().invoke(command, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_the_formats_are_listed_by_what_they_hold() -> None:
    found = json.loads(aileron("dataset", "formats", "--modality", "image", "--json").stdout)
    by_name = {row["name"]: row for row in found}
    assert "detection" in by_name["coco"]["tasks"]
    assert {row["modality"] for row in found} == {"image"}


def test_what_can_be_used_is_converted_and_the_rest_is_told(parts: Path, tmp_path: Path) -> None:
    result = aileron("dataset", "convert", parts, tmp_path / "out", "--to", "voc")
    assert "samples   1" in result.stdout
    assert "instances.json (2.png)" in result.stderr
    assert "outside the picture of 12 x 9 pixels" in result.stderr
    assert (tmp_path / "out" / "JPEGImages" / "1.png").read_bytes() == picture(1)


def test_with_strict_one_fault_is_enough_to_write_nothing(parts: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="the first of 1 problems; nothing was written"):
        aileron("dataset", "convert", parts, tmp_path / "out", "--to", "voc", "--strict")
    assert not (tmp_path / "out").exists()


def test_what_a_format_cannot_hold_is_refused_and_what_it_loses_is_told(
    parts: Path, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput, match="Format image_folders cannot hold detection"):
        aileron("dataset", "convert", parts, tmp_path / "out", "--to", "image_folders")
    with pytest.raises(NotFound, match="did you mean voc"):
        aileron("dataset", "convert", parts, tmp_path / "out", "--to", "vocs")
    with pytest.raises(InvalidInput, match="no NAME=VALUE"):
        aileron("dataset", "convert", parts, tmp_path / "out", "--to", "voc", "--option", "x")
    with pytest.raises(InvalidInput, match="no such folder or archive"):
        aileron("dataset", "convert", tmp_path / "nothing", tmp_path / "out", "--to", "voc")


def test_nothing_that_is_there_is_written_over(parts: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(InvalidInput, match="out"):
        aileron("dataset", "convert", parts, tmp_path / "out", "--to", "voc")
    assert list((tmp_path / "out").iterdir()) == []
