"""Datumaro's JSON as Datumaro writes it, and what is wrong with some of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from plugins.annotated import HEIGHT, WIDTH, MemoryTree, pixels
from plugins.said_of_pictures import everything, put
from plugins.spoiling import read_all

from aileron.core.errors import InvalidInput
from aileron.data.formats import Problems, find_format
from aileron.data.formats.records import Box, KeyPoint, Label

DATUMARO = find_format("datumaro", "image")
CATEGORIES = {
    "label": {"labels": [{"name": "cat", "parent": "", "attributes": []}], "attributes": []},
    "points": {"items": [{"label_id": 0, "labels": ["nose", "left"], "joints": [[0, 1]]}]},
}


def annotation(kind: str, **more: Any) -> dict[str, Any]:
    made = {"id": 0, "type": kind, "attributes": {}, "group": 0, "label_id": 0, "z_order": 0}
    return made | more


BOX = annotation("bbox", bbox=[1.0, 2.0, 10.0, 5.0])


def tree(*annotations: dict[str, Any], **item: Any) -> MemoryTree:
    made = {
        "id": "a/cat",
        "annotations": list(annotations),
        "image": {"path": "a_cat.png", "size": [HEIGHT, WIDTH]},
    }
    content = {
        "dm_format_version": "1.0",
        "media_type": 2,
        "infos": {},
        "categories": CATEGORIES,
        "items": [made | item],
    }
    return MemoryTree(
        {
            "annotations/train.json": json.dumps(content).encode(),
            "images/train/a_cat.png": pixels(1),
        }
    )


def test_an_item_is_named_by_its_id_and_the_suffix_of_its_picture() -> None:
    samples, problems = read_all(DATUMARO, tree(BOX))
    assert not problems
    assert samples[0].sample_id == "a/cat.png"
    assert samples[0].media == "images/train/a_cat.png"
    assert samples[0].split == "train"
    assert samples[0].objects[0].box == Box(1, 2, 10, 5)


def test_without_a_path_the_picture_has_the_items_name() -> None:
    source = tree(BOX, id="a_cat", image={})
    samples, _ = read_all(DATUMARO, source)
    assert (samples[0].sample_id, samples[0].width) == ("a_cat.png", WIDTH)


def test_box_and_points_of_one_group_are_one_object() -> None:
    points = annotation("points", points=[2, 3, 4, 5], visibility=[2, 1], group=4)
    reading = DATUMARO.read(tree({**BOX, "group": 4}, points), None, Problems())
    assert reading.task == "key_points"
    assert reading.labels == (Label("cat", ("nose", "left"), ((0, 1),)),)
    (cat,) = next(reading.samples).objects
    assert cat.box == Box(1, 2, 10, 5)
    assert cat.points == (KeyPoint(2, 3), KeyPoint(4, 5, 1))


def test_two_boxes_of_one_group_stay_two_objects() -> None:
    samples, _ = read_all(DATUMARO, tree({**BOX, "group": 4}, {**BOX, "group": 4}))
    assert len(samples[0].objects) == 2


def test_is_crowd_marks_a_crowd() -> None:
    crowd = {**BOX, "attributes": {"is_crowd": True, "occluded": False}}
    samples, _ = read_all(DATUMARO, tree(crowd))
    assert samples[0].objects[0].crowd
    assert samples[0].objects[0].attributes == {"occluded": False}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({**BOX, "label_id": 3}, "no class 3"),
        ({**BOX, "bbox": [1, 2, 3]}, "[4]"),
        ({**BOX, "bbox": [1, 2, 300, 4]}, "outside the picture"),
        (annotation("polyline", points=[1, 2, 3, 4]), "polyline"),
        (annotation("points", points=[1, 2]), "1 key points"),
        (annotation("mask", rle={"counts": "l34i01", "size": [3, 4]}), "run lengths"),
        (annotation("mask", rle={"counts": "é", "size": [HEIGHT, WIDTH]}), "run lengths"),
        ({"bbox": []}, "no class"),
    ],
)
def test_a_wrong_annotation_leaves_its_picture_out(wrong: dict[str, Any], said: str) -> None:
    samples, problems = read_all(DATUMARO, tree(wrong))
    assert samples == []
    (problem,) = problems
    assert problem.file == "annotations/train.json (a/cat)"
    assert said in problem.reason.render("en")


def test_a_missing_picture_is_named() -> None:
    source = tree(BOX)
    del source.files["images/train/a_cat.png"]
    _, problems = read_all(DATUMARO, source)
    assert "a/cat" in str(next(iter(problems)))


def test_a_broken_file_is_refused_with_its_line() -> None:
    source = MemoryTree({"annotations/train.json": b'{"dm_format_version": "1.0",\n"items": ['})
    with pytest.raises(InvalidInput, match=r"train\.json:2"):
        DATUMARO.read(source, None, Problems())


def test_pictures_that_differ_in_their_suffix_stay_apart() -> None:
    first, second, _ = everything()
    made = (first, replace(second, sample_id="a/1.jpg"), replace(second, sample_id="a/1.png.bmp"))
    samples, problems = read_all(DATUMARO, put(DATUMARO, made))
    assert not problems
    assert [sample.sample_id for sample in samples] == ["a/1.png", "a/1.jpg", "a/1.png.bmp"]


def test_all_comes_back() -> None:
    made = everything()
    reading = DATUMARO.read(put(DATUMARO, made), None, Problems())
    assert reading.labels[2] == Label("person", ("nose", "left", "right"), ((0, 1), (0, 2)))
    samples = list(reading.samples)
    assert [sample.objects for sample in samples] == [sample.objects for sample in made]
    assert [sample.attributes for sample in samples] == [sample.attributes for sample in made]
