"""Results become annotations and annotations results; what makes no sense is refused in words."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest
from plugins.label_cases import HEIGHT, PICTURE, WIDTH, LabelCase, label_case, label_cases, same

from aileron.core.errors import InvalidInput
from aileron.data.formats.images.brush import encode_words
from aileron.label.annotation import Annotation
from aileron.label.interface.results import MOST_RESULTS, to_annotation, to_result
from aileron.label.interface.tasks import prediction, task_data

Results = list[dict[str, Any]]


def result_of(case: LabelCase) -> Results:
    found: Results = json.loads(json.dumps(to_result(case.spec, case.sample, case.annotation)))
    return found


def refused(case: LabelCase, result: Results) -> str:
    """The name of the sentence by which `result` is refused."""
    with pytest.raises(InvalidInput) as caught:
        to_annotation(case.spec, case.sample, result)
    assert caught.value.where == case.sample["sample_id"]
    for language in ("en", "zh"):
        assert caught.value.render(language)
    return caught.value.message_id.removeprefix("label.interface.")


@pytest.mark.parametrize("case", label_cases(), ids=lambda case: case.name)
def test_an_annotation_comes_back_as_it_was(case: LabelCase) -> None:
    assert same(to_annotation(case.spec, case.sample, result_of(case)), case.annotation)


@pytest.mark.parametrize("case", label_cases(), ids=lambda case: case.name)
def test_reading_the_same_twice_gives_the_same(case: LabelCase) -> None:
    once = to_annotation(case.spec, case.sample, result_of(case))
    again = to_annotation(case.spec, case.sample, to_result(case.spec, case.sample, once))
    assert same(once, again)
    assert to_annotation(case.spec, case.sample, result_of(case)) == once


@pytest.mark.parametrize("name", ["detection", "polygons", "masks", "entities", "event_detection"])
def test_nothing_drawn_or_marked_is_an_annotation_as_well(name: str) -> None:
    case = label_case(name)
    assert to_annotation(case.spec, case.sample, []) == Annotation()


def test_a_sample_needs_one_label_where_it_can_have_one() -> None:
    case = label_case("classification")
    assert refused(case, []) == "no_label"
    result = result_of(case)
    result[0]["value"]["choices"] = ["normal", "defective"]
    assert refused(case, result) == "several_labels"
    several = label_case("multi")
    assert to_annotation(several.spec, several.sample, []) == Annotation()


def test_unknown_and_missing_classes_are_refused() -> None:
    case = label_case("detection")
    result = result_of(case)
    result[0]["value"]["rectanglelabels"] = ["bird"]
    assert refused(case, result) == "unknown_label"
    result[0]["value"]["rectanglelabels"] = []
    assert refused(case, result) == "no_class"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("detection", {"x": "left"}),
        ("detection", {"x": None}),
        ("polygons", {"points": [[1, 2], [3]]}),
        ("masks", {"rle": [1, 2, 3]}),
        ("masks", {"rle": None}),
        ("entities", {"start": 1, "end": 1}),
        ("entities", {"start": "here"}),
        ("event_detection", {"start": 1, "end": 1}),
        ("event_detection", {"start": "here"}),
        ("event_detection", {"start": -1}),
        ("event_detection", {"end": 3.7}),
    ],
)
def test_what_cannot_be_read_is_refused(name: str, value: dict[str, Any]) -> None:
    case = label_case(name)
    result = result_of(case)
    result[0]["value"] |= value
    assert refused(case, result) == "bad_result"


ODD: tuple[tuple[str, Any], ...] = (
    ("detection", {"value": "x"}),
    ("detection", {"value": None}),
    ("detection", {"value": {"rectanglelabels": {"a": 1}}}),
    ("classification", {"value": [1]}),
    ("classification", {"value": {"choices": [[]]}}),
    ("polygons", {"value": {"polygonlabels": ["normal"], "points": [[]] * 3}}),
    ("entities", {"value": {"start": 1e999, "end": 2, "labels": ["normal"]}}),
    ("event_detection", {"value": {"start": 1e999, "end": 2, "labels": ["normal"]}}),
    ("event_detection", {"value": {"labels": ["normal"]}}),
    ("key_points", {"value": {"rectanglelabels": ["person"], "x": 1}}),
)


@pytest.mark.parametrize(("name", "wrong"), ODD)
def test_json_of_another_form_is_refused_in_words(name: str, wrong: dict[str, Any]) -> None:
    case = label_case(name)
    assert refused(case, [{**result_of(case)[0], **wrong}]) in (
        "bad_result",
        "unknown_label",
        "no_label",
        "no_class",
    )


LARGE = (10_000, 10_000)
"""As large as a picture may be: 400 MB of words."""
RUNS = encode_words([(255, 4 * LARGE[0] * LARGE[1])])
HOSTILE: tuple[tuple[str, dict[str, Any], Any], ...] = (
    ("other_size", {"original_width": LARGE[0], "original_height": LARGE[1]}, RUNS),
    ("bad_result", {"original_width": 1}, RUNS),
    ("other_size", {"original_width": -1}, RUNS),
    ("bad_result", {"original_width": "1e9", "original_height": None}, RUNS),
    ("bad_result", {"original_width": 1e9}, RUNS),
    ("other_size", {"original_width": WIDTH + 1}, RUNS),
    ("bad_result", {}, RUNS),
    ("bad_result", {}, encode_words([(255, 4 * WIDTH * HEIGHT)])[:4] + RUNS[4:]),
    ("bad_result", {}, 1_000_000_000),
    ("bad_result", {}, {"0": 1}),
    ("bad_result", {}, "rle"),
)


@pytest.mark.parametrize(("sentence", "size", "rle"), HOSTILE)
def test_a_brush_that_would_be_huge_is_refused_before_it_is(
    sentence: str, size: dict[str, Any], rle: Any
) -> None:
    case = label_case("masks")
    result = result_of(case)[0]
    hostile = [{**result, **size, "value": {**result["value"], "rle": rle}}]
    tracemalloc.start()
    try:
        assert refused(case, hostile) == sentence
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 2 << 20


def test_a_brush_without_a_size_is_of_the_samples() -> None:
    case = label_case("masks")
    result = [
        {name: value for name, value in one.items() if not name.startswith("original_")}
        for one in result_of(case)
    ]
    assert same(to_annotation(case.spec, case.sample, result), case.annotation)


def test_what_no_dataset_version_takes_is_refused() -> None:
    turned = label_case("rotated boxes")
    leaving = result_of(turned)
    leaving[0]["value"] |= {"x": 90, "y": 50, "width": 40, "height": 10, "rotation": 30}
    assert refused(turned, leaving) == "bad_result"
    assert to_annotation(turned.spec, turned.sample, leaving, fits=False).objects
    boxes = label_case("detection")
    outside = result_of(boxes)
    outside[0]["value"] |= {"x": 90, "width": 40}
    assert refused(boxes, outside) == "bad_result"
    people = label_case("key_points")
    dots = [one for one in result_of(people) if one["type"] == "keypointlabels"]
    assert refused(people, [{**dots[0], "parentID": None}]) == "bad_result"


def test_more_than_anybody_draws_is_refused_and_much_is_read_at_once() -> None:
    case = label_case("polygons")
    one = result_of(case)[0]
    assert refused(case, [one] * (MOST_RESULTS + 1)) == "too_many"
    parts = [{**one, "id": f"p{place}", "parentID": "p0"} for place in range(MOST_RESULTS)]
    (thing,) = to_annotation(case.spec, case.sample, parts).objects
    assert len(thing.polygons) == MOST_RESULTS


def test_a_picture_that_was_turned_is_refused() -> None:
    case = label_case("detection")
    assert refused(case, [{**one, "image_rotation": 90} for one in result_of(case)]) == (
        "turned_picture"
    )


def test_a_mask_on_a_picture_of_another_size_is_taken_over() -> None:
    case = label_case("masks")
    halved = {**case.sample, "width": WIDTH * 2, "height": HEIGHT * 2}
    found = to_annotation(case.spec, halved, result_of(case))
    for one, other in zip(found.objects, case.annotation.objects, strict=True):
        assert one.box.width == 2 * other.box.width
        assert one.box.y == 2 * other.box.y


def test_a_relation_needs_a_kind_unless_there_is_one_only() -> None:
    case = label_case("entities")
    result = [{**one, "labels": []} if "labels" in one else one for one in result_of(case)]
    assert refused(case, result) == "unnamed_relation"
    one_kind = case.spec.model_copy(update={"relations": ("owns",)})
    found = to_annotation(one_kind, case.sample, result)
    assert {one.label for one in found.relations} == {"owns"}
    turned = [{**one, "direction": "left"} if "labels" in one else one for one in result]
    back = to_annotation(one_kind, case.sample, turned)
    assert [(one.tail, one.head) for one in back.relations] == [
        (one.head, one.tail) for one in found.relations
    ]


def test_a_mark_that_touches_a_token_is_one_of_all_of_it_and_two_are_refused() -> None:
    case = label_case("sequence_labelling")
    mark = {
        "id": "a", "from_name": "spans", "to_name": "text", "type": "labels",
        "value": {"start": 3, "end": 7, "labels": ["normal"]},
    }  # fmt: skip
    found = to_annotation(case.spec, case.sample, [mark])
    assert found.tags == ("O", "B-normal", "I-normal", "O", "O")
    assert refused(case, [mark, {**mark, "id": "b"}]) == "overlapping_tags"


def test_loose_key_points_belong_to_the_box_around_them() -> None:
    case = label_case("key_points")
    loose = [{k: v for k, v in one.items() if k != "parentID"} for one in result_of(case)]
    found = to_annotation(case.spec, case.sample, loose)
    assert sorted(len(one.points) for one in found.objects) == [0, 2, 2]
    seen = [p.visibility > 0 for one in found.objects for p in one.points]
    assert seen.count(True) == 3
    without = [one for one in loose if one["type"] != "rectanglelabels"]
    assert refused(case, without) == "point_twice"
    dots = [one for one in without if not one["id"].startswith("object0")]
    (alone,) = to_annotation(case.spec, case.sample, dots).objects
    assert (alone.label, alone.box.x, alone.box.width) == ("person", 5.0, 2.125)


def test_masks_of_one_class_are_one_object_of_a_semantic_segmentation() -> None:
    case = label_case("semantic_segmentation")
    masks = label_case("masks")
    found = to_annotation(case.spec, case.sample, result_of(masks))
    assert [one.label for one in found.objects] == ["normal", "defective"]


def test_what_nobody_is_asked_for_stays() -> None:
    case = label_case("detection")
    plain = case.spec.model_copy(update={"attributes": ()})
    box = {"x": 1, "y": 1, "width": 5, "height": 5}
    thing = {"label": "normal", "box": box, "crowd": True, "attributes": {"pose": "left"}}
    sample = {**PICTURE, "objects": [thing], "attributes": {"camera": "a"}}
    suggested = prediction(plain, sample)
    assert suggested is not None
    found = to_annotation(plain, sample, suggested["result"])
    assert found.attributes == {"camera": "a"}
    assert found.objects[0].attributes == {"pose": "left"}
    assert found.objects[0].crowd
    relabelled = suggested["result"]
    relabelled[0]["value"]["rectanglelabels"] = ["defective"]
    assert to_annotation(plain, sample, relabelled).objects[0].attributes == {}


def test_a_task_shows_the_sample_and_names_it() -> None:
    url = "/label/media/a/1/1"
    shown = {case.name: task_data(case.spec, case.sample, url) for case in label_cases()}
    assert shown["detection"] == {"sample_id": "a/one.png", "image": url}
    assert shown["audio"] == {"sample_id": "a/one.png", "audio": url}
    assert shown["matching"] == {"sample_id": "a/one.png", "text": "one", "pair": "two"}
    assert shown["sequence_labelling"]["text"] == "中 😀文 a b , x"


def test_a_suggestion_leaves_out_what_the_server_refuses() -> None:
    case = label_case("detection")
    assert prediction(case.spec, case.sample) is None
    box = {"x": 0, "y": 0, "width": 5, "height": 5}
    things = [
        {"label": "normal", "box": {**box, "width": WIDTH + 1}},
        {"label": "normal", "box": {**box, "x": WIDTH + 1}},
        {"label": "normal", "box": box},
    ]
    suggested = prediction(case.spec, {**case.sample, "objects": things})
    assert suggested is not None
    assert [one["id"] for one in suggested["result"]] == ["existing0", "existing2"]
    assert suggested["result"][0]["value"]["width"] == 100


def test_a_segment_that_ends_where_a_player_stops_ends_with_the_recording() -> None:
    case = label_case("event_detection")
    result = result_of(case)
    assert result[0]["original_length"] == case.sample["seconds"] == 3.5
    result[0]["value"] |= {"start": 3.55, "end": 3.0, "channel": 1}
    found = to_annotation(case.spec, case.sample, result).segments[0]
    assert (found.start, found.end) == (3.0, 3.5)
