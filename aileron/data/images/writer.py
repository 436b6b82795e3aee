"""Writing ``samples.parquet`` of a DATASET artifact of pictures, whose media are there already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from aileron.data.attributes import attributes_text
from aileron.data.images.annotations import object_row
from aileron.data.images.layout import Sample, images_digest, samples_schema
from aileron.data.layout import SAMPLES_FILE, write_parquet
from aileron.data.media import Place


@dataclass(frozen=True)
class Written:
    """What the files of a dataset hold."""

    digest: str
    pictures: int
    bytes: int


def write_samples(
    folder: Path,
    samples: Sequence[Sample],
    places: Mapping[str, Place],
    classes: Sequence[str],
    label_type: str,
    points: Mapping[str, Any] | None = None,
) -> Written:
    """Write ``samples.parquet`` of `samples` into the directory `folder`.

    Args:
        places: digest of a picture -> where it lies in ``media/``.
        points: class -> names and joints of its key points, as JSON.
    """
    import pyarrow as pa

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
