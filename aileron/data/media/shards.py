"""The media of a dataset that is made from others: their shards are handed over where possible.

A shard whose every medium is needed goes over as it is, by a hard link where the file system
has them; of other shards, the media that are needed are written into new ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from aileron.core.digest import digest_bytes
from aileron.core.errors import StepFailed
from aileron.data.layout import hand_over
from aileron.data.media.layout import (
    DIGEST,
    SHARD_BYTES,
    Medium,
    Place,
    is_shard_name,
    shard_name,
)
from aileron.data.media.reader import MediaFiles
from aileron.data.media.writer import write_media


class Stored(NamedTuple):
    """Where a medium lies, and how many bytes it has."""

    place: Place
    size: int


class Shards:
    """The directory of shards of a dataset in the making."""

    def __init__(self, folder: Path, shard_bytes: int = SHARD_BYTES) -> None:
        self.folder = folder
        self.places: dict[str, Place] = {}
        """Digest -> where it lies here."""
        self._shard_bytes = shard_bytes
        folder.mkdir(parents=True)

    def keep(self, media: Path, stored: Mapping[str, Stored]) -> None:
        """Take over every shard of the directory `media`; the first thing to do, and once.

        Args:
            stored: the media there that samples refer to; others stay in their shards.
        """
        for path in sorted(media.iterdir()):
            hand_over(path, self.folder / path.name)
        self.places |= {digest: one.place for digest, one in stored.items()}

    def add(self, media: Path, needed: Mapping[str, Stored]) -> None:
        """Take over what of `needed`, which lies in the directory `media`, is not here yet."""
        by_shard: dict[str, dict[str, Stored]] = defaultdict(dict)
        for digest, one in needed.items():
            if digest not in self.places:
                by_shard[one.place.shard][digest] = one
        rest: dict[str, Stored] = {}
        for shard, found in sorted(by_shard.items()):
            if (name := self._taken_over(media / shard, len(found))) is None:
                rest |= found
            else:
                self.places |= {digest: Place(name, one.place.row) for digest, one in found.items()}
        self._rewrite(media, rest)

    def _taken_over(self, shard: Path, needed: int) -> str | None:
        """The name under which a whole shard is here; None if it is not."""
        import pyarrow.parquet as pq

        if is_shard_name(shard.name) and (self.folder / shard.name).exists():
            return shard.name
        with pq.ParquetFile(shard) as file:
            if file.metadata.num_rows != needed:
                return None
            name = shard.name
            if not is_shard_name(name):
                name = shard_name(file.read(columns=[DIGEST])[DIGEST].to_pylist())
        if not (self.folder / name).exists():
            hand_over(shard, self.folder / name)
        return name

    def _rewrite(self, media: Path, rest: Mapping[str, Stored]) -> None:
        """Write the media `rest` of the directory `media` into new shards, in their order there."""
        import pyarrow as pa

        files = MediaFiles(media, 0)
        ordered = sorted(rest, key=lambda digest: rest[digest].place)

        def content(digest: str) -> bytes:
            place = rest[digest].place
            try:
                data = files.read(*place)
            except (pa.ArrowException, OSError):
                data = None
            if data is None or digest_bytes(data) != digest:
                raise StepFailed("data.damaged_medium", where=place.shard, digest=digest)
            return data

        listed = [Medium(digest, rest[digest].size) for digest in ordered]
        self.places |= write_media(self.folder, listed, content, self._shard_bytes)
