"""Reading shards by row group; the groups read last stay in memory."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from aileron.data.media.layout import BYTES

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq


class MediaFiles:
    """The shards of one dataset. Safe to use from several threads."""

    def __init__(self, folder: Path, cache_bytes: int) -> None:
        self._folder = folder
        self._cache_bytes = self._room = cache_bytes
        self._files: dict[str, pq.ParquetFile] = {}
        self._starts: dict[str, list[int]] = {}
        self._groups: OrderedDict[tuple[str, int], pa.Array] = OrderedDict()
        self._lock = Lock()

    def __getstate__(self) -> tuple[Path, int]:
        """A process that gets a copy opens the files itself."""
        return self._folder, self._cache_bytes

    def __setstate__(self, state: tuple[Path, int]) -> None:
        self.__init__(*state)  # type: ignore[misc]

    def read(self, name: str, row: int) -> bytes:
        """The bytes in row `row` of shard `name`."""
        with self._lock:
            group, start = self._group_of(name, row)
            media = self._groups.get((name, group))
            if media is None:
                media = self._files[name].read_row_group(group, columns=[BYTES])[BYTES].chunk(0)
                self._keep((name, group), media)
            else:
                self._groups.move_to_end((name, group))
        content: bytes = media[row - start].as_py()
        return content

    def _group_of(self, name: str, row: int) -> tuple[int, int]:
        """The row group that holds `row`, and its first row."""
        if name not in self._files:
            self._open(name)
        starts = self._starts[name]
        group = bisect_right(starts, row) - 1
        return group, starts[group]

    def _open(self, name: str) -> None:
        import pyarrow.parquet as pq

        file = pq.ParquetFile(self._folder / name)
        facts = file.metadata
        starts, row = [], 0
        for group in range(facts.num_row_groups):
            starts.append(row)
            row += facts.row_group(group).num_rows
        self._files[name], self._starts[name] = file, starts

    def _keep(self, key: tuple[str, int], media: pa.Array) -> None:
        self._groups[key] = media
        self._room -= media.nbytes
        while self._room < 0 and len(self._groups) > 1:
            _, oldest = self._groups.popitem(last=False)
            self._room += oldest.nbytes
