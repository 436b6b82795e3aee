"""Ranges of time series: from when to when, on the axis of the series.

The screen tells dates as text, with milliseconds and a zone, and numbers as they are. It takes a
double click for a range without a length, which is refused: it would have no points.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aileron.core.errors import InvalidInput
from aileron.data.formats.series.times import date_text, is_number, seconds_of
from aileron.label.annotation import AnnotatedSegment, Annotation
from aileron.label.interface.controls import RANGES
from aileron.label.interface.saying import label_in
from aileron.label.spec import LabelSpec

Result = dict[str, Any]


def ranges(spec: LabelSpec, annotation: Annotation, prefix: str) -> Iterator[Result]:
    """The results that mark a series; ids of regions begin with `prefix`."""
    dates = spec.time == "date"
    for place, one in enumerate(annotation.segments):
        start, end = (date_text(time) if dates else time for time in (one.start, one.end))
        said = {"start": start, "end": end, "instant": False, RANGES.key: [one.label]}
        yield RANGES.result(f"{prefix}{place}", said)


def read_ranges(
    spec: LabelSpec, result: Sequence[Mapping[str, Any]]
) -> tuple[AnnotatedSegment, ...]:
    """The ranges that `result` says of a series, in order.

    Raises:
        InvalidInput: one has no length, or no class of the spec.
    """
    found = [_range(spec, item["value"]) for item in result if item.get("from_name") == RANGES.name]
    return tuple(sorted(found, key=lambda one: (one.start, one.end, one.label)))


def _range(spec: LabelSpec, value: Mapping[str, Any]) -> AnnotatedSegment:
    start, end = sorted((_time(value["start"]), _time(value["end"])))
    if start == end:
        problem = f"{value['start']} = {value['end']}"
        raise InvalidInput("label.interface.bad_result", problem=problem)
    return AnnotatedSegment(label=label_in(spec, value), start=start, end=end)


def _time(told: Any) -> float:
    if isinstance(told, str) and not is_number(told):
        return seconds_of(told)
    return float(told)
