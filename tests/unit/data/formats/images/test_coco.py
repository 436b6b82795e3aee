"""COCO as other tools write it, and what is wrong with it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from plugins.annotated import MemoryTree, pixels

from aileron.data.formats import Problems, find_format
from aileron.data.formats.records import Box, ImageSample, Object

COCO = find_format("coco")
IMAGES = [
    {"id": 1, "file_name": "a.png", "width": 40, "height": 30},
    {"id": "two", "file_name": "b.png"},
]
CATEGORIES = [{"id": 3, "name": "cat"}, {"id": 7, "name": "dog", "keypoints": None}]
CAT = {"id": 1, "image_id": 1, "category_id": 3, "bbox": [1, 2, 3, 4], "keypoints": None}


def read(*annotations: Any) -> tuple[list[ImageSample], list[str]]:
    content = {"images": IMAGES, "categories": CATEGORIES, "annotations": annotations}
    files = {"annotations/instances_val2017.json": json.dumps(content).encode()}
    files |= {"val2017/a.png": pixels(1), "val2017/b.png": pixels(2)}
    problems = Problems()
    samples = list(COCO.read(MemoryTree(files), None, problems).samples)
    return samples, [str(problem) for problem in problems]


def test_fields_that_are_null_say_nothing_and_ids_may_be_text() -> None:
    samples, problems = read(CAT, {**CAT, "image_id": "two", "category_id": 7})
    assert problems == []
    assert [sample.objects for sample in samples] == [
        (Object("cat", Box(1, 2, 3, 4)),),
        (Object("dog", Box(1, 2, 3, 4)),),
    ]
    assert {sample.split for sample in samples} == {"validation"}


@pytest.mark.parametrize("homeless", [{"id": 5}, {**CAT, "image_id": [1]}, {**CAT, "image_id": 9}])
def test_an_annotation_of_no_picture_leaves_the_others_in(homeless: dict[str, Any]) -> None:
    samples, problems = read(CAT, homeless)
    assert [len(sample.objects) for sample in samples] == [1, 0]
    assert len(problems) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"category_id": [3]},
        {"category_id": 4},
        {"bbox": [1, 2, 3]},
        {"keypoints": 3},
        {"keypoints": [1, 2, 7]},
        {"segmentation": {"size": 3, "counts": "a"}},
        {"attributes": {"a": [1]}},
    ],
)
def test_a_wrong_annotation_leaves_its_picture_out(wrong: dict[str, Any]) -> None:
    samples, (problem,) = read({**CAT, **wrong})
    assert [sample.sample_id for sample in samples] == ["b.png"]
    assert problem.startswith("annotations/instances_val2017.json (a.png): ")
