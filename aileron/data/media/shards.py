"""The media of a dataset that is made from others: their shards are handed over where possible.

A shard whose every medium is needed goes over as it is, by a hard link where the file system
has them; of other shards, the media that are needed are written into new ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from aileron.core.digest import digest_bytes
from aileron.core.errors import StepFailed
from aileron.data.layout import hand_over
from aileron.data.media.layout import (
    DIGEST,
    SHARD_BYTES,
    Place,
    is_shard_name,
    shard_name,
)
from aileron.data.media.reader import MediaFiles
from aileron.data.media.writer import Content, write_media


class Shards:
    """The directory of shards of a dataset in the making."""

    def __init__(self, folder: Path, shard_bytes: int = SHARD_BYTES) -> None:
        self.folder = folder
        self.places: dict[str, Place] = {}
        """Digest -> where it lies here."""
        self._shard_bytes = shard_bytes
        folder.mkdir(parents=True)

    def keep(self, media: Path, stored: Mapping[str, Place]) -> None:
        """Take over every shard of the directory `media`; the first thing to do, and once.

        Args:
            stored: digest -> place of the media there that samples refer to; others stay in
                their shards.
        """
        for path in sorted(media.iterdir()):
            hand_over(path, self.folder / path.name)
        self.places |= stored

    def add(self, media: Path, needed: Mapping[str, Place]) -> None:
        """Take over what of `needed`, which lies in the directory `media`, is not here yet."""
        by_shard: dict[str, dict[str, Place]] = defaultdict(dict)
        for digest, place in needed.items():
            if digest not in self.places:
                by_shard[place.shard][digest] = place
        rest: dict[str, Place] = {}
        for shard, found in sorted(by_shard.items()):
            if (name := self._taken_over(media / shard, len(found))) is None:
                rest |= found
            else:
                self.places |= {digest: Place(name, place.row) for digest, place in found.items()}
        self._rewrite(media, rest)

    def write(self, digests: Iterable[str], content: Content) -> None:
        """Add the media with these digests that are not here yet.

        They are sorted, so that equal media are equal shards whatever their order in the source.
        """
        new = sorted(set(digests) - self.places.keys())
        self.places |= write_media(self.folder, new, content, self._shard_bytes)

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

    def _rewrite(self, media: Path, rest: Mapping[str, Place]) -> None:
        """Write the media `rest` of the directory `media` into new shards, in their order there."""
        import pyarrow as pa

        files = MediaFiles(media, 0)
        ordered = sorted(rest, key=lambda digest: rest[digest])

        def content(digest: str) -> bytes:
            place = rest[digest]
            try:
                data = files.read(*place)
            except (pa.ArrowException, OSError):
                data = None
            if data is None or digest_bytes(data) != digest:
                raise StepFailed("data.damaged_medium", where=place.shard, digest=digest)
            return data

        self.places |= write_media(self.folder, ordered, content, self._shard_bytes)
