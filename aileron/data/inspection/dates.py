"""Which formats the dates of a column have; ISO dates need none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

ISO: Final = re.compile(
    r"\d{4}([-/])\d{1,2}\1\d{1,2}"
    r"([ T]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?( ?(Z|UTC|[+-]\d{2}(:?\d{2})?))?)?"
)
"""What the import takes for a date without being told."""
_DAYS: Final = (
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y.%m.%d", "%Y年%m月%d日",
    "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y",
    "%d/%m/%y", "%m/%d/%y", "%d.%m.%y",
)  # fmt: skip
_CLOCKS: Final = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
FORMATS: Final = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"),
    *(day + clock for day in _DAYS for clock in _CLOCKS),
    *("%Y-%m", "%Y/%m", "%Y年%m月", "%b %Y", "%B %Y", "%Y%m%d"),
)
MOST_FORMATS: Final = 3
"""Formats that one column may mix."""
SAMPLE: Final = 300
YEARS: Final = range(1900, 2101)
"""Digits that give another year are hardly a date."""
_SWAPPED: Final = (("%d/%m", "%m/%d"), ("%d-%m", "%m-%d"))


@dataclass(frozen=True)
class Dates:
    """Formats of a column, and another that would fit as well."""

    formats: tuple[str, ...] = ()
    other: str | None = None
    contradict: bool = False
    """Whether day and month come in both orders, so that 01/02 could be either."""


def find_dates(values: Sequence[str]) -> Dates | None:
    """The formats of `values`, distinct cells; None if they are no dates.

    Day and month that fit in either order are taken day first, and `Dates.other` says so.
    """
    sample = values[:: max(1, len(values) // SAMPLE)][:SAMPLE]
    if not sample or not all(re.search(r"\d", value) and len(value) <= 40 for value in sample):
        return None
    if all(ISO.fullmatch(value) for value in sample):
        return Dates() if all(ISO.fullmatch(value) for value in values) else None
    fitting = {pattern: {v for v in sample if is_date(v, pattern)} for pattern in FORMATS}
    whole = [pattern for pattern, fits in fitting.items() if len(fits) == len(set(sample))]
    if whole:
        return Dates((whole[0],), whole[1] if len(whole) > 1 else None)
    return _mixed(set(sample), fitting)


def is_date(value: str, pattern: str) -> bool:
    """Whether `value` is a date of `pattern` in a year that people speak of."""
    try:
        return datetime.strptime(value, pattern).year in YEARS  # noqa: DTZ007 - a calendar day
    except ValueError:
        return False


def _mixed(left: set[str], fitting: dict[str, set[str]]) -> Dates | None:
    """A few formats that fit all together."""
    chosen: list[str] = []
    while left and len(chosen) < MOST_FORMATS:
        best = max(fitting, key=lambda pattern: len(fitting[pattern] & left))
        if not fitting[best] & left:
            return None
        chosen.append(best)
        left = left - fitting[best]
    if left:
        return None
    return Dates(tuple(chosen), contradict=_contradict(chosen))


def _contradict(formats: Sequence[str]) -> bool:
    return any(
        any(one in f for f in formats) and any(other in f for f in formats)
        for one, other in _SWAPPED
    )
