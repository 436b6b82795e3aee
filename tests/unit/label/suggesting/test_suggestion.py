"""What a model proposes is fitted to the screen, and nothing that is not on it is kept."""

from __future__ import annotations

from typing import Any

import pytest
from plugins.label_cases import LabelCase, label_cases, same

from aileron.core.errors import InvalidInput, Unavailable
from aileron.label.annotation import Annotation
from aileron.label.interface.results import to_annotation, to_result
from aileron.label.suggesting.suggestion import (
    Suggested,
    Suggestion,
    read_result,
    suggestion_of,
)

CASES = {case.name: case for case in label_cases()}


@pytest.mark.parametrize("case", CASES.values(), ids=lambda case: case.name)
def test_whatever_a_model_proposes_becomes_a_prediction_that_says_the_same(case: LabelCase) -> None:
    result = to_result(case.spec, case.sample, case.annotation)
    said = read_result(case.spec, case.sample, result)
    assert said is not None
    made = suggestion_of(case.spec, case.sample, said, 0.5, "m/3")
    assert made is not None
    prediction = made.prediction()
    assert (prediction["score"], prediction["model_version"]) == (0.5, "m/3")
    back = to_annotation(case.spec, case.sample, prediction["result"])
    assert same(back, case.annotation)
    kept = made.to_json()
    assert same(Annotation.model_validate(kept["annotation"]), case.annotation)
    assert (kept["score"], kept["model_version"]) == (0.5, "m/3")


def test_classes_that_the_spec_has_not_are_left_out() -> None:
    case = CASES["multi"]
    result = to_result(case.spec, case.sample, Annotation(labels=("normal",)))
    result[0]["value"]["choices"] = ["unicorn", "normal"]
    said = read_result(case.spec, case.sample, result)
    assert said is not None
    assert said.labels == ("normal",)
    result[0]["value"]["choices"] = ["unicorn"]
    assert read_result(case.spec, case.sample, result) is None
    case = CASES["detection"]
    result = to_result(case.spec, case.sample, case.annotation)
    first = next(item for item in result if "rectanglelabels" in item["value"])
    first["value"]["rectanglelabels"] = ["unicorn"]
    said = read_result(case.spec, case.sample, result)
    assert said is not None
    assert [one.label for one in said.objects] == ["defective"]


def test_relations_of_spans_that_are_left_out_are_left_out() -> None:
    case = CASES["entities"]
    result = to_result(case.spec, case.sample, case.annotation)
    spans = [item for item in result if item.get("type") == "labels"]
    spans[1]["value"]["labels"] = ["unicorn"]
    said = read_result(case.spec, case.sample, result)
    assert said is not None
    assert len(said.spans) == 2
    assert len(said.relations) == 1


@pytest.mark.parametrize(
    "item",
    [
        {"from_name": "boxes", "value": {"rectanglelabels": ["normal"]}},
        {"from_name": "boxes", "id": "a", "type": "rectanglelabels", "value": None},
        {"from_name": "boxes", "id": "a", "value": {"rectanglelabels": ["normal"], "x": "left"}},
    ],
)
def test_what_fits_no_screen_is_said_with_its_sample(item: Any) -> None:
    case = CASES["detection"]
    with pytest.raises(InvalidInput, match=r"a/one\.png"):
        read_result(case.spec, case.sample, [item])


def test_an_empty_one_is_none() -> None:
    case = CASES["multi"]
    assert suggestion_of(case.spec, case.sample, Annotation(), 0.5, "m/3") is None
    assert read_result(case.spec, case.sample, []) is None


def test_an_event_says_how_many_of_which_version_and_why_not() -> None:
    one = Suggestion(Annotation(labels=("a",)), [], None, "m/3")
    assert one.prediction() == {"model_version": "m/3", "result": []}
    problem = Unavailable("label.suggesting.no_gateway")
    assert Suggested((one, None, one), problem).to_json() == {
        "suggested": 2,
        "without": 1,
        "model_versions": {"m/3": 2},
        "problem": problem.to_dict(),
    }
