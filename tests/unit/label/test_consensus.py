"""One annotation of several."""

from __future__ import annotations

from typing import Any

import pytest

from aileron.label.annotation import Annotation
from aileron.label.consensus import agreed
from aileron.label.spec import LabelSpec


def spec(task: str, label_type: str | None = None, **more: Any) -> LabelSpec:
    return LabelSpec.model_validate({"task": task, "label_type": label_type, **more})


def merged(wanted: LabelSpec, *several: dict[str, Any]) -> dict[str, Any] | None:
    found = agreed([Annotation.model_validate(one) for one in several], wanted).annotation
    return None if found is None else found.to_json()


def box(label: str, x: float, **more: Any) -> dict[str, Any]:
    return {"label": label, "box": {"x": x, "y": 0.0, "width": 10.0, "height": 10.0}, **more}


def boxes(*several: dict[str, Any]) -> dict[str, Any]:
    return {"objects": list(several)}


ONE = spec("classification", "single")
MANY = spec("classification", "multi", classes=[{"name": name} for name in "cba"])
BOXES = spec("detection")
A, B = {"labels": ["a"]}, {"labels": ["b"]}


def test_single_labels() -> None:
    assert merged(ONE, A, A, B) == A
    assert merged(ONE, A, A) == A
    assert merged(ONE, A, B) is None
    assert merged(ONE, A, B, {"labels": ["c"]}) is None
    assert merged(ONE, A, A, B, B) is None
    assert agreed([Annotation.model_validate(A)], ONE).agreement == 1


def test_several_labels_are_in_the_order_of_the_classes() -> None:
    found = merged(MANY, {"labels": ["a", "b"]}, {"labels": ["b", "a"]}, {"labels": ["c"]})
    assert found == {"labels": ["b", "a"]}
    assert merged(MANY, {"labels": ["a"]}, {"labels": ["a", "b"]}) is None
    assert merged(MANY, {}, {}, {"labels": ["a"]}) == {}


def test_an_adjudicator_decides_on_all_that_not_everybody_said() -> None:
    asked = spec("classification", "single", consensus="adjudicator")
    assert merged(asked, A, A, A) == A
    assert merged(asked, A, A, B) is None
    drawn = spec("detection", consensus="adjudicator")
    assert merged(drawn, boxes(box("a", 0)), boxes(box("a", 0)), boxes()) is None
    assert merged(drawn, boxes(box("a", 0)), boxes(box("a", 2))) == boxes(box("a", 1.0))


def test_boxes_of_most_are_in_the_middle() -> None:
    found = merged(
        BOXES,
        boxes(box("a", 0), box("a", 100)),
        boxes(box("a", 1), box("b", 50)),
        boxes(box("a", 3), box("a", 101)),
    )
    assert found == boxes(box("a", 1.0), box("a", 100.5))


def test_the_label_of_a_box_is_what_most_say() -> None:
    assert merged(BOXES, boxes(box("a", 0)), boxes(box("b", 0)), boxes(box("a", 0))) == boxes(
        box("a", 0.0)
    )
    assert merged(BOXES, boxes(box("a", 0)), boxes(box("b", 0)), boxes()) is None
    assert merged(BOXES, boxes(box("a", 0)), boxes()) is None
    assert merged(BOXES, boxes(), boxes()) == {}


def test_attributes_of_a_thing_are_what_most_say_and_of_a_sample_must_be_said_by_most() -> None:
    said = [boxes(box("a", 0, attributes={"hidden": value})) for value in (True, False, False)]
    assert merged(BOXES, *said) == boxes(box("a", 0.0, attributes={"hidden": False}))
    attributes = [{**A, "attributes": {"night": value}} for value in (True, True, False)]
    assert merged(ONE, *attributes) == {**A, "attributes": {"night": True}}
    assert merged(ONE, attributes[0], attributes[2]) is None
    assert merged(ONE, attributes[0], A, A) == A


