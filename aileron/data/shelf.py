"""Columns that wait on disk until they are written: large ones take no memory meanwhile."""

from __future__ import annotations

import mmap
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pyarrow as pa

SMALL: Final = 16 << 20
"""Bytes of a column up to which it stays in memory."""


class MappedFile:
    """A file whose bytes are in memory as long as they are used."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as opened:
            self._map = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)

    def reader(self) -> pa.BufferReader:
        """Arrays that are read from it lie in the file."""
        import pyarrow as pa

        return pa.BufferReader(pa.py_buffer(self._map))

    def release(self) -> None:
        """Let go of what was read so far; reading it again costs a little."""
        self._map.madvise(mmap.MADV_DONTNEED)


class Shelf:
    """Keeps large arrays in files below `folder`, mapped into memory when they are read.

    Threads may share one.
    """

    def __init__(self, folder: Path, source: MappedFile | None = None) -> None:
        """`source`: the file that other columns lie in, which is released as well."""
        self._folder = folder
        self._maps = [] if source is None else [source]
        self._numbers = count()

    def keep(self, values: pa.Array) -> pa.Array:
        """`values`, which are no longer in memory if they are large."""
        import pyarrow as pa

        if values.nbytes <= SMALL:
            return values
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{next(self._numbers):05d}.arrow"
        batch = pa.record_batch([values], names=["values"])
        with pa.ipc.new_file(path, batch.schema) as file:
            file.write_batch(batch)
        mapped = MappedFile(path)
        self._maps.append(mapped)
        return pa.ipc.open_file(mapped.reader()).get_batch(0).column(0)

    def release(self) -> None:
        """Let go of what was read so far."""
        for one in self._maps:
            one.release()
