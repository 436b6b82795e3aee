"""What the shards of a dataset really hold: every medium is read and hashed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from aileron.core.digest import digest_bytes
from aileron.data.media.layout import BYTES, MEDIA_FOLDER, Place


def stored_digests(dataset: Path) -> Iterator[tuple[Place, str]]:
    """Place and real digest of each medium of the DATASET artifact, a row group at a time."""
    import pyarrow.parquet as pq

    for path in sorted((dataset / MEDIA_FOLDER).iterdir()):
        row = 0
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                for content in file.read_row_group(group, columns=[BYTES])[BYTES]:
                    yield Place(path.name, row), digest_bytes(content.as_py())
                    row += 1