def test_of_outlines_one_that_was_drawn_is_taken() -> None:
    def square(x: float) -> dict[str, Any]:
        outline = [x, 0.0, x + 10, 0.0, x + 10, 10.0, x, 10.0]
        return box("a", x, polygons=[outline])

    wanted = spec("instance_segmentation")
    assert merged(wanted, boxes(square(0)), boxes(square(1)), boxes(square(2))) == boxes(
        {**square(1), "box": {"x": 1.0, "y": 0.0, "width": 10.0, "height": 10.0}}
    )


def test_of_painted_pictures_the_one_in_the_middle_is_taken() -> None:
    from aileron.data.formats.images.geometry import mask_of_runs

    def painted(pixels: int) -> dict[str, Any]:
        counts = mask_of_runs([0, pixels, 100 - pixels], 10, 10).decode("ascii")
        return boxes(box("a", 0, mask=counts))

    wanted = spec("semantic_segmentation")
    assert merged(wanted, painted(40), painted(30), painted(50)) == painted(40)
    assert merged(wanted, painted(10), painted(30), painted(90)) is None
    assert merged(wanted, painted(40), painted(10)) is None


SPAN = {"label": "person", "start": 0, "end": 4}
OTHER = {"label": "place", "start": 10, "end": 14}
HELD = {"label": "lives_in", "head": 1, "tail": 0}


def test_spans_and_relations_of_most() -> None:
    wanted = spec("entities")
    found = merged(
        wanted,
        {"spans": [OTHER, SPAN], "relations": [HELD]},
        {"spans": [SPAN, OTHER], "relations": [{**HELD, "head": 0, "tail": 1}]},
        {"spans": [SPAN]},
    )
    assert found == {"spans": [OTHER, SPAN], "relations": [HELD]}
    assert merged(wanted, {"spans": [SPAN]}, {"spans": [OTHER]}, {}) == {}
    assert merged(wanted, {"spans": [SPAN]}, {}) is None


def test_tags_of_most_are_whole_spans() -> None:
    wanted = spec("sequence_labelling")
    first, second = ["B-x", "I-x", "O", "B-y"], ["B-x", "I-x", "O", "O"]
    assert merged(wanted, {"tags": first}, {"tags": second}, {"tags": ["O"] * 4}) == {
        "tags": second
    }
    assert merged(wanted, {"tags": first}, {"tags": second}) is None


def heard(*several: tuple[str, float, float]) -> dict[str, Any]:
    segments = [{"label": label, "start": start, "end": end} for label, start, end in several]
    return {"segments": segments}


def test_segments_of_most_lie_at_the_medians_of_their_ends() -> None:
    wanted = spec("event_detection")
    found = merged(
        wanted,
        heard(("dog", 1.0, 2.0), ("rain", 0.0, 9.0)),
        heard(("rain", 0.5, 9.5), ("dog", 1.2, 2.1)),
        heard(("dog", 1.1, 1.9), ("cat", 1.0, 2.0), ("rain", 1.0, 8.0)),
    )
    assert found == heard(("rain", 0.5, 9.0), ("dog", 1.1, 2.0))
    assert merged(wanted, heard(("dog", 1.0, 2.0)), {}) is None
    assert merged(wanted, heard(("dog", 1.0, 2.0)), heard(("cat", 1.0, 2.0)), {}) == {}
    alike = agreed(
        [Annotation.model_validate(heard(("dog", 1.0, end))) for end in (2.0, 2.2)], wanted
    )
    assert alike.annotation is not None
    assert alike.annotation.to_json() == heard(("dog", 1.0, 2.1))
    assert alike.agreement == 1


@pytest.mark.parametrize("people", [2, 3, 5])
def test_what_all_say_alike_is_the_consensus(people: int) -> None:
    for wanted, said in (
        (ONE, A),
        (BOXES, boxes(box("a", 3.0))),
        (spec("entities"), {}),
        (spec("event_detection"), heard(("dog", 0.0, 1.0))),
    ):
        found = agreed([Annotation.model_validate(said)] * people, wanted)
        assert (found.annotation.to_json(), found.agreement) == (said, 1)
