"""Ranges of time series: whether they lie in their series."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from aileron.core.phrase import phrase
from aileron.data.formats.problems import Fault
from aileron.data.formats.records import Segment

ROUNDING: Final = 0.001
"""How far a range may reach over the ends: dates are kept to the millisecond. It is cut then."""


def inside(segments: Iterable[Segment], first: float, last: float) -> tuple[Segment, ...]:
    """`segments` of a series from `first` to `last`, cut by what is rounding.

    Raises:
        Fault: one does not lie in the series, or has no length.
    """
    found = []
    for one in segments:
        start, end = max(one.start, first), min(one.end, last)
        if start - one.start > ROUNDING or one.end - end > ROUNDING or start >= end:
            fault = Fault("segment_order", start=one.start, end=one.end)
            fault.reason = phrase(
                "data.series.range_outside", start=one.start, end=one.end, first=first, last=last
            )
            raise fault
        found.append(Segment(one.label, start, end))
    return tuple(sorted(found, key=lambda one: (one.start, one.end, one.label)))
