"""YOLO in the layouts of Ultralytics, Roboflow, CVAT, Darknet and labelImg."""

from __future__ import annotations

import pytest
import yaml
from plugins.annotated import HEIGHT, WIDTH, MemoryTree, pixels

from aileron.core.errors import InvalidInput
from aileron.data.formats import Problems, Writing, find_format, recognise
from aileron.data.formats.records import Box, ImageSample, KeyPoint, Label, Object, Task

YOLO = find_format("yolo")
BOX = b"1 0.5 0.5 0.25 0.2\n"
"""15..25 x 12..18 of a picture of 40 x 30."""
CONFIG = b"""# Ultralytics
path: ../datasets/coco8
train: images/train
val: images/val
test: # optional

names:
  0: person
  1: no
"""


def read(files: dict[str, bytes], task: Task | None = None) -> tuple[list[ImageSample], list[str]]:
    problems = Problems()
    tree = MemoryTree(files)
    assert recognise(tree, "image").name == "yolo"
    reading = YOLO.read(tree, task, problems)
    samples = sorted(reading.samples, key=lambda sample: sample.sample_id)
    return samples, [str(problem) for problem in problems]


def boxed(label: str = "no") -> tuple[Object, ...]:
    return (Object(label, Box(15, 12, 10, 6)),)


def test_the_layout_of_ultralytics() -> None:
    files = {
        "coco8.yaml": CONFIG,
        "images/train/a.jpg": pixels(1),
        "labels/train/a.txt": BOX,
        "images/val/b.jpg": pixels(2),
        "labels/val/b.txt": b"",
        "images/val/c.jpg": pixels(3),
    }
    reading = YOLO.read(MemoryTree(files), None, Problems())
    assert (reading.task, reading.known) == ("detection", True)
    assert reading.labels == (Label("person"), Label("no"))
    samples, problems = read(files)
    assert problems == []
    assert [(s.sample_id, s.split, s.annotated) for s in samples] == [
        ("a.jpg", "train", True),
        ("b.jpg", "validation", True),
        ("c.jpg", "validation", True),
    ]
    assert samples[0].objects == boxed()


def test_the_layout_of_roboflow() -> None:
    files = {
        "data.yaml": b"train: ../train/images\nval: ../valid/images\nnc: 2\nnames: ['x', 'no']\n",
        "train/images/a.jpg": pixels(1),
        "train/labels/a.txt": BOX,
        "valid/images/b.jpg": pixels(2),
        "valid/labels/b.txt": BOX,
        "README.dataset.txt": b"by Roboflow",
    }
    samples, problems = read(files)
    assert problems == []
    assert [(s.sample_id, s.split, s.objects) for s in samples] == [
        ("a.jpg", "train", boxed()),
        ("b.jpg", "validation", boxed()),
    ]


def test_lists_of_pictures_as_cvat_writes_them() -> None:
    files = {
        "x/data.yaml": b"path: ./\ntrain: train.txt\nval: [val.txt]\nnames: {0: x, 1: no}\n",
        "x/train.txt": b"data/images/a.jpg\r\n/home/me/x/images/gone.jpg\n",
        "x/val.txt": b"./images/b.jpg\n",
        "x/images/a.jpg": pixels(1),
        "x/images/b.jpg": pixels(2),
        "x/labels/a.txt": BOX,
    }
    samples, problems = read(files)
    assert [(s.sample_id, s.split) for s in samples] == [
        ("a.jpg", "train"),
        ("b.jpg", "validation"),
    ]
    assert [said[:65] for said in problems] == [
        "x/train.txt:2: There is no picture /home/me/x/images/gone.jpg. Pu"
    ]


def test_the_layout_of_darknet() -> None:
    files = {
        "obj.data": b"classes = 2\ntrain = data/train.txt\nnames = data/obj.names\n",
        "obj.names": b"x\nno\n",
        "train.txt": b"data/obj_train_data/a.jpg\n",
        "obj_train_data/a.jpg": pixels(1),
        "obj_train_data/a.txt": BOX,
    }
    (sample,), problems = read(files)
    assert problems == []
    assert (sample.sample_id, sample.split, sample.objects) == ("a.jpg", "train", boxed())


