"""A date becomes a day count and calendar parts, however it is written."""

from __future__ import annotations

import pytest

from aileron.serve.dates import PARTS, date_parts


def test_a_day_is_counted_from_1970_and_has_calendar_parts() -> None:
    found = date_parts("1970-01-02")
    assert found is not None
    assert dict(zip(PARTS, found, strict=True)) == {
        "days": 1.0,
        "month": 1.0,
        "day": 2.0,
        "weekday": 4.0,
        "hour": 0.0,
    }


def test_a_time_is_a_fraction_of_the_day_and_an_hour_with_fraction() -> None:
    found = date_parts("2026-01-31 18:30:00")
    assert found is not None
    assert found[0] % 1 == pytest.approx(18.5 / 24)
    assert found[4] == 18.5


@pytest.mark.parametrize(
    "text",
    [
        "2026/01/31",
        "2026-1-31",
        " 2026-01-31 ",
        "2026-01-31T00:00",
        "2026-01-31 00:00:00",
        "2026-01-31T00:00:00.000000000Z",
        "2026-01-31T00:00:00+08:00",
    ],
)
def test_every_way_of_iso_is_the_same_day(text: str) -> None:
    assert date_parts(text) == date_parts("2026-01-31")


@pytest.mark.parametrize(
    "text",
    ["", "2026", "20260131", "2026-02-30", "2026-01-31x", "31.01.2026", "2026-01/31", "now"],
)
def test_what_is_no_iso_date_is_none(text: str) -> None:
    assert date_parts(text) is None


def test_formats_of_the_dataset_are_read_besides_iso() -> None:
    formats = ("%d.%m.%Y", "%d.%m.%y")
    day = date_parts("2026-01-31")
    assert date_parts("31.01.2026", formats) == day
    assert date_parts("31.01.26", formats) == day
    assert date_parts("2026-01-31", formats) == day
    assert date_parts("01.31.2026", formats) is None


def test_a_day_before_1970_is_negative() -> None:
    found = date_parts("1969-12-31")
    assert found is not None
    assert found[0] == -1.0
