"""What changed between the samples of two datasets, compared by DuckDB in a bounded memory."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from aileron.data.layout import CONTENT_DIGEST, SAMPLE_ID, SAMPLES_FILE
from aileron.data.quality.connection import connect, parquet_
from aileron.data.quality.repeated_rows import numbered
from aileron.data.table_files import table_files


def changed_rows(before: Path, after: Path, *, tables: bool) -> dict[str, int]:
    """How many samples of two DATASET folders were added, removed, changed and kept.

    Args:
        tables: both are; a row changed if a column that both have holds something else. Any
            other sample changed if its content has another digest.
    """
    if tables:
        columns, same = _compared(before, after)
        sides = {"b": numbered([before], columns), "a": numbered([after], columns)}
    else:
        same = "b.c0 = a.c0"
        sides = {"b": _digests(before), "a": _digests(after)}
    with (
        tempfile.TemporaryDirectory(prefix="aileron-difference-") as work,
        connect(Path(work)) as connection,
    ):
        for name, select in sides.items():
            connection.execute(f"CREATE VIEW {name} AS {select}")
        asked = (
            "SELECT (SELECT count(*) FROM b), (SELECT count(*) FROM a), count(*),"
            f" count(*) FILTER (WHERE {same}) FROM b JOIN a USING ({SAMPLE_ID})"
        )
        [[there, now, both, kept]] = connection.execute(asked).fetchall()
    return {
        "before": there,
        "after": now,
        "added": now - both,
        "removed": there - both,
        "changed": both - kept,
        "kept": kept,
    }


def _compared(before: Path, after: Path) -> tuple[list[str], str]:
    """The columns of both tables, and the SQL that says whether two rows are equal there."""
    here, there = _types(before), _types(after)
    columns = [name for name in here if name in there and name != SAMPLE_ID]
    tests = [
        f"b.c{place} IS NOT DISTINCT FROM a.c{place}" if here[name] == there[name] else "false"
        for place, name in enumerate(columns)
    ]
    return columns, " AND ".join(tests) or "true"


def _types(folder: Path) -> dict[str, Any]:
    import pyarrow.parquet as pq

    schema = pq.read_schema(table_files(folder)[0])
    return {field.name: field.type for field in schema}


def _digests(folder: Path) -> str:
    return f"SELECT {SAMPLE_ID}, {CONTENT_DIGEST} AS c0 FROM {parquet_([folder / SAMPLES_FILE])}"