def test_pictures_with_texts_beside_them_as_label_img_writes_them() -> None:
    files = {
        "classes.txt": b"x\nno\n",
        "b/a.jpg": pixels(1),
        "b/a.txt": BOX,
        "readme.jpg": pixels(2),
    }
    samples, problems = read(files)
    assert problems == []
    assert [(s.sample_id, s.objects) for s in samples] == [("b/a.jpg", boxed()), ("readme.jpg", ())]


def test_classes_that_nobody_named_are_called_by_their_numbers() -> None:
    files = {"images/a.jpg": pixels(1), "labels/a.txt": BOX}
    assert YOLO.read(MemoryTree(files), None, Problems()).known is False
    assert read(files)[0][0].objects == boxed("1")


def test_a_folder_that_stands_for_two_parts_is_of_none() -> None:
    files = {
        "data.yaml": b"train: images/all\nval: images/all\nnames: [x, no]\n",
        "images/all/a.jpg": pixels(1),
        "labels/all/a.txt": BOX,
    }
    assert [(s.sample_id, s.split) for s in read(files)[0]] == [("all/a.jpg", None)]


def test_equal_names_in_two_parts_keep_the_part_in_their_ids() -> None:
    files = {
        "data.yaml": CONFIG,
        "images/train/0.jpg": pixels(1),
        "images/val/0.jpg": pixels(2),
        "labels/train/0.txt": BOX,
    }
    assert [s.sample_id for s in read(files)[0]] == ["train/0.jpg", "val/0.jpg"]


def test_outlines_and_oriented_boxes() -> None:
    line = b"0 0.1 0.1 0.5 0.1 0.5 0.5 0.1 0.4\n"
    files = {"data.yaml": CONFIG, "images/train/a.jpg": pixels(1), "labels/train/a.txt": line}
    reading = YOLO.read(MemoryTree(files), None, Problems())
    assert reading.task == "instance_segmentation"
    (thing,) = next(reading.samples).objects
    assert thing.polygons[0] == pytest.approx((4, 3, 20, 3, 20, 15, 4, 12))
    assert thing.box == pytest.approx(Box(4, 3, 16, 12))


