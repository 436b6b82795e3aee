"""Time series for tests: small ones by hand, and weeks of a real one."""

from __future__ import annotations

from plugins.shared_data import shared

RANGES = b"series,start,end,label\n"


def series(points: int = 20, level: float = 0.0) -> bytes:
    """A series whose time is a number; another level, other bytes."""
    rows = "".join(f"{point},{level + point / 8},{point % 3}\n" for point in range(points))
    return f"time,level,flow\n{rows}".encode()


def tanks() -> dict[str, bytes]:
    """Three series of tanks: one with ranges, one annotated and without, one that waits."""
    ranges = b"a,2,5.5,leak\na,7,9,noise\nb,,,\n"
    files = {f"series/{name}.csv": series(level=place) for place, name in enumerate("abc")}
    return {**files, "ranges.csv": RANGES + ranges}


def weeks(count: int = 3) -> dict[str, bytes]:
    """Weeks of the temperature of a transformer's oil, a file each."""
    path = next(iter(sorted(shared("transformer_oil_temperature").glob("*.csv"))))
    header, *lines = path.read_text().splitlines()
    size = 7 * 24
    return {
        f"series/week{week + 1}.csv": "\n".join(
            [header, *lines[week * size : (week + 1) * size], ""]
        ).encode()
        for week in range(count)
    }
