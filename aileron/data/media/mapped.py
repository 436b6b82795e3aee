"""Reading media from shards that are mapped into memory: one medium costs its own bytes.

For loaders, which ask for any medium in any order, from many processes. `MediaFiles` reads whole
row groups, which is as good where neighbours are read.
"""

from __future__ import annotations

import mmap
from bisect import bisect_right
from pathlib import Path
from threading import Lock
from typing import Any

from aileron.data.media.layout import BYTES
from aileron.data.media.pages import NotPlain, plain_values
from aileron.data.media.reader import MediaFiles

FALLBACK_BYTES = 64 << 20


class MappedMedia:
    """The shards of one dataset. Safe in threads; a forked or spawned process opens them anew."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shards: dict[str, _Shard] = {}
        self._others = MediaFiles(folder, FALLBACK_BYTES)
        self._lock = Lock()

    def __getstate__(self) -> Path:
        return self._folder

    def __setstate__(self, folder: Path) -> None:
        self.__init__(folder)  # type: ignore[misc]

    def read(self, name: str, row: int) -> bytes:
        """The bytes in row `row` of shard `name`."""
        shard = self._shards.get(name)
        if shard is None:
            with self._lock:
                shard = self._shards.setdefault(name, _Shard(self._folder / name))
        content = shard.read(row)
        return self._others.read(name, row) if content is None else content


class _Shard:
    """One mapped file; the places of a row group's values are found when one is asked for."""

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet as pq

        with pq.ParquetFile(path) as file:
            facts, column = file.metadata, file.schema_arrow.get_field_index(BYTES)
            self._optional = file.schema.column(column).max_definition_level > 0
            self._starts, row = [], 0
            self._chunks: list[Any] = []
            for number in range(facts.num_row_groups):
                group = facts.row_group(number)
                self._starts.append(row)
                self._chunks.append(_place(group.column(column)))
                row += group.num_rows
        with path.open("rb") as opened:
            self._data = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)

    def read(self, row: int) -> bytes | None:
        """The bytes in `row`; None if they do not stand in the file as they are."""
        group = bisect_right(self._starts, row) - 1
        values = self._chunks[group]
        if isinstance(values, tuple):
            values = self._chunks[group] = self._found(*values)
        if values is None:
            return None
        start, length = values[row - self._starts[group]]
        return self._data[start : start + length]

    def _found(self, start: int, end: int) -> list[tuple[int, int]] | None:
        try:
            return plain_values(self._data, start, end, optional=self._optional)
        except NotPlain:
            return None


def _place(column: Any) -> tuple[int, int] | None:
    """First byte and end of a column chunk; None if it is compressed or has a dictionary."""
    if column.compression != "UNCOMPRESSED" or column.has_dictionary_page:
        return None
    return column.data_page_offset, column.data_page_offset + column.total_compressed_size
