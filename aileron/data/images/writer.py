"""Writing a DATASET artifact of pictures, one row group of media in memory at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from aileron.core.digest import digest_bytes
from aileron.core.errors import InvalidInput
from aileron.data.attributes import attributes_text
from aileron.data.images.annotations import object_row
from aileron.data.images.layout import Sample, images_digest, samples_schema
from aileron.data.layout import SAMPLES_FILE, write_parquet
from aileron.data.media import MEDIA_FOLDER, SHARD_BYTES, Medium, Place, Shards, write_media
from aileron.data.media.shards import Stored

Picture = Callable[[Sample], bytes]
"""Reads the bytes of a sample's picture."""


@dataclass(frozen=True)
class Written:
    """What the files of a dataset hold."""

    digest: str
    pictures: int
    bytes: int


def write_samples(
    folder: Path,
    samples: Sequence[Sample],
    picture: Picture,
    classes: Sequence[str],
    label_type: str,
    shard_bytes: int = SHARD_BYTES,
    points: Mapping[str, Any] | None = None,
    parent: Path | None = None,
) -> Written:
    """Write ``samples.parquet`` and ``media/`` of `samples` into the new directory `folder`.

    Args:
        points: class -> names and joints of its key points, as JSON.
        parent: a DATASET artifact of pictures whose shards are kept; only what is missing there
            is written.

    Raises:
        InvalidInput: a picture changed since its sample was made.
    """
    import pyarrow as pa

    places = _write_media(folder / MEDIA_FOLDER, samples, picture, shard_bytes, parent)
    ordered = sorted(samples, key=lambda sample: sample.sample_id)
    columns: dict[str, list[Any]] = {
        field.name: [getattr(sample, field.name) for sample in ordered] for field in fields(Sample)
    }
    columns["objects"] = [[object_row(thing) for thing in sample.objects] for sample in ordered]
    columns["attributes"] = [attributes_text(sample.attributes) for sample in ordered]
    placed = [places[sample.content_digest] for sample in ordered]
    columns["media"] = [name for name, _ in placed]
    columns["row"] = [row for _, row in placed]
    write_parquet(pa.table(columns, samples_schema()), folder / SAMPLES_FILE)
    sizes = {sample.content_digest: sample.bytes for sample in samples}
    identities = (sample.identity for sample in ordered)
    digest = images_digest(classes, label_type, identities, points)
    return Written(digest, len(sizes), sum(sizes.values()))


def stored_media(folder: Path) -> dict[str, Stored]:
    """Digest -> where it lies, of each picture of the DATASET artifact in `folder`."""
    import pyarrow.parquet as pq

    names = ("content_digest", "media", "row", "bytes")
    table = pq.read_table(folder / SAMPLES_FILE, columns=list(names))
    columns = (table[name].to_pylist() for name in names)
    return {
        digest: Stored(Place(shard, row), size)
        for digest, shard, row, size in zip(*columns, strict=True)
    }


def _write_media(
    folder: Path,
    samples: Sequence[Sample],
    picture: Picture,
    shard_bytes: int,
    parent: Path | None,
) -> dict[str, Place]:
    """Digest -> place of each different picture; those that are new are sorted by digest."""
    shards = Shards(folder, shard_bytes)
    if parent is not None:
        shards.keep(parent / MEDIA_FOLDER, stored_media(parent))
    first = {sample.content_digest: sample for sample in reversed(samples)}
    media = [Medium(digest, first[digest].bytes) for digest in sorted(first.keys() - shards.places)]

    def content(digest: str) -> bytes:
        data = picture(first[digest])
        if digest_bytes(data) != digest:
            raise InvalidInput("data.picture_changed", where=first[digest].sample_id)
        return data

    return shards.places | write_media(folder, media, content, shard_bytes)
