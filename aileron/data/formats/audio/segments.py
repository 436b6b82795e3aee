"""Segments of recordings: times from text, times as text, and whether they lie in a recording."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from aileron.core.errors import InvalidInput
from aileron.data.formats.problems import Fault
from aileron.data.formats.records import Segment
from aileron.data.formats.text.values import class_name

TOLERANCE: Final = 0.001
"""Seconds that a segment may reach over the end by rounding; it is cut to the end then."""
_CONTROL: Final = frozenset(map(chr, (*range(32), 127)))


def segment_of(label: str, start: str, end: str) -> Segment:
    """The segment whose cells these are.

    Raises:
        Fault: a time is no number of seconds, the end is not behind the start, or the label is
            empty.
    """
    found = Segment(class_name(label, "label"), _seconds(start), _seconds(end))
    check_order(found)
    return found


def check_order(segment: Segment) -> None:
    """Raise `Fault` unless the segment has a beginning and an end behind it."""
    if not 0 <= segment.start < segment.end < math.inf:
        raise Fault("segment_order", start=segment.start, end=segment.end)


def within(segments: Iterable[Segment], seconds: float) -> tuple[Segment, ...]:
    """`segments` of a recording of so many seconds, those cut that end after it by rounding.

    Raises:
        Fault: one does not lie in the recording.
    """
    found = []
    for one in segments:
        fitted = one._replace(end=min(one.end, seconds))
        if one.start < 0 or one.end > seconds + TOLERANCE or fitted.start >= fitted.end:
            raise Fault("segment_outside", start=one.start, end=one.end, seconds=seconds)
        found.append(fitted)
    return tuple(found)


def time_text(seconds: float) -> str:
    """A time without an exponent, with at least three places; `float` of it is the same."""
    text = format(Decimal(repr(seconds)), "f")
    whole, _, places = text.partition(".")
    return f"{whole}.{places.ljust(3, '0')}"


def check_name(label: str, format_: str) -> None:
    """Refuse a class whose name would be another one when it is read.

    Raises:
        InvalidInput: it has tabs, line ends or blanks around it.
    """
    if class_name(label, "label") != label or _CONTROL & set(label):
        raise InvalidInput("data.formats.name_unwritable", name=label, format=format_)


def _seconds(text: str) -> float:
    try:
        return abs(float(text)) if float(text) == 0 else float(text)
    except ValueError:
        raise Fault("not_seconds", found=text[:60]) from None
