"""Samples that are the same, or look nearly the same, and whether parts share them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from aileron.data.quality.connection import parquet_
from aileron.data.quality.profile import Repeats

if TYPE_CHECKING:
    import duckdb

GROUPS: Final = 12
SHOWN: Final = 8


def exact_repeats(connection: duckdb.DuckDBPyConnection, samples: str) -> Repeats:
    """Samples with the same `content_digest`, of the relation `samples`."""
    return _repeats(connection, f"SELECT *, content_digest AS key FROM {samples}", "exact")


def near_repeats(
    connection: duckdb.DuckDBPyConnection, samples: str, decoded: Path | None
) -> Repeats | None:
    """Different pictures that look nearly the same; None where no picture was looked at."""
    if decoded is None or "near_group" not in _columns(decoded):
        return None
    rows = (
        f"SELECT s.*, near_group AS key FROM {samples} AS s"
        f" JOIN {parquet_([decoded])} USING (content_digest) WHERE near_group >= 0"
    )
    return _repeats(connection, rows, "near")


def _repeats(
    connection: duckdb.DuckDBPyConnection, rows: str, kind: Literal["exact", "near"]
) -> Repeats:
    groups = (
        "SELECT key, count(*) AS n, count(DISTINCT split) AS parts, min(sample_id) AS first"
        f" FROM ({rows}) GROUP BY key HAVING count(*) > 1"
    )
    counted = f"SELECT count(*), sum(n), count(*) FILTER (WHERE parts > 1) FROM ({groups})"
    number, samples, across = connection.execute(counted).fetchone() or (0, 0, 0)
    largest = connection.execute(
        f"WITH g AS ({groups} ORDER BY n DESC, first LIMIT {GROUPS})"
        f" SELECT list_sort(list(sample_id))[1:{SHOWN}] FROM ({rows}) JOIN g USING (key)"
        " GROUP BY key, n, first ORDER BY n DESC, first"
    ).fetchall()
    return Repeats(
        kind=kind,
        groups=number,
        samples=int(samples or 0),
        across_parts=across,
        examples=tuple(tuple(ids) for (ids,) in largest),
    )


def _columns(file: Path) -> list[str]:
    import pyarrow.parquet as pq

    names: list[str] = pq.read_schema(file).names
    return names
