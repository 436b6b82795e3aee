"""Writing shards, one row group in memory at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final

from aileron.data.media.layout import (
    GROUP_BYTES,
    GROUP_ROWS,
    SHARD_BYTES,
    Place,
    media_schema,
    shard_name,
)

if TYPE_CHECKING:
    import pyarrow.parquet as pq

Content = Callable[[str], bytes]
"""Digest of a medium -> its bytes, which whoever gives them has compared with it."""
_DRAFT: Final = "draft.parquet"
"""A shard's name is known when it is closed."""


def write_media(
    folder: Path, digests: Iterable[str], content: Content, shard_bytes: int = SHARD_BYTES
) -> dict[str, Place]:
    """Write shards of media, each different, into the directory `folder`; digest -> place.

    Contents are asked for in the order of `digests`.
    """
    with MediaWriter(folder, shard_bytes) as writer:
        for digest in digests:
            writer.add(digest, content(digest))
    return writer.places


class MediaWriter(AbstractContextManager["MediaWriter"]):
    """Shards of media as they come, whole after a clean exit.

    A thread writes the row group before while the next one is read.
    """

    def __init__(self, folder: Path, shard_bytes: int = SHARD_BYTES) -> None:
        self.places: dict[str, Place] = {}
        """Digest -> place, of the media in closed shards."""
        self._folder = folder
        self._shard_bytes = shard_bytes
        self._file: pq.ParquetWriter | None = None
        self._shard: list[str] = []
        self._size = 0
        self._group: list[bytes] = []
        self._group_size = 0
        self._thread = ThreadPoolExecutor(1)
        self._written: Future[None] | None = None

    def add(self, digest: str, content: bytes) -> None:
        """One medium, which was not added before, and whose bytes have that digest."""
        self._shard.append(digest)
        self._group.append(content)
        self._size += len(content)
        self._group_size += len(content)
        if self._size >= self._shard_bytes:
            self._close_shard()
        elif self._group_size >= GROUP_BYTES or len(self._group) == GROUP_ROWS:
            self._write_group()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._thread:
            if kind is None and self._shard:
                self._close_shard()
        if self._file is not None:
            self._file.close()

    def _write_group(self) -> None:
        import pyarrow as pa

        if self._file is None:
            self._file = _shard_file(self._folder / _DRAFT)
        digests = self._shard[-len(self._group) :]
        group = pa.table([digests, self._group], schema=media_schema())
        self._settle()
        self._written = self._thread.submit(self._file.write_table, group)
        self._group, self._group_size = [], 0

    def _settle(self) -> None:
        """Wait until the group before is written; what that raised is raised here."""
        if self._written is not None:
            self._written.result()

    def _close_shard(self) -> None:
        if self._group:
            self._write_group()
        self._settle()
        if self._file is not None:
            self._file.close()
        name = shard_name(self._shard)
        (self._folder / _DRAFT).rename(self._folder / name)
        self.places |= {digest: Place(name, row) for row, digest in enumerate(self._shard)}
        self._file, self._shard, self._size = None, [], 0


def _shard_file(path: Path) -> pq.ParquetWriter:
    """Pictures are compressed already, and their bytes have no useful statistics."""
    import pyarrow.parquet as pq

    return pq.ParquetWriter(
        path,
        media_schema(),
        compression="none",
        use_dictionary=False,
        write_statistics=False,
        store_schema=False,
    )
