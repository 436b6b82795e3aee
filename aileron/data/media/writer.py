"""Writing shards, one row group in memory at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from aileron.data.media.layout import (
    GROUP_BYTES,
    GROUP_ROWS,
    SHARD_BYTES,
    Medium,
    Place,
    media_schema,
    shard_name,
)

if TYPE_CHECKING:
    import pyarrow.parquet as pq

Content = Callable[[str], bytes]
"""Digest of a medium -> its bytes, which whoever gives them has compared with it."""


def write_media(
    folder: Path, media: Iterable[Medium], content: Content, shard_bytes: int = SHARD_BYTES
) -> dict[str, Place]:
    """Write shards of `media`, each different, into the directory `folder`; digest -> place.

    Contents are asked for in the order of `media`.
    """
    places: dict[str, Place] = {}
    for shard in _runs(media, shard_bytes):
        name = shard_name(medium.digest for medium in shard)
        with _shard_file(folder / name) as file:
            for group in _runs(shard, GROUP_BYTES, GROUP_ROWS):
                _write_group(file, group, content)
        places |= {medium.digest: Place(name, row) for row, medium in enumerate(shard)}
    return places


def _runs(
    media: Iterable[Medium], most_bytes: int, most_rows: int | None = None
) -> Iterator[list[Medium]]:
    """Neighbours together until they have so many bytes or rows."""
    run: list[Medium] = []
    size = 0
    for medium in media:
        run.append(medium)
        size += medium.size
        if size >= most_bytes or len(run) == most_rows:
            yield run
            run, size = [], 0
    if run:
        yield run


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


def _write_group(file: pq.ParquetWriter, group: list[Medium], content: Content) -> None:
    import pyarrow as pa

    digests = [medium.digest for medium in group]
    contents = [content(digest) for digest in digests]
    file.write_table(pa.table([digests, contents], schema=media_schema()))
