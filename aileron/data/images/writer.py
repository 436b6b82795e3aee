"""Writing a DATASET artifact of pictures, one row group of media in memory at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aileron.core.digest import digest_bytes
from aileron.core.errors import InvalidInput
from aileron.data.attributes import attributes_text
from aileron.data.images.annotations import object_row
from aileron.data.images.layout import (
    GROUP_BYTES,
    GROUP_ROWS,
    MEDIA_FOLDER,
    SHARD_BYTES,
    Sample,
    images_digest,
    media_schema,
    samples_schema,
)
from aileron.data.layout import SAMPLES_FILE, part_file, write_parquet

if TYPE_CHECKING:
    import pyarrow.parquet as pq

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
) -> Written:
    """Write ``samples.parquet`` and ``media/`` of `samples` into the new directory `folder`.

    Args:
        points: class -> names and joints of its key points, as JSON.

    Raises:
        InvalidInput: a picture changed since its sample was made.
    """
    import pyarrow as pa

    (folder / MEDIA_FOLDER).mkdir(parents=True)
    places = _write_media(folder / MEDIA_FOLDER, samples, picture, shard_bytes)
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


def _write_media(
    folder: Path, samples: Sequence[Sample], picture: Picture, shard_bytes: int
) -> dict[str, tuple[str, int]]:
    """Digest -> (file, row) of each different picture."""
    first = {sample.content_digest: sample for sample in reversed(samples)}
    places: dict[str, tuple[str, int]] = {}
    ordered = [first[digest] for digest in sorted(first)]
    for number, shard in enumerate(_runs(ordered, shard_bytes)):
        name = part_file(number)
        with _media_file(folder / name) as file:
            for group in _runs(shard, GROUP_BYTES, GROUP_ROWS):
                _write_group(file, group, picture)
        places |= {sample.content_digest: (name, row) for row, sample in enumerate(shard)}
    return places


def _runs(
    samples: Iterable[Sample], most_bytes: int, most_rows: int | None = None
) -> Iterator[list[Sample]]:
    """Neighbours together until they have so many bytes or rows."""
    run: list[Sample] = []
    size = 0
    for sample in samples:
        run.append(sample)
        size += sample.bytes
        if size >= most_bytes or len(run) == most_rows:
            yield run
            run, size = [], 0
    if run:
        yield run


def _media_file(path: Path) -> pq.ParquetWriter:
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


def _write_group(file: pq.ParquetWriter, group: list[Sample], picture: Picture) -> None:
    import pyarrow as pa

    contents = []
    for sample in group:
        content = picture(sample)
        if digest_bytes(content) != sample.content_digest:
            raise InvalidInput("data.picture_changed", where=sample.sample_id)
        contents.append(content)
    digests = [sample.content_digest for sample in group]
    file.write_table(pa.table([digests, contents], schema=media_schema()))
