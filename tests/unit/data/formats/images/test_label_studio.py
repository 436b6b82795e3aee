"""Label Studio's JSON as Label Studio exports it, and what is wrong with some of it."""

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

LABEL_STUDIO = find_format("label_studio", "image")


def result(kind: str, value: dict[str, Any], **more: Any) -> dict[str, Any]:
    made = {
        "id": "Dx_aB91ISN",
        "from_name": "tag",
        "to_name": "img",
        "type": kind,
        "original_width": WIDTH,
        "original_height": HEIGHT,
        "image_rotation": 0,
        "value": value,
    }
    return made | more


BOX = result(
    "rectanglelabels",
    {"x": 25, "y": 10, "width": 50, "height": 20, "rotation": 0, "rectanglelabels": ["cat"]},
)


def task(*results: dict[str, Any], **more: Any) -> dict[str, Any]:
    annotation = {"id": 1001, "result": list(results), "was_cancelled": False, "completed_by": 10}
    made = {
        "id": 1,
        "annotations": [annotation],
        "file_upload": "8d5f9d1a-cat.png",
        "predictions": [{"result": [BOX]}],
        "data": {"image": "/data/upload/2/8d5f9d1a-cat.png"},
        "meta": {},
    }
    return made | more


def tree(*tasks: dict[str, Any]) -> MemoryTree:
    files = {"export.json": json.dumps(tasks).encode(), "images/cat.png": pixels(1)}
    return MemoryTree(files)


def test_a_box_is_in_percent_of_the_picture() -> None:
    samples, problems = read_all(LABEL_STUDIO, tree(task(BOX)))
    assert not problems
    assert samples[0].sample_id == "cat.png"
    assert samples[0].objects[0].box == Box(10, 3, 20, 6)


@pytest.mark.parametrize(
    "url",
    [
        "/data/upload/2/8d5f9d1a-cat.png",
        "/data/local-files/?d=images/cat.png",
        "/data/local-files/?d=some/where/images/cat.png",
        "https://example.com/a/cat.png?token=1",
        "s3://bucket/images/cat.png",
        "C:\\pictures\\cat.png",
        "cat.png",
    ],
)
def test_a_picture_is_found_by_the_url_of_any_storage(url: str) -> None:
    samples, problems = read_all(LABEL_STUDIO, tree(task(BOX, data={"img": url, "text": "a cat"})))
    assert not problems
    assert samples[0].media == "images/cat.png"


def test_a_turned_box_is_a_polygon_around_its_corner() -> None:
    turned = {**BOX, "value": {**BOX["value"], "rotation": 90}}
    samples, _ = read_all(LABEL_STUDIO, tree(task(turned)))
    assert samples[0].objects[0].box == pytest.approx((4, 3, 6, 20))


def test_a_polygon_and_an_ellipse_are_outlines() -> None:
    polygon = {"points": [[10, 10], [50, 10], [50, 50]], "closed": True, "polygonlabels": ["cat"]}
    ellipse = {
        "x": 50,
        "y": 50,
        "radiusX": 10,
        "radiusY": 20,
        "rotation": 0,
        "ellipselabels": ["dog"],
    }
    both = result("polygonlabels", polygon), result("ellipselabels", ellipse, id="e")
    reading = LABEL_STUDIO.read(tree(task(*both)), None, Problems())
    assert reading.task == "instance_segmentation"
    cat, dog = next(reading.samples).objects
    assert cat.polygons == ((4.0, 3.0, 20.0, 3.0, 20.0, 15.0),)
    assert dog.box == pytest.approx((16, 9, 8, 12), abs=0.5)


def test_a_region_may_have_its_class_in_another_result() -> None:
    place = {"x": 25, "y": 10, "width": 50, "height": 20, "rotation": 0}
    drawn = result("rectangle", place)
    named = result("labels", {**place, "labels": ["cat"]}, from_name="labels")
    samples, _ = read_all(LABEL_STUDIO, tree(task(drawn, named)))
    assert [thing.label for thing in samples[0].objects] == ["cat"]


def test_controls_per_region_are_attributes() -> None:
    place = {"x": 25, "y": 10, "width": 50, "height": 20}
    said = [
        result("choices", {**place, "choices": ["left"]}, from_name="pose"),
        result("number", {**place, "number": 3}, from_name="age"),
        result("textarea", {**place, "text": ["a", "b"]}, from_name="note"),
    ]
    samples, _ = read_all(LABEL_STUDIO, tree(task(BOX, *said)))
    assert samples[0].objects[0].attributes == {"pose": "left", "age": 3, "note": "a\nb"}
    assert samples[0].labels == ()