@pytest.mark.parametrize(
    ("shape", "numbers", "points"),
    [
        ("[2, 3]", "0.5 0.5 1 0 0 0", (KeyPoint(20, 15, 1), KeyPoint(0, 0, 0))),
        ("[2, 2]", "0.5 0.5 0 0", (KeyPoint(20, 15, 2), KeyPoint(0, 0, 0))),
        ("[3, 2]", "0.5 0.5 0 0 0.9 0.9", (KeyPoint(20, 15, 2), KeyPoint(0, 0, 0))),
        ("[2, 3]", "0 0 0 0 0 0", ()),
    ],
)
def test_key_points_with_and_without_visibility(
    shape: str, numbers: str, points: tuple[KeyPoint, ...]
) -> None:
    config = f"kpt_shape: {shape}\nkpt_names:\n  0: [nose, tail]\nnames: [cat]\ntrain: images\n"
    line = f"0 0.5 0.5 0.25 0.2 {numbers}\n".encode()
    files = {"data.yaml": config.encode(), "images/a.jpg": pixels(1), "labels/a.txt": line}
    reading = YOLO.read(MemoryTree(files), None, Problems())
    assert (reading.task, reading.labels) == ("key_points", (Label("cat", ("nose", "tail")),))
    (thing,) = next(reading.samples).objects
    assert (thing.box, thing.points) == (Box(15, 12, 10, 6), points)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (BOX + b"2 0.5 0.5 0.2 0.2\n", ":2: There is no class 2; the classes are 0-1"),
        (b"\n0 0.5 0.5 0.2\n", ":2: The line has 3 numbers after its class"),
        (b"0 0.5 0.5 0.2 wide\n", ":1: wide is no number"),
        (b"0 0.5 0.5 0.2 nan\n", ":1: A coordinate is not a number"),
        (b"0 0.9 0.5 0.4 0.2\n", ":1: The box 28, 12, 16, 6 (x, y, width, height) lies outside"),
        (b"0 20 15 10 6\n", ":1: The box 600, 360, 400, 180"),
        (b"0 0.5 0.5 0 0.2\n", ":1: A box is 0 wide"),
        (b"0 0.1 0.1 2 2 0.1 0.2\n", ":1: A polygon lies outside"),
        (b"person 0.5 0.5 0.2 0.2\n", ":1: person is no number"),
        (b"0 0.5\xff", ":1: The file is not in UTF-8"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(text: bytes, problem: str) -> None:
    files = {"data.yaml": CONFIG, "images/train/0.jpg": pixels(1), "labels/train/0.txt": text}
    files |= {"images/train/1.jpg": pixels(2), "labels/train/1.txt": BOX}
    samples, problems = read(files)
    assert [sample.sample_id for sample in samples] == ["1.jpg"]
    wanted = f"labels/train/0.txt{problem}"
    assert [said[: len(wanted)] for said in problems] == [wanted]


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (b"names: [a\nnc: 1\n", "data.yaml:2: The file is no YAML"),
        (b"names: 3\n", "data.yaml: Field names is 3"),
        (b"names: {a: b}\n", "data.yaml: Field names is dict"),
        (b"names: {99999999: b}\n", "data.yaml: Field names is 99999999"),
        (b"names: [a]\nkpt_shape: [17]\n", "data.yaml: Field kpt_shape"),
        (b"a: &a [x,x]\nb: &b [*a,*a]\nnames: [*b]\n", "data.yaml: Field names is list"),
        (b"names: " + b"[" * 5000, "data.yaml: The file is no YAML"),
    ],
)
def test_a_configuration_that_cannot_be_read_is_refused(config: bytes, words: str) -> None:
    tree = MemoryTree({"data.yaml": config, "images/a.jpg": pixels(1)})
    with pytest.raises(InvalidInput) as refusal:
        YOLO.read(tree, None, Problems())
    assert refusal.value.render("en").startswith(words)


def write(task: Task, *things: Object, labels: tuple[Label, ...] = (Label("cat"),)) -> MemoryTree:
    tree = MemoryTree()
    samples = [ImageSample("a.png", "1", WIDTH, HEIGHT, objects=things)]
    YOLO.write(Writing(task, labels, samples, lambda _: pixels(1)), tree)
    return tree


def test_ultralytics_finds_both_parts_it_asks_for() -> None:
    content = yaml.safe_load(write("detection").files["data.yaml"])
    assert content == {"train": "images/default", "val": "images/default", "names": {0: "cat"}}


def test_what_reaches_over_the_edge_is_cut_since_ultralytics_refuses_it() -> None:
    tree = write("detection", Object("cat", Box(-0.5, 0, WIDTH + 1, HEIGHT)))
    assert tree.files["labels/default/a.txt"] == b"0 0.5 0.5 1 1\n"


def test_an_outline_of_two_parts_becomes_one() -> None:
    left, right = (0, 0, 4, 0, 4, 3, 0, 3), (8, 0, 12, 0, 12, 3, 8, 3)
    tree = write("instance_segmentation", Object("cat", Box(0, 0, 12, 3), (left, right)))
    (thing,) = next(YOLO.read(tree, None, Problems()).samples).objects
    assert thing.box == pytest.approx(Box(0, 0, 12, 3))
    corners = [(round(x), round(y)) for x, y in zip(*[iter(thing.polygons[0])] * 2, strict=True)]
    assert set(corners) == {(0, 0), (4, 0), (4, 3), (0, 3), (8, 0), (12, 0), (12, 3), (8, 3)}


def test_beside_an_outline_boxes_are_outlines_too_since_ultralytics_mistakes_them() -> None:
    outlined = Object("cat", Box(0, 0, 4, 3), ((0, 0, 4, 0, 4, 3),))
    tree = write("instance_segmentation", outlined, Object("cat", Box(20, 15, 4, 3)))
    lines = tree.files["labels/default/a.txt"].splitlines()
    assert lines[1] == b"0 0.5 0.5 0.6 0.5 0.6 0.6 0.5 0.6"
