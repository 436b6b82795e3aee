"""Shards: ``media/<16 hex digits>.parquet`` with the columns digest and bytes.

Row groups are small: one picture is read by reading one. Versions of old have shards called
``part-NNNNN.parquet``; a sample names its shard, so readers do not care.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import pyarrow as pa

MEDIA_FOLDER: Final = "media"
DIGEST: Final = "digest"
BYTES: Final = "bytes"
SHARD_BYTES: Final = 256 << 20
"""A shard is closed when it has this much."""
GROUP_BYTES: Final = 1 << 20
GROUP_ROWS: Final = 64
"""A row group is closed when it has this many bytes or media."""
NAME_DIGITS: Final = 16
"""Of the SHA-256 that names a shard."""
PLACE_COLUMNS: Final = ("content_digest", "media", "row")
"""What samples say of their media."""


class Place(NamedTuple):
    """Where a medium lies: name of its shard, and row in it."""

    shard: str
    row: int


def media_schema() -> pa.Schema:
    """The columns of a shard."""
    import pyarrow as pa

    return pa.schema([(DIGEST, pa.string()), (BYTES, pa.binary())])


def places_of(samples: pa.Table) -> dict[str, Place]:
    """Digest -> place of the media that the rows of a ``samples.parquet`` refer to."""
    columns = (samples[name].to_pylist() for name in PLACE_COLUMNS)
    return {digest: Place(shard, row) for digest, shard, row in zip(*columns, strict=True)}


def is_shard_name(name: str) -> bool:
    """Whether the name follows from what the shard holds; those of old are numbers."""
    return re.fullmatch(r"[0-9a-f]{16}\.parquet", name) is not None


def shard_name(digests: Iterable[str]) -> str:
    """The name of the shard that holds the media with these digests, in this order.

    Equal names mean equal rows, so a place in a shard holds in every dataset that has it.
    """
    total = hashlib.sha256("\n".join(digests).encode())
    return f"{total.hexdigest()[:NAME_DIGITS]}.parquet"
