"""Ranges of series to results and back; what a double click makes is refused."""

from __future__ import annotations

import pytest
from plugins.label_cases import label_case

from aileron.core.errors import InvalidInput
from aileron.label.interface.results import to_annotation, to_result


def test_times_come_back_as_the_screen_writes_them() -> None:
    case = label_case("series of dates")
    result = to_result(case.spec, case.sample, case.annotation)
    assert result[0]["value"]["start"] == "2016-07-01T00:00:00.000+00:00"
    for one in result:
        if one["from_name"] == "ranges":
            one["value"]["start"] = one["value"]["start"].replace("+00:00", "+0000")
            one["value"]["end"] = one["value"]["end"].replace("+00:00", "Z")
    assert to_annotation(case.spec, case.sample, result) == case.annotation


@pytest.mark.parametrize(
    "changed",
    [
        {"start": 0.5, "end": 0.5, "instant": True},
        {"start": "soon"},
        {"start": None},
        {"start": float("nan")},
        {"end": 99.0},
        {"timeserieslabels": ["other"]},
        {"timeserieslabels": []},
    ],
)
def test_what_is_no_range_of_the_series_is_refused(changed: dict[str, object]) -> None:
    case = label_case("series of numbers")
    result = to_result(case.spec, case.sample, case.annotation)
    result[0]["value"] |= changed
    with pytest.raises(InvalidInput):
        to_annotation(case.spec, case.sample, result)


def test_a_range_that_is_drawn_backwards_is_the_same() -> None:
    case = label_case("series of numbers")
    result = to_result(case.spec, case.sample, case.annotation)
    value = result[0]["value"]
    value["start"], value["end"] = value["end"], value["start"]
    assert to_annotation(case.spec, case.sample, result) == case.annotation
