"""Bytes of pictures and recordings: shards that are written once and shared by versions.

A shard knows nothing of samples, labels or parts. It is named by the digests of what it holds,
so adding samples adds shards, and every other change of a dataset leaves them as they are.
"""

from aileron.data.media.layout import (
    BYTES,
    DIGEST,
    GROUP_BYTES,
    GROUP_ROWS,
    MEDIA_FOLDER,
    SHARD_BYTES,
    Place,
    media_schema,
    places_of,
    shard_name,
)
from aileron.data.media.reader import MediaFiles
from aileron.data.media.shards import Shards
from aileron.data.media.writer import write_media

__all__ = [
    "BYTES",
    "DIGEST",
    "GROUP_BYTES",
    "GROUP_ROWS",
    "MEDIA_FOLDER",
    "SHARD_BYTES",
    "MediaFiles",
    "Place",
    "Shards",
    "media_schema",
    "places_of",
    "shard_name",
    "write_media",
]
