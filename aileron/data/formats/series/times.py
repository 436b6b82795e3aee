"""Points in time of series: seconds since 1970 in UTC for dates, the number itself otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

_START: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def seconds_of(text: str) -> float:
    """The time of a date in ISO 8601, to the millisecond; without a zone it is UTC.

    Raises:
        ValueError: it is no such date.
    """
    found = datetime.fromisoformat(text.strip())
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    return (found - _START) // _MILLISECOND / 1000


def date_text(seconds: float) -> str:
    """The date of a time, as it is kept: ``2016-07-01T00:00:00.000+00:00``."""
    found = _START + round(seconds * 1000) * _MILLISECOND
    return found.isoformat(timespec="milliseconds")


def is_number(text: str) -> bool:
    """Whether a cell holds a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True
