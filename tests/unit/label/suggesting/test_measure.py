"""What people made of suggestions, counted by model version and by class."""

from __future__ import annotations

from typing import Any

import pytest
from plugins.label_cases import LabelCase, label_cases

from aileron.label.annotation import Annotation
from aileron.label.interface.results import to_annotation
from aileron.label.suggesting.measure import ClassCorrections, corrections
from aileron.label.suggesting.suggestion import suggestion_of

CASES = {case.name: case for case in label_cases()}


def said(*labels: str, version: str = "m/1", score: float | None = None) -> dict[str, Any]:
    return {"annotation": {"labels": list(labels)}, "score": score, "model_version": version}


def test_single_labels() -> None:
    spec = CASES["classification"].spec
    found = corrections(
        spec,
        [
            (said("normal", score=0.9), {"labels": ["normal"]}),
            (said("normal", score=0.8), {"labels": ["normal"]}),
            (said("normal", score=0.4), {"labels": ["defective"]}),
            (said("defective"), {"labels": ["defective"]}),
            (said("defective", version="m/2"), {"labels": ["normal"]}),
        ],
    )
    first, second = found
    assert (first.model_version, first.items, first.unchanged) == ("m/1", 4, 3)
    assert first.share_unchanged == first.agreement == 0.75
    assert first.kappa == 0.5
    assert first.score_kept == pytest.approx(0.85)
    assert first.score_changed == 0.4
    assert first.classes == {
        "normal": ClassCorrections(suggested=3, kept=2, final=2),
        "defective": ClassCorrections(suggested=1, kept=1, final=2),
    }
    assert first.classes["normal"].precision == pytest.approx(2 / 3)
    assert first.classes["defective"].recall == 0.5
    assert (second.model_version, second.unchanged, second.kappa) == ("m/2", 0, 0.0)
    assert second.classes["normal"].precision is None
    assert second.classes["defective"].recall is None
    assert second.score_kept is second.score_changed is None
    assert corrections(spec, []) == []


def test_any_number_of_labels() -> None:
    pairs = [(said("normal", "defective"), {"labels": ["normal"]}), (said("normal"), {})]
    (found,) = corrections(CASES["multi"].spec, pairs)
    assert (found.items, found.unchanged, found.agreement) == (2, 0, 0.25)
    assert found.kappa is None
    assert found.classes == {
        "normal": ClassCorrections(suggested=2, kept=1, final=1),
        "defective": ClassCorrections(suggested=1, kept=0, final=0),
    }


def test_objects_that_were_moved_a_little_are_kept_and_yet_changed() -> None:
    case = CASES["detection"]
    first, second = case.annotation.objects
    before = case.annotation.model_copy(update={"objects": (first, second)})
    moved = first.model_copy(update={"box": first.box.model_copy(update={"x": first.box.x + 3})})
    away = first.model_copy(update={"box": first.box.model_copy(update={"x": 66.0})})
    afters = [(first, second), (second, first), (moved, second), (away, second), (first,)]
    suggestion = {
        "annotation": before.model_dump(mode="json"), "score": None, "model_version": "m/1",
    }  # fmt: skip
    pairs = [
        (suggestion, before.model_copy(update={"objects": one}).model_dump(mode="json"))
        for one in afters
    ]
    (found,) = corrections(case.spec, pairs)
    assert (found.items, found.unchanged) == (5, 2)
    assert found.classes["normal"] == ClassCorrections(suggested=5, kept=4, final=5)
    assert found.classes["defective"] == ClassCorrections(suggested=5, kept=4, final=4)


def test_another_attribute_is_a_change() -> None:
    case = CASES["detection"]
    first, second = case.annotation.objects
    other = first.model_copy(update={"attributes": {**first.attributes, "count": 4}})
    suggestion = {"annotation": case.annotation.model_dump(mode="json"), "model_version": "m/1"}
    after = case.annotation.model_copy(update={"objects": (other, second)})
    (found,) = corrections(case.spec, [(suggestion, after.model_dump(mode="json"))])
    assert (found.unchanged, found.agreement) == (0, 1.0)


@pytest.mark.parametrize("case", CASES.values(), ids=lambda case: case.name)
def test_what_comes_back_untouched_from_label_studio_is_unchanged(case: LabelCase) -> None:
    made = suggestion_of(case.spec, case.sample, case.annotation, 0.5, "m/1")
    assert made is not None
    back: Annotation = to_annotation(case.spec, case.sample, made.prediction()["result"])
    final = back.model_dump(mode="json", exclude_defaults=True)
    (found,) = corrections(case.spec, [(made.to_json(), final)])
    assert (found.unchanged, found.agreement) == (1, pytest.approx(1.0))
    assert all(one.precision == one.recall == 1 for one in found.classes.values())


def test_spans_and_tags_are_counted_by_place() -> None:
    case = CASES["sequence_labelling"]
    after = {"tags": ["B-normal", "I-normal", "O", "O", "B-defective"]}
    before = {"annotation": case.annotation.model_dump(mode="json"), "model_version": "m/1"}
    (found,) = corrections(case.spec, [(before, after)])
    assert found.classes == {
        "normal": ClassCorrections(suggested=2, kept=1, final=1),
        "defective": ClassCorrections(suggested=1, kept=1, final=1),
    }
