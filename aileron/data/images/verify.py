"""The digest that a stored dataset of pictures really has: every picture is read and hashed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from aileron.core.digest import digest_bytes
from aileron.core.errors import StepFailed
from aileron.data.images.annotations import sample_of
from aileron.data.images.card import ImageCard
from aileron.data.images.layout import (
    BYTES,
    DIGEST,
    MEDIA_FOLDER,
    Identity,
    identity,
    images_digest,
)
from aileron.data.layout import SAMPLES_FILE


def stored_digest(folder: Path, card: ImageCard) -> str:
    """The digest of the samples in `folder`, after a look at the bytes of each picture.

    Raises:
        StepFailed: a picture is missing, or its bytes are not those of its digest.
    """
    import pyarrow.parquet as pq

    rows = pq.read_table(folder / SAMPLES_FILE).to_pylist()
    places = dict(_pictures(folder))
    for row in rows:
        if places.get((row["media"], row["row"])) != row["content_digest"]:
            raise StepFailed("data.picture_lost", where=card.name, sample=row["sample_id"])
    identities = (_identity(row) for row in rows)
    return images_digest(card.classes, card.label_type, identities, card.points_json)


def _identity(row: Mapping[str, Any]) -> Identity:
    sample = sample_of(row)
    facts = (sample.sample_id, row["content_digest"], sample.labels, sample.split)
    return identity(facts, sample.objects, sample.attributes, annotated=sample.annotated)


def _pictures(folder: Path) -> Iterator[tuple[tuple[str, int], str]]:
    """(file, row) and the real digest of each stored picture, one row group at a time."""
    import pyarrow.parquet as pq

    for path in sorted((folder / MEDIA_FOLDER).iterdir()):
        row = 0
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                pictures = file.read_row_group(group, columns=[DIGEST, BYTES])
                for content in pictures[BYTES]:
                    yield (path.name, row), digest_bytes(content.as_py())
                    row += 1
