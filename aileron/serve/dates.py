"""Dates as numbers: the day count, and the parts of a calendar that people live by.

A date is ISO 8601 text (``2026-01-31``, also with ``/`` and with a time), or text of one of
the formats that the dataset's definition names. An offset from UTC is read and not applied:
what the clock showed is what habits follow. Needs the standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

PARTS: Final[Mapping[str, int]] = {"days": 0, "month": 13, "day": 0, "weekday": 7, "hour": 0}
"""Name -> size of the range from 0 of those that are few whole numbers.

Days since 1970-01-01 with their fraction, month 1 to 12, day 1 to 31, Monday 0 to Sunday 6,
hour 0 to 24 with its fraction.
"""

Parts = tuple[float, float, float, float, float]

_EPOCH: Final = datetime(1970, 1, 1).toordinal()  # noqa: DTZ001 - a calendar day
_ISO: Final = re.compile(
    r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})"
    r"(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?: ?(?:Z|UTC|[+-]\d{2}(?::?\d{2})?))?)?"
)


def date_parts(text: str, formats: Sequence[str] = ()) -> Parts | None:
    """The numbers of `PARTS`, or None if `text` is no date."""
    moment = _moment(text.strip(), formats)
    if moment is None:
        return None
    hour = moment.hour + moment.minute / 60 + moment.second / 3600
    days = moment.toordinal() - _EPOCH + hour / 24
    return (days, float(moment.month), float(moment.day), float(moment.weekday()), hour)


def _moment(text: str, formats: Sequence[str]) -> datetime | None:
    found = _ISO.fullmatch(text)
    if found:
        year, _, month, day, hour, minute, second = (part or "0" for part in found.groups())
        try:
            return datetime(  # noqa: DTZ001 - the clock as it is written
                int(year), int(month), int(day), int(hour), int(minute), int(second)
            )
        except ValueError:
            return None
    for pattern in formats:
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007 - as the source says it
        except ValueError:
            continue
    return None
