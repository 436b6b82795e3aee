"""Rows of tables that are equal but for their ids, found by DuckDB in a bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aileron.data.layout import SAMPLE_ID
from aileron.data.quality.connection import connect, text_
from aileron.data.table_files import table_files

if TYPE_CHECKING:
    import duckdb
    import numpy as np

REPEATED: Final = "repeated_rows_"
NUMBER: Final = "number_"


def contents(
    folders: Sequence[Path], columns: Sequence[str], work: Path
) -> list[np.ndarray[Any, Any]]:
    """A number per row of the tables in each of `folders`, the same for equal rows."""
    import numpy as np

    counts = [sum(map(_rows, table_files(folder))) for folder in folders]
    numbers = np.arange(sum(counts))
    with connect(work) as connection:
        find_repeats(connection, folders, columns)
        reader: Any = connection.sql(f"SELECT * FROM {REPEATED}").to_arrow_reader()
        for batch in reader:
            numbers[batch.column(0).to_numpy()] = batch.column(1).to_numpy()
    return np.split(numbers, np.cumsum(counts)[:-1])


def find_repeats(
    connection: duckdb.DuckDBPyConnection, folders: Sequence[Path], columns: Sequence[str]
) -> None:
    """Make the table `REPEATED`: number of each row that has an equal one, and that of the first.

    Rows are numbered through the tables in `folders`, from 0. Hashes choose what is compared.
    """
    cells = ", ".join(f"c{place}" for place in range(len(columns)))
    connection.execute(f"CREATE TEMP VIEW compared_rows_ AS {numbered(folders, columns)}")
    connection.execute(
        f"CREATE TEMP TABLE hashes_ AS SELECT hash({cells}) AS h FROM compared_rows_"
        " GROUP BY h HAVING count(*) > 1"
    )
    connection.execute(
        f"CREATE TEMP TABLE {REPEATED} AS SELECT * FROM (SELECT {NUMBER},"
        f" min({NUMBER}) OVER (PARTITION BY {cells}) AS first, count(*) OVER (PARTITION BY {cells})"
        f" AS n FROM compared_rows_ WHERE hash({cells}) IN (SELECT h FROM hashes_)) WHERE n > 1"
    )


def numbered(folders: Sequence[Path], columns: Sequence[str]) -> str:
    """A SELECT of the tables' rows: their number, sample_id, and the columns as c0, c1, ...

    Columns are found by their places, since SQL does not tell names apart that differ in case.
    """
    files = [path for folder in folders for path in table_files(folder)]
    return " UNION ALL ".join(
        f"SELECT file_row_number + {start} AS {NUMBER}, {cells} FROM"
        f" read_parquet({text_(str(path))}, file_row_number=true) AS rows_({names})"
        for path, start, cells, names in _described(files, columns)
    )


def _described(
    files: Sequence[Path], columns: Sequence[str]
) -> Iterator[tuple[Path, int, str, str]]:
    """File, rows before it, the wanted columns and all columns as SQL."""
    import pyarrow.parquet as pq

    start = 0
    for path in files:
        there = pq.read_schema(path).names
        wanted = [f"a{there.index(SAMPLE_ID)} AS {SAMPLE_ID}"]
        wanted += [f"a{there.index(name)} AS c{place}" for place, name in enumerate(columns)]
        names = ", ".join([*(f"a{place}" for place in range(len(there))), "file_row_number"])
        yield path, start, ", ".join(wanted), names
        start += _rows(path)


def _rows(path: Path) -> int:
    import pyarrow.parquet as pq

    return int(pq.read_metadata(path).num_rows)
