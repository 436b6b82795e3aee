"""The index of samples: pages, filters, search, facts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from aileron.client.local.browsing.build import entry
from aileron.client.local.browsing.index import SampleIndex, Wanted, write_index
from aileron.client.records import DatasetSample

ROOM = {
    "sample_id": "r1", "content_digest": "1", "labels": ["good"], "split": "train",
    "annotated": True, "attributes": '{"源": "网站"}', "text": "Good, quiet ROOM",
}  # fmt: skip
PERSON = {
    "sample_id": "r2", "content_digest": "2", "labels": [], "split": None, "annotated": True,
    "attributes": None, "text": "李雷在上海",
    "spans": [{"label": "PER", "start": 0, "end": 2}, {"label": "LOC", "start": 3, "end": 5}],
    "relations": [{"label": "lives_in", "head": 0, "tail": 1}],
}  # fmt: skip
TOKENS = {
    "sample_id": "r3", "content_digest": "3", "labels": [], "split": "test", "annotated": False,
    "attributes": None, "tokens": ["Ann", "Lee"], "tags": ["B-PER", "I-PER"],
}  # fmt: skip
PICTURE = {
    "sample_id": "p", "content_digest": "4", "labels": [], "split": "train", "annotated": True,
    "attributes": None, "width": 40, "height": 30, "format": "PNG", "bytes": 99, "media": "m",
    "row": 7,
    "objects": [{
        "label": "cat", "box": {"x": 1.0, "y": 2.0, "width": 3.0, "height": 4.0},
        "polygons": [[1.0, 2.0, 4.0, 2.0, 4.0, 6.0]], "mask": b"05d0", "crowd": False,
        "points": [{"x": 1.0, "y": 2.0, "visibility": 2}], "attributes": '{"age": 3}',
    }],
}  # fmt: skip


@pytest.fixture
def index(tmp_path: Path) -> SampleIndex:
    return made(tmp_path / "index.sqlite", ROOM, PERSON, TOKENS, PICTURE)


def made(path: Path, *rows: Mapping[str, Any]) -> SampleIndex:
    write_index(path, map(entry, rows))
    return SampleIndex(path)


def ids(index: SampleIndex, offset: int = 0, limit: int = 10, **wanted: Any) -> list[str]:
    page = index.page(Wanted(**wanted), offset, limit)
    return [DatasetSample.model_validate_json(body).sample_id for body in page.bodies]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["r1", "r2", "r3", "p"]),
        ({"part": "train"}, ["r1", "p"]),
        ({"part": "none"}, ["r2"]),
        ({"label": "PER"}, ["r2", "r3"]),
        ({"label": "lives_in"}, ["r2"]),
        ({"label": "cat", "part": "train"}, ["p"]),
        ({"label": "cat", "part": "test"}, []),
        ({"annotated": False}, ["r3"]),
        ({"search": "room GOOD"}, ["r1"]),
        ({"search": "上海"}, ["r2"]),
        ({"search": "网站"}, ["r1"]),
        ({"search": "ann lee"}, ["r3"]),
        ({"search": "' OR 1=1 --"}, []),
        ({"search": "100%_"}, []),
    ],
)
def test_samples_are_found(index: SampleIndex, wanted: dict[str, Any], found: list[str]) -> None:
    assert ids(index, **wanted) == found
    assert index.page(Wanted(**wanted), 0, 1).total == len(found)


def test_pages_follow_each_other(tmp_path: Path) -> None:
    rows = [{**ROOM, "sample_id": f"s{n:03}", "split": ("train", "test")[n % 2]} for n in range(95)]
    index = made(tmp_path / "index.sqlite", *rows)
    every = [one for first in range(0, 100, 20) for one in ids(index, first, 20)]
    assert every == [row["sample_id"] for row in rows]
    assert ids(index, 40, 10, part="test") == [f"s{n:03}" for n in range(81, 95, 2)]
    assert ids(index, 95) == []


def test_what_is_said_of_a_sample_is_whole(index: SampleIndex) -> None:
    bodies = index.page(Wanted(), 0, 10).bodies
    room, person, tokens, picture = map(DatasetSample.model_validate_json, bodies)
    assert (room.text, room.attributes, room.has_medium) == (ROOM["text"], {"源": "网站"}, False)
    assert [(one.label, one.start, one.end) for one in person.spans] == [
        ("PER", 0, 2),
        ("LOC", 3, 5),
    ]
    assert person.relations[0].label == "lives_in"
    assert (tokens.tokens, tokens.tags) == (("Ann", "Lee"), ("B-PER", "I-PER"))
    (cat,) = picture.objects
    assert (cat.box.width, cat.polygons[0][2], cat.mask, cat.attributes) == (
        3,
        4,
        "05d0",
        {"age": 3},
    )
    assert (picture.size, picture.has_medium) == (99, True)
    assert index.medium("p") == {"digest": "4", "media": "m", "row": 7}
    assert index.medium("r1") is None


def test_the_facts_count_each_sample_once(index: SampleIndex) -> None:
    facts = index.facts()
    assert (facts["every"], facts["waiting"]) == (4, 1)
    assert facts["labels"] == {"good": 1, "PER": 2, "LOC": 1, "lives_in": 1, "cat": 1}
    assert facts["parts"] == {"train": 2, "test": 1, "none": 1}