def test_choices_of_the_picture_are_its_labels() -> None:
    chosen = result("choices", {"choices": ["cat", "dog"]}, id="other")
    reading = LABEL_STUDIO.read(tree(task(chosen)), None, Problems())
    assert reading.task == "classification"
    assert reading.labels == (Label("cat"), Label("dog"))
    assert next(reading.samples).labels == ("cat", "dog")


def test_points_that_hang_on_a_box_are_its_key_points() -> None:
    place = {"x": 50, "y": 50, "width": 0.5}
    nose = result(
        "keypointlabels", {**place, "keypointlabels": ["nose"]}, id="p", parentID=BOX["id"]
    )
    samples, _ = read_all(LABEL_STUDIO, tree(task(BOX, nose)))
    (cat,) = samples[0].objects
    assert cat.points == (KeyPoint(20, 15),)
    assert cat.box == Box(10, 3, 20, 6)


def test_cancelled_annotations_and_predictions_do_not_count() -> None:
    cancelled = {"id": 2, "result": [BOX], "was_cancelled": True}
    samples, _ = read_all(LABEL_STUDIO, tree(task(annotations=[cancelled])))
    assert (samples[0].annotated, samples[0].objects) == (False, ())


def test_ground_truth_counts_before_the_last_annotation() -> None:
    truth = {"id": 2, "result": [BOX], "ground_truth": True}
    samples, _ = read_all(LABEL_STUDIO, tree(task(annotations=[truth, {"id": 3, "result": []}])))
    assert len(samples[0].objects) == 1


def test_the_configuration_beside_it_lists_the_classes() -> None:
    source = tree(task(BOX))
    source.files["config.xml"] = b"""<View><Image name="img" value="$image"/>
      <RectangleLabels name="tag" toName="img"><Label value="dog" background="red"/>
      <Label value="cat"/></RectangleLabels></View>"""
    assert LABEL_STUDIO.read(source, None, Problems()).labels == (Label("dog"), Label("cat"))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({**BOX, "value": {**BOX["value"], "x": 90}}, "outside the picture"),
        ({**BOX, "value": {**BOX["value"], "x": "1"}}, "x, y, width, height"),
        ({**BOX, "value": {**BOX["value"], "rectanglelabels": []}}, "label is empty"),
        ({**BOX, "image_rotation": 90}, "image_rotation"),
        (result("brushlabels", {"rle": [1, 2], "brushlabels": ["cat"]}), "brush"),
        (result("videorectangle", {"x": 1, "y": 1, "labels": ["cat"]}), "videorectangle"),
    ],
)
def test_a_wrong_region_leaves_its_picture_out(wrong: dict[str, Any], said: str) -> None:
    samples, problems = read_all(LABEL_STUDIO, tree(task(wrong)))
    assert samples == []
    (problem,) = problems
    assert problem.file == "export.json (task 1)"
    assert said in problem.reason.render("en")


def test_a_picture_that_is_not_there_is_named() -> None:
    _, problems = read_all(LABEL_STUDIO, tree(task(BOX, data={"image": "s3://b/dog.png"})))
    assert "s3://b/dog.png" in str(next(iter(problems)))


def test_a_broken_file_is_refused_with_its_line() -> None:
    source = MemoryTree({"export.json": b'[{"annotations":\n[}'})
    with pytest.raises(InvalidInput, match=r"export\.json:2"):
        LABEL_STUDIO.read(source, None, Problems())


def test_all_but_the_skeletons_lines_comes_back() -> None:
    made = everything()
    reading = LABEL_STUDIO.read(put(LABEL_STUDIO, made), None, Problems())
    assert reading.labels[2] == Label("person", ("nose", "left", "right"))
    for sample, wanted in zip(reading.samples, made, strict=True):
        assert (sample.labels, sample.attributes) == (wanted.labels, wanted.attributes)
        for thing, other in zip(sample.objects, wanted.objects, strict=True):
            assert thing.box == pytest.approx(other.box)
            assert (thing.label, thing.mask, thing.crowd) == (other.label, other.mask, other.crowd)
            assert thing.attributes == other.attributes
            assert [p.visibility for p in thing.points] == [p.visibility for p in other.points]
