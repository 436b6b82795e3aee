"""COCO's files as its authors and Datumaro name them: several of a part, with the same pictures."""

from __future__ import annotations

import json
from typing import Any

import pytest
from plugins.annotated import HEIGHT, WIDTH, MemoryTree, medium, pixels
from plugins.said_of_pictures import LABELS, everything, put

from aileron.data.formats import Problems, Writing, find_format
from aileron.data.formats.records import Task

COCO = find_format("coco", "image")
BOX = {"bbox": [1, 2, 10, 5], "area": 50, "iscrowd": 0}


def document(*annotations: dict[str, Any], picture: int = 1) -> bytes:
    image = {"id": picture, "file_name": f"{picture}.png", "width": WIDTH, "height": HEIGHT}
    numbered = [
        {"id": i, "image_id": picture, "category_id": 1, **annotation}
        for i, annotation in enumerate(annotations)
    ]
    categories = [{"id": 1, "name": "person", "keypoints": ["nose"], "skeleton": []}]
    content = {"images": [image], "categories": categories, "annotations": numbered}
    return json.dumps(content).encode()


OFFICIAL = MemoryTree(
    {
        "annotations/captions_val2017.json": document({"caption": "somebody"}),
        "annotations/image_info_val2017.json": document(),
        "annotations/instances_val2017.json": document(BOX),
        "annotations/person_keypoints_val2017.json": document({**BOX, "keypoints": [2, 3, 2]}),
        "val2017/1.png": pixels(1),
    }
)


@pytest.mark.parametrize(("task", "points"), [(None, 0), ("detection", 0), ("key_points", 1)])
def test_of_the_files_of_a_part_the_one_for_the_task_is_read(task: Task, points: int) -> None:
    problems = Problems()
    (sample,) = COCO.read(OFFICIAL, task, problems).samples
    assert not problems
    assert sample.split == "validation"
    assert [len(thing.points) for thing in sample.objects] == [points]


def test_files_of_other_names_are_all_read() -> None:
    files = {"a.json": document(BOX), "b.json": document(BOX, picture=2)}
    tree = MemoryTree({**files, "1.png": pixels(1), "2.png": pixels(2)})
    assert len(list(COCO.read(tree, None, Problems()).samples)) == 2


def test_annotations_without_a_shape_are_labels_of_pictures() -> None:
    tree = MemoryTree({"labels_train.json": document({}), "1.png": pixels(1)})
    reading = COCO.read(tree, None, Problems())
    assert reading.task == "classification"
    assert next(reading.samples).labels == ("person",)


@pytest.mark.parametrize(
    ("task", "name"),
    [("detection", "instances"), ("key_points", "person_keypoints"), ("classification", "labels")],
)
def test_a_file_is_named_by_its_task(task: Task, name: str) -> None:
    tree = MemoryTree()
    sample = everything()[2]
    COCO.write(Writing(task=task, labels=LABELS, samples=[sample], media=medium), tree)
    assert sorted(tree.files) == [f"annotations/{name}_default.json", "images/c.png"]


def test_all_comes_back() -> None:
    made = everything()
    samples = list(COCO.read(put(COCO, made), None, Problems()).samples)
    assert [sample.objects for sample in samples] == [sample.objects for sample in made]
