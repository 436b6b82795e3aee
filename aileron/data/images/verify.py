"""The digest that a stored dataset of pictures really has: every picture is read and hashed."""

from __future__ import annotations

from pathlib import Path

from aileron.core.errors import StepFailed
from aileron.data.images.card import ImageCard
from aileron.data.images.layout import images_digest, row_identities
from aileron.data.layout import CONTENT_DIGEST, SAMPLE_ID, SAMPLES_FILE
from aileron.data.media import Place
from aileron.data.media.verify import stored_digests


def stored_digest(folder: Path, card: ImageCard) -> str:
    """The digest of the samples in `folder`, after a look at the bytes of each picture.

    Raises:
        StepFailed: a picture is missing, or its bytes are not those of its digest.
    """
    import pyarrow.parquet as pq

    samples = pq.read_table(folder / SAMPLES_FILE)
    places = dict(stored_digests(folder))
    columns = (samples[name].to_pylist() for name in (SAMPLE_ID, CONTENT_DIGEST, "media", "row"))
    for sample, digest, shard, row in zip(*columns, strict=True):
        if places.get(Place(shard, row)) != digest:
            raise StepFailed("data.picture_lost", where=card.name, sample=sample)
    identities = row_identities(samples)
    return images_digest(card.classes, card.label_type, identities, card.points_json)
