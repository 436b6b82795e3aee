"""Times of ranges in tables: numbers, or dates where the time of the series is one."""

from __future__ import annotations

import math
from decimal import Decimal

from aileron.data.formats.problems import Fault
from aileron.data.formats.records import Segment
from aileron.data.formats.series.times import date_text, is_number, seconds_of
from aileron.data.formats.text.values import class_name


def time_of(text: str) -> float:
    """The time of a cell, on the axis of its series.

    Raises:
        Fault: it is neither a number nor an ISO 8601 date.
    """
    try:
        found = float(text) if is_number(text) else seconds_of(text)
    except (ValueError, OverflowError):
        raise Fault("not_time", found=text[:60]) from None
    if not math.isfinite(found):
        raise Fault("not_time", found=text[:60])
    return found


def range_of(label: str, start: str, end: str) -> Segment:
    """The range whose cells these are.

    Raises:
        Fault: a time is none, the end is not after the start, or the label is empty.
    """
    found = Segment(class_name(label, "label"), time_of(start), time_of(end))
    if found.start >= found.end:
        raise Fault("range_order", start=start[:60], end=end[:60])
    return found


def time_text(time: float, *, dates: bool) -> str:
    """A time as a cell: `time_of` of it is the same."""
    return date_text(time) if dates else format(Decimal(repr(time)), "f")


def has_dates(content: bytes) -> bool:
    """Whether the time of a series, as datasets keep it, is of dates."""
    first = content.split(b"\n", 2)[1].partition(b",")[0]
    return not is_number(first.decode())
