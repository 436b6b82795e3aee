"""What is taken as a time series, in which form it is kept, and why others are refused."""

from __future__ import annotations

import pytest
from plugins.series_files import series

from aileron.core.phrase import Phrase
from aileron.data.limits import SeriesLimits
from aileron.data.series.checking import Checked, check, kept_form

LIMITS = SeriesLimits()


def facts(content: bytes) -> Checked:
    found = check(content, LIMITS)
    assert isinstance(found, Checked), str(found)
    return found


def test_numbers_are_kept_as_they_are() -> None:
    found = facts(series())
    assert (found.points, found.channels, found.time) == (20, ("level", "flow"), "number")
    assert (found.first, found.last) == (0.0, 19.0)
    assert kept_form(series(), LIMITS) == series()
    assert found.bytes == len(series())


@pytest.mark.parametrize(
    "content",
    [
        b"date,a\n2016-07-01 00:00:00,1\n2016-07-01 01:00:00.5,2\n",
        b"\xef\xbb\xbfdate;a\r\n2016-07-01T00:00;1\r\n2016-07-01T01:00:00.500;2\r\n",
        "时间\ta\n2016-07-01T08:00:00+08:00\t 1\n2016-07-01T09:00:00.500+08:00\t2 \n".encode(
            "gb18030"
        ),
        "date,a\n2016-07-01T00:00:00Z,1\n2016-07-01T01:00:00.500Z,2\n".encode("utf-16"),
    ],
)
def test_dates_of_all_kinds_are_kept_in_one_form(content: bytes) -> None:
    kept = kept_form(content, LIMITS)
    assert kept.decode() == (
        "time,a\n2016-07-01T00:00:00.000+00:00,1\n2016-07-01T01:00:00.500+00:00,2\n"
    )
    assert kept_form(kept, LIMITS) == kept
    found = facts(content)
    assert (found.time, found.first, found.last) == ("date", 1467331200.0, 1467334800.5)
    assert found.digest == facts(kept).digest


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"\xff\xfe\x00", "no_text"),
        (b"time\n1\n2\n", "no_channels"),
        (b"1,2\n2,3\n3,4\n", "no_header"),
        (b"time,a,7\n1,2,3\n2,3,4\n", "channel_name"),
        (b"time,a,\n1,2,3\n2,3,4\n", "channel_name"),
        (b'time,a,"b,c"\n1,2,3\n2,3,4\n', "channel_name"),
        (b"time,a,A\n1,2,3\n2,3,4\n", "channel_twice"),
        (b"t,a,Time\n1,2,3\n2,3,4\n", "channel_twice"),
        (b"time,a\n1,2\n", "too_short"),
        (b"time,a\n", "too_short"),
        (b"time,a\n1,2\n2,x\n", "no_number"),
        (b"time,a\n1,2\n2,\n", "no_number"),
        (b"time,a\n1,2\n2,inf\n", "no_number"),
        (b"time,a\n1,2\nsoon,3\n", "no_number"),
        (b"time,a\nsoon,2\nlater,3\n", "no_date"),
        (b"time,a\n2016-07-01,2\n2016-13-01,3\n", "no_date"),
        (b"time,a\n1,2\n1,3\n", "not_rising"),
        (b"time,a\n2016-07-02,2\n2016-07-01,3\n", "not_rising"),
        (b"time,a\n1,2\n2,3,4\n", "broken"),
        (series(30), "too_long"),
        (series(2) + b"#" * 600, "too_large"),
    ],
)
def test_what_is_no_series_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    found = check(content, SeriesLimits(max_points=25, max_bytes=500))
    assert isinstance(found, Phrase)
    assert found.message_id == f"data.series.{reason}"
    assert found.render("en") != found.render("zh")


def test_a_reason_names_line_and_column() -> None:
    found = check(b"time,a,b\n1,2,3\n2,3,x\n", LIMITS)
    assert isinstance(found, Phrase)
    assert "Line 3 has `x` in column b" in found.render("en")
