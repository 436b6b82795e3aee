"""Parquet as datasets are kept in: fixed settings, groups of rows, nothing of its maker.

Equal rows in equal groups give equal bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

ROW_GROUP: Final = 128 * 1024
"""Rows of a group."""
REPEATS: Final = 8
"""How often each value must occur at least, on average, for a dictionary to be worth it."""


class ParquetRows:
    """A Parquet file in the making; rows come in pieces of any length."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: list[pa.Table] = []
        self._rows = 0
        self._file: pq.ParquetWriter | None = None

    def add(self, rows: pa.Table) -> None:
        """The next rows, of the same columns each time."""
        self._waiting = self._waiting or [rows.slice(0, 0)]
        start = 0
        while start < len(rows):
            piece = rows.slice(start, ROW_GROUP - self._rows)
            self._waiting.append(piece)
            self._rows += len(piece)
            start += len(piece)
            if self._rows == ROW_GROUP:
                self._flush()

    def close(self) -> None:
        """Write what waits; the file is whole then."""
        if self._rows or self._file is None:
            self._flush()
        if self._file is not None:
            self._file.close()

    def _flush(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        group = pa.concat_tables(self._waiting).replace_schema_metadata(None)
        self._waiting, self._rows = [group.slice(0, 0)], 0
        if self._file is None:
            self._file = pq.ParquetWriter(
                self._path, group.schema, compression="zstd", store_schema=False,
                use_dictionary=_repeating(group),
            )  # fmt: skip
        self._file.write_table(group, row_group_size=ROW_GROUP)


def _repeating(group: pa.Table) -> list[str] | bool:
    """The columns whose values repeat: a dictionary of others costs time and room."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if any(pa.types.is_nested(field.type) for field in group.schema):
        return True
    return [
        name
        for name in group.column_names
        if pc.count_distinct(group[name]).as_py() * REPEATS <= len(group)
    ]
