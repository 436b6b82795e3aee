"""LabelMe's JSON as people have it, and what is wrong with some of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from plugins.annotated import HEIGHT, WIDTH, MemoryTree, pixels
from plugins.said_of_pictures import everything, put
from plugins.spoiling import read_all

from aileron.core.errors import InvalidInput
from aileron.data.formats import Problems, find_format
from aileron.data.formats.records import Box, KeyPoint, Label

LABELME = find_format("labelme", "image")


def shape(label: str, kind: str, points: list[list[float]], **more: Any) -> dict[str, Any]:
    made = {"label": label, "points": points, "group_id": None, "shape_type": kind, "flags": {}}
    return {**made, **more}


def document(*shapes: dict[str, Any], **more: Any) -> bytes:
    made = {
        "version": "5.2.1",
        "flags": {},
        "shapes": list(shapes),
        "imagePath": "cat.png",
        "imageData": None,
        "imageHeight": HEIGHT,
        "imageWidth": WIDTH,
    }
    return json.dumps({**made, **more}).encode()


def tree(*shapes: dict[str, Any], **more: Any) -> MemoryTree:
    return MemoryTree({"cat.png": pixels(1), "cat.json": document(*shapes, **more)})


BOX = shape("cat", "rectangle", [[11, 7], [1, 2]])


def test_corners_of_a_box_come_in_any_order() -> None:
    samples, problems = read_all(LABELME, tree(BOX))
    assert not problems
    assert samples[0].sample_id == "cat.png"
    assert samples[0].objects[0].box == Box(1, 2, 10, 5)


def test_a_shape_of_old_files_without_a_kind_is_a_polygon() -> None:
    old = {"label": "cat", "points": [[1, 1], [9, 1], [9, 9]], "line_color": None}
    samples, problems = read_all(LABELME, tree(old))
    assert not problems
    assert samples[0].objects[0].polygons == ((1.0, 1.0, 9.0, 1.0, 9.0, 9.0),)


def test_a_circle_becomes_a_polygon_around_it() -> None:
    samples, _ = read_all(LABELME, tree(shape("cat", "circle", [[20, 15], [20, 5]])))
    assert samples[0].objects[0].box == pytest.approx((10, 5, 20, 20), abs=1)


def test_polygons_of_one_group_and_class_are_one_object() -> None:
    first = shape("cat", "polygon", [[1, 1], [9, 1], [9, 9]], group_id=1)
    second = shape("cat", "polygon", [[11, 1], [19, 1], [19, 9]], group_id=1)
    samples, _ = read_all(LABELME, tree(first, second, shape("dog", "rectangle", [[1, 1], [3, 3]])))
    cat, dog = samples[0].objects
    assert len(cat.polygons) == 2
    assert cat.box == Box(1, 1, 18, 8)
    assert dog.label == "dog"


def test_points_in_the_group_of_a_box_are_its_key_points() -> None:
    box = shape("person", "rectangle", [[1, 1], [20, 20]], group_id=7)
    dots = [
        shape("nose", "point", [[5, 5]], group_id=7),
        shape("left", "point", [[9, 7]], group_id=7, flags={"hidden": True}),
    ]
    problems = Problems()
    reading = LABELME.read(tree(box, *dots), None, problems)
    assert reading.task == "key_points"
    assert reading.labels == (Label("person", ("nose", "left")),)
    person = next(reading.samples).objects[0]
    assert person.points == (KeyPoint(5, 5), KeyPoint(9, 7, 1))
    assert person.box == Box(1, 1, 19, 19)


@pytest.mark.parametrize("group", [None, [7], {}, "7", 7.0])
def test_a_point_whose_group_is_no_number_is_alone(group: Any) -> None:
    box = shape("person", "rectangle", [[1, 1], [20, 20]], group_id=7)
    nose = shape("nose", "point", [[5, 5]], group_id=7)
    samples, problems = read_all(
        LABELME, tree(box, nose, shape("dog", "point", [[2, 3]], group_id=group))
    )
    assert not problems
    person, dog = samples[0].objects
    assert person.points == (KeyPoint(5, 5),)
    assert (dog.label, dog.points) == ("dog", (KeyPoint(2, 3),))


def test_a_point_alone_is_an_object() -> None:
    samples, _ = read_all(LABELME, tree(shape("cat", "point", [[5, 5]])))
    assert samples[0].objects[0].label == "cat"
    assert samples[0].objects[0].points == (KeyPoint(5, 5),)


def test_true_flags_are_labels_of_the_picture() -> None:
    source = tree(flags={"cat": True, "dog": False})
    reading = LABELME.read(source, None, Problems())
    assert reading.task == "classification"
    assert next(reading.samples).labels == ("cat",)


def test_a_picture_without_a_file_waits_for_annotation() -> None:
    source = tree(BOX)
    source.files["new.png"] = pixels(2)
    samples, _ = read_all(LABELME, source)
    assert [(sample.sample_id, sample.annotated) for sample in samples] == [
        ("cat.png", True),
        ("new.png", False),
    ]


def test_a_picture_is_found_by_a_windows_path_or_beside_its_file() -> None:
    files = {
        "images/cat.png": pixels(1),
        "notes/a.json": document(BOX, imagePath="..\\images\\cat.png"),
    }
    samples, _ = read_all(LABELME, MemoryTree(files))
    assert samples[0].sample_id == "images/cat.png"
    renamed = {"x.png": pixels(1), "x.json": document(BOX, imagePath="old name.png")}
    samples, _ = read_all(LABELME, MemoryTree(renamed))
    assert samples[0].sample_id == "x.png"


def test_top_folders_are_parts() -> None:
    files = {f"{part}/{i}.png": pixels(i) for i, part in enumerate(("train", "val"))}
    notes = {
        path.replace(".png", ".json"): document(BOX, imagePath=path.rpartition("/")[2])
        for path in files
    }
    samples, _ = read_all(LABELME, MemoryTree(files | notes))
    assert [(s.sample_id, s.split) for s in samples] == [
        ("0.png", "train"),
        ("1.png", "validation"),
    ]


def test_classes_of_the_list_come_first_and_without_labelmes_own() -> None:
    source = tree(BOX)
    source.files["labels.txt"] = "__ignore__\n_background_\n狗\ncat\n".encode()
    assert LABELME.read(source, None, Problems()).labels == (Label("狗"), Label("cat"))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (shape("cat", "rectangle", [[1, 2], [90, 7]]), "outside the picture"),
        (shape("cat", "rectangle", [[1, 2], [1, 7]]), "0 wide"),
        (shape("cat", "polygon", [[1, 2], [3, 4]]), "three points"),
        (shape("cat", "polygon", [[1, 2], [3, None], [5, 5]]), "points"),
        (shape("", "rectangle", [[1, 2], [3, 4]]), "label is empty"),
        (shape("cat", "linestrip", [[1, 2], [3, 4]]), "linestrip"),
        (shape("cat", "mask", [[1, 2], [3, 4]], mask="bm8="), "run lengths"),
        ({"points": []}, "no field label"),
    ],
)
def test_a_wrong_shape_leaves_its_picture_out(wrong: dict[str, Any], said: str) -> None:
    source = tree(wrong)
    source.files |= {"b.png": pixels(2), "b.json": document(BOX, imagePath="b.png")}
    samples, problems = read_all(LABELME, source)
    assert [sample.sample_id for sample in samples] == ["b.png"]
    (problem,) = problems
    assert problem.file == "cat.json"
    assert said in problem.reason.render("en")


def test_a_broken_file_is_one_problem_among_good_ones() -> None:
    source = tree(BOX)
    source.files |= {"b.png": pixels(2), "b.json": b'{"shapes": ['}
    samples, problems = read_all(LABELME, source)
    assert [sample.sample_id for sample in samples] == ["cat.png"]
    assert [problem.file for problem in problems] == ["b.json"]


def test_a_folder_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"labels\.txt"):
        LABELME.read(MemoryTree({"a.png": pixels(1)}), None, Problems())


def test_all_but_the_skeleton_comes_back() -> None:
    made = everything()
    samples, problems = read_all(LABELME, put(LABELME, made))
    assert not problems
    assert [sample.objects for sample in samples] == [sample.objects for sample in made]
    assert [sample.attributes for sample in samples] == [sample.attributes for sample in made]
