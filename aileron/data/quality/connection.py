"""DuckDB, as quality uses it: a bounded memory, no network, and the files of one dataset.

What does not fit into the memory goes to the work folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import duckdb

MEMORY: Final = "640MB"
THREADS: Final = 2


@contextmanager
def connect(work: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection of its own that spills into `work`."""
    import duckdb

    settings: dict[str, Any] = {
        "memory_limit": MEMORY,
        "threads": THREADS,
        "temp_directory": str(work / "duckdb"),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    connection = duckdb.connect(config=settings)
    try:
        yield connection
    finally:
        connection.close()


def name_(identifier: str) -> str:
    """`identifier` as SQL names a column or a table."""
    return '"' + identifier.replace('"', '""') + '"'


def text_(value: str) -> str:
    """`value` as a literal of SQL."""
    return "'" + value.replace("'", "''") + "'"


def parquet_(paths: Sequence[Path]) -> str:
    """The rows of Parquet files, in their order."""
    return f"read_parquet([{', '.join(text_(str(path)) for path in paths)}])"
