"""Reading Parquet: the file's own types are kept, times become ISO text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aileron.core.errors import InvalidInput
from aileron.data.reading.source import Source


def read_parquet(path: Path) -> Source:
    """The rows of a Parquet file.

    Raises:
        InvalidInput: it is none, or it is cut short.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            table = file.read()
    except (pa.ArrowException, OSError) as error:
        problem = str(error).splitlines()[0]
        raise InvalidInput("data.not_parquet", where=path.name, problem=problem) from None
    columns = [_plain(table[i].combine_chunks()) for i in range(table.num_columns)]
    table = pa.table(columns, names=table.column_names)
    return Source(table, lambda row: f"{path.name} row {row + 1}")


def _plain(values: Any) -> Any:
    """Dictionaries decoded; dates and timestamps as ISO text, without a time that is midnight."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(values, pa.ChunkedArray):
        values = pa.concat_arrays(values.chunks) if values.num_chunks else pa.array([])
    kind = values.type
    if pa.types.is_dictionary(kind):
        return _plain(values.dictionary_decode())
    if pa.types.is_date(kind):
        return pc.strftime(values.cast(pa.timestamp("s")), format="%Y-%m-%d")
    if pa.types.is_timestamp(kind):
        seconds = values.cast(pa.timestamp("us", kind.tz), safe=False)
        days = pc.equal(pc.floor_temporal(seconds, unit="day"), seconds)
        midnight = pc.all(days).as_py() is not False
        return pc.strftime(
            seconds.cast(pa.timestamp("s", kind.tz), safe=False),
            format="%Y-%m-%d" if midnight else "%Y-%m-%d %H:%M:%S",
        )
    return values
