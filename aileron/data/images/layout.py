"""Files of a DATASET artifact of pictures: samples, and media that know nothing of labels.

``samples.parquet`` has a row per sample; ``media/part-NNNNN.parquet`` holds each different
picture once, by its digest. Media are sorted by digest, so that new labels, names or parts
leave every media file as it was. Row groups are small: one picture is read by reading one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aileron.core.digest import canonical_json
from aileron.data.layout import Part

if TYPE_CHECKING:
    import pyarrow as pa

MEDIA_FOLDER = "media"
DIGEST = "digest"
BYTES = "bytes"
SHARD_BYTES = 256 << 20
"""A media file is closed when it has this much."""
GROUP_BYTES = 1 << 20
GROUP_ROWS = 64
"""A row group is closed when it has this many bytes or pictures."""


Identity = tuple[str, str, Sequence[str], str | None]
"""What a sample is: its id, content digest, labels and given part."""


@dataclass(frozen=True)
class Sample:
    """One sample: where its picture is, what it is, and what the picture's header says."""

    sample_id: str
    content_digest: str
    """SHA-256 of the picture's bytes."""
    labels: tuple[str, ...]
    split: Part | None
    """The part that the source gives it to."""
    width: int
    """Pixels, as stored: before an EXIF rotation."""
    height: int
    mode: str
    """Pillow's name of the pixel format: L, RGB, CMYK, ..."""
    format: str
    """JPEG, PNG, WEBP, ..."""
    bytes: int


def samples_schema() -> pa.Schema:
    """The columns of ``samples.parquet``."""
    import pyarrow as pa

    return pa.schema(
        [
            ("sample_id", pa.string()),
            ("content_digest", pa.string()),
            ("labels", pa.list_(pa.string())),
            ("split", pa.string()),
            ("width", pa.int32()),
            ("height", pa.int32()),
            ("mode", pa.string()),
            ("format", pa.string()),
            ("bytes", pa.int64()),
            ("media", pa.string()),
            ("row", pa.int32()),
        ]
    )


def media_schema() -> pa.Schema:
    """The columns of a media file."""
    import pyarrow as pa

    return pa.schema([(DIGEST, pa.string()), (BYTES, pa.binary())])


def images_digest(classes: Sequence[str], label_type: str, samples: Iterable[Identity]) -> str:
    """SHA-256 of classes and label type, then of one line of JSON per sample, by sample id.

    A line holds nothing that follows from the picture's bytes, and no name of a media file.
    """
    total = hashlib.sha256(canonical_json({"classes": classes, "label_type": label_type}))
    for facts in sorted(samples, key=lambda facts: facts[0]):
        total.update(b"\n" + canonical_json(facts))
    return total.hexdigest()
