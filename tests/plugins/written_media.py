"""Media of a DATASET artifact that a test puts together by hand."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from aileron.core.digest import digest_bytes
from aileron.data.media import MEDIA_FOLDER, SHARD_BYTES, Place, Shards


def written_media(
    folder: Path, contents: Iterable[bytes], shard_bytes: int = SHARD_BYTES
) -> dict[str, Place]:
    """Write ``media/`` of `contents`, each different one once; digest -> place."""
    known = {digest_bytes(content): content for content in contents}
    shards = Shards(folder / MEDIA_FOLDER, shard_bytes)
    shards.write(known, known.__getitem__)
    return shards.places
