"""Pictures with JSON or XML of the same base name, as BML and Roboflow have them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from plugins.annotated import HEIGHT, WIDTH, MemoryTree, pixels

from aileron.data.formats import Problems, Writing, find_format, recognise
from aileron.data.formats.records import Box, ImageSample, Label, Object, Task

JSON = find_format("bml_json")
XML = find_format("bml_xml")
CAR = {"name": "car", "x1": 8.7673, "y1": 3.76027, "x2": 18.51887, "y2": 11.77642}
VOC_XML = b"""<annotation>
<object>
<name>car</name>
<bndbox><xmin>1</xmin><ymax>9</ymax><xmax>5.5</xmax><ymin>2</ymin></bndbox>
<difficult>1</difficult><pose>Unspecified</pose><truncated>0</truncated>
</object>
</annotation>
"""


def document(*entries: Any) -> bytes:
    return json.dumps({"labels": entries}).encode()


def read(
    files: dict[str, bytes], name: str = "bml_json", task: Task | None = None
) -> tuple[list[ImageSample], list[str]]:
    problems = Problems()
    tree = MemoryTree(files)
    assert recognise(tree, "image").name == name
    reading = find_format(name).read(tree, task, problems)
    samples = sorted(reading.samples, key=lambda sample: sample.sample_id)
    return samples, [str(problem) for problem in problems]


def test_json_with_names_alone_is_a_classification_of_one_or_several_labels() -> None:
    files = {
        "a.jpg": pixels(1),
        "a.json": document({"name": "Drama"}),
        "b.jpg": pixels(2),
        "b.json": document({"name": "Drama"}, {"name": "喜剧"}, {"name": "Drama"}),
    }
    reading = JSON.read(MemoryTree(files), None, Problems())
    assert (reading.task, reading.known) == ("classification", False)
    samples, problems = read(files)
    assert problems == []
    assert [sample.labels for sample in samples] == [("Drama",), ("Drama", "喜剧")]


def test_json_with_corners_is_a_detection_in_pixels() -> None:
    files = {"a.jpg": pixels(1), "a.json": document(CAR)}
    assert JSON.read(MemoryTree(files), None, Problems()).task == "detection"
    (sample,), problems = read(files)
    (thing,) = sample.objects
    assert (problems, thing.label, (sample.width, sample.height)) == ([], "car", (WIDTH, HEIGHT))
    assert thing.box == pytest.approx(Box(8.7673, 3.76027, 9.75157, 8.01615))


def test_boxes_read_as_a_classification_are_the_labels_of_the_picture() -> None:
    (sample,), _ = read({"a.jpg": pixels(1), "a.json": document(CAR)}, task="classification")
    assert (sample.labels, sample.objects) == (("car",), ())


def test_a_name_alone_beside_boxes_is_a_label_of_the_picture() -> None:
    (sample,), problems = read({"a.jpg": pixels(1), "a.json": document({"name": "street"}, CAR)})
    assert (problems, sample.labels) == ([], ("street",))
    assert [thing.label for thing in sample.objects] == ["car"]


def test_a_picture_without_a_file_waits_and_one_with_an_empty_list_has_nothing_on_it() -> None:
    files = {"a.jpg": pixels(1), "b.jpg": pixels(2), "b.json": document(), "c.jpg": pixels(3)}
    samples, problems = read({**files, "c.json": document(CAR)})
    assert problems == []
    assert [sample.annotated for sample in samples] == [False, True, True]


@pytest.mark.parametrize("folders", [("images", "json"), ("图片", "标注")])
def test_pairs_may_lie_in_two_folders(folders: tuple[str, str]) -> None:
    media, notes = folders
    files = {
        f"{media}/a.jpg": pixels(1),
        f"{notes}/a.json": document(CAR),
        f"{media}/b.jpg": pixels(2),
        f"{notes}/b.json": document(CAR, CAR),
    }
    samples, problems = read(files)
    assert problems == []
    assert [len(sample.objects) for sample in samples] == [1, 2]


def test_equal_names_in_several_folders_stay_apart() -> None:
    files = {
        "east/images/1.jpg": pixels(1),
        "east/labels/1.json": document({"name": "a"}),
        "west/images/1.jpg": pixels(2),
        "west/labels/1.json": document({"name": "b"}),
    }
    samples, problems = read(files)
    assert problems == []
    assert [(s.sample_id, s.labels) for s in samples] == [
        ("east/1.jpg", ("a",)),
        ("west/1.jpg", ("b",)),
    ]


def test_ids_tell_pictures_apart_wherever_they_lie() -> None:
    files = {
        "1.jpg": pixels(1),
        "images/1.jpg": pixels(2),
        "images/2.jpg": pixels(3),
        "labels/2.json": document(CAR),
    }
    samples, problems = read(files)
    assert problems == []
    assert [sample.sample_id for sample in samples] == ["1.jpg", "images/1.jpg", "images/2.jpg"]


def test_folders_of_parts_give_the_parts() -> None:
    files = {}
    for i, folder in enumerate(("train", "valid", "test")):
        files |= {f"{folder}/{i}.jpg": pixels(i), f"{folder}/{i}.xml": VOC_XML}
    samples, problems = read(files, "bml_xml")
    assert problems == []
    assert [(s.sample_id, s.split) for s in samples] == [
        ("0.jpg", "train"),
        ("1.jpg", "validation"),
        ("2.jpg", "test"),
    ]


@pytest.mark.parametrize("format_", [JSON, XML], ids=lambda found: found.name)
def test_ids_that_look_like_parts_and_samples_of_no_part_come_back(format_: Any) -> None:
    thing = Object("car", Box(1, 2, 3, 4))
    samples = [
        ImageSample("test/images/1.png", "1", WIDTH, HEIGHT, objects=(thing,)),
        ImageSample("train/1.png", "2", WIDTH, HEIGHT, objects=(thing,), split="test"),
    ]
    tree = MemoryTree()
    media = {"media": lambda sample: pixels(int(sample.media))}
    format_.write(Writing("detection", (Label("car"),), samples, **media), tree)
    found = list(format_.read(tree, None, Problems()).samples)
    told = {sample.sample_id: (sample.split, sample.objects) for sample in found}
    assert told == {sample.sample_id: (sample.split, sample.objects) for sample in samples}


def test_xml_has_boxes_in_any_order_of_fields() -> None:
    (sample,), problems = read({"a.jpg": pixels(1), "a.xml": VOC_XML}, "bml_xml")
    assert problems == []
    assert sample.objects == (Object("car", Box(1, 2, 4.5, 7), attributes={"difficult": True}),)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'{"labels": [\n{"name": }', "a.json:2: The file is no JSON"),
        (b"\xff\xfe", "a.json:1: The file is no JSON"),
        (b"[]", "a.json: There is no field labels"),
        (document("car"), "a.json: There is no field name"),
        (document({**CAR, "name": " "}), "a.json: A label is empty"),
        (document({"name": "car", "x2": 3}), "a.json: There is no field x1"),
        (document({**CAR, "x1": "8"}), "a.json: Field x1 is 8, and 1.0 is needed"),
        (document({**CAR, "x2": 1}), "a.json: A box is -7.7673 wide"),
        (document({**CAR, "y2": 1000}), "a.json: The box 8.7673, 3.76027, 9.75157, 996.24 (x, y"),
    ],
)
def test_what_is_wrong_in_a_json_is_told(content: bytes, problem: str) -> None:
    files = {"0.jpg": pixels(0), "0.json": document(CAR), "a.jpg": pixels(1), "a.json": content}
    samples, problems = read(files)
    assert [sample.sample_id for sample in samples] == ["0.jpg"]
    assert [said[: len(problem)] for said in problems] == [problem]


def test_what_is_wrong_in_an_xml_is_told_with_its_line() -> None:
    files = {"a.jpg": pixels(1), "a.xml": VOC_XML.replace(b"5.5", b"555")}
    samples, problems = read(files, "bml_xml")
    assert (samples, problems[0][:28]) == ([], "a.xml:2: The box 1, 2, 554, ")


def test_names_that_do_not_match_are_told() -> None:
    """BML's second reason of a failed import."""
    files = {"a.jpg": pixels(1), "a.json": document(CAR), "b.json": document(CAR)}
    files |= {"c.png": pixels(3), "c.jpg": pixels(4), "c.json": document(CAR)}
    samples, problems = read({**files, "d.jpg": b"no picture"})
    assert [sample.sample_id for sample in samples] == ["a.jpg", "c.jpg"]
    assert [said.split(".")[0:2] for said in problems] == [
        ["b", "json: There is no picture b"],
        ["c", "png: c"],
        ["d", "jpg: The size of d"],
    ]
