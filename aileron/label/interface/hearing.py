"""Segments of recordings: what is heard from when to when, in seconds.

Players give some recordings another length than they have: an MP3 is written in whole frames, and
what fills the last one up is played by some. A segment that ends there ends with the recording.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from aileron.core.errors import InvalidInput
from aileron.label.annotation import AnnotatedSegment, Annotation
from aileron.label.interface.controls import SEGMENTS
from aileron.label.interface.saying import label_in
from aileron.label.spec import LabelSpec

FILLED: Final = 0.1
"""Seconds that a player may have more than the recording."""
Result = dict[str, Any]


def hearings(sample: Mapping[str, Any], annotation: Annotation, prefix: str) -> Iterator[Result]:
    """The results that mark the recording of `sample`; ids of regions begin with `prefix`."""
    length = sample.get("seconds")
    for place, one in enumerate(annotation.segments):
        where = {"start": one.start, "end": one.end, "channel": 0}
        found = SEGMENTS.result(f"{prefix}{place}", {**where, SEGMENTS.key: [one.label]})
        yield found if length is None else {**found, "original_length": length}


def read_hearings(
    spec: LabelSpec, sample: Mapping[str, Any], result: Sequence[Mapping[str, Any]]
) -> tuple[AnnotatedSegment, ...]:
    """The segments that `result` says of the recording of `sample`.

    Raises:
        InvalidInput: one has no length, or no class of the spec.
    """
    return tuple(
        _segment(spec, sample.get("seconds"), item["value"])
        for item in result
        if item.get("from_name") == SEGMENTS.name
    )


def _segment(spec: LabelSpec, length: float | None, value: Mapping[str, Any]) -> AnnotatedSegment:
    start, end = sorted((float(value["start"]), float(value["end"])))
    if length is not None and length < end <= length + FILLED:
        end = length
    if not 0 <= start < end:
        raise InvalidInput("label.interface.bad_result", problem=f"{start}-{end}")
    return AnnotatedSegment(label=label_in(spec, value), start=start, end=end)
