"""Columns that wait on disk until they are written: large ones take no memory meanwhile."""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pyarrow as pa

SMALL: Final = 16 << 20
"""Bytes of a column up to which it stays in memory."""


class Shelf:
    """Keeps large arrays in files below `folder`, mapped into memory when they are read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._maps: list[mmap.mmap] = []

    def keep(self, values: pa.Array) -> pa.Array:
        """`values`, which are no longer in memory if they are large."""
        import pyarrow as pa

        if values.nbytes <= SMALL:
            return values
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{len(self._maps):05d}.arrow"
        batch = pa.record_batch([values], names=["values"])
        with pa.ipc.new_file(path, batch.schema) as file:
            file.write_batch(batch)
        with path.open("rb") as opened:
            self._maps.append(mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ))
        reader = pa.ipc.open_file(pa.BufferReader(pa.py_buffer(self._maps[-1])))
        return reader.get_batch(0).column(0)

    def release(self) -> None:
        """Let go of what was read so far; reading it again costs a little."""
        for one in self._maps:
            one.madvise(mmap.MADV_DONTNEED)
