"""Files of a DATASET artifact of pictures: samples, and media that know nothing of labels.

``samples.parquet`` has a row per sample; ``media/part-NNNNN.parquet`` holds each different
picture once, by its digest. Media are sorted by digest, so that new labels, names or parts
leave every media file as it was. Row groups are small: one picture is read by reading one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aileron.core.digest import canonical_json
from aileron.data.formats.records import Attributes, Object
from aileron.data.images.annotations import object_identity, object_type
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


Identity = Sequence[Any]
"""What a sample is: id, content digest, labels, given part; and then, if it has any of these,
an object of what is drawn on it, its attributes, and that nobody has annotated it."""


@dataclass(frozen=True)
class Sample:
    """One sample: where its picture is, what it is, and what the picture's header says."""

    sample_id: str
    content_digest: str
    """SHA-256 of the picture's bytes."""
    labels: tuple[str, ...]
    """Of the picture as a whole."""
    split: Part | None
    """The part that the source gives it to."""
    width: int
    """Pixels of the upright picture: after an EXIF rotation."""
    height: int
    mode: str
    """Pillow's name of the pixel format: L, RGB, CMYK, ..."""
    format: str
    """JPEG, PNG, WEBP, ..."""
    bytes: int
    objects: tuple[Object, ...] = ()
    annotated: bool = True
    attributes: Attributes = field(default_factory=dict)

    @property
    def identity(self) -> Identity:
        """What of the sample belongs to the identity of a dataset version."""
        facts = (self.sample_id, self.content_digest, self.labels, self.split)
        return identity(facts, self.objects, self.attributes, annotated=self.annotated)


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
            ("objects", pa.list_(object_type())),
            ("annotated", pa.bool_()),
            ("attributes", pa.string()),
            ("media", pa.string()),
            ("row", pa.int32()),
        ]
    )


def media_schema() -> pa.Schema:
    """The columns of a media file."""
    import pyarrow as pa

    return pa.schema([(DIGEST, pa.string()), (BYTES, pa.binary())])


def identity(
    facts: Sequence[Any], objects: Iterable[Object], attributes: Attributes, *, annotated: bool
) -> Identity:
    """The identity of a sample; one of a plain classification is `facts` alone."""
    more: dict[str, Any] = {}
    if drawn := object_identity(objects):
        more["objects"] = drawn
    if attributes:
        more["attributes"] = dict(attributes)
    if not annotated:
        more["annotated"] = False
    return (*facts, more) if more else tuple(facts)


def images_digest(
    classes: Sequence[str],
    label_type: str,
    samples: Iterable[Identity],
    points: Mapping[str, Any] | None = None,
) -> str:
    """SHA-256 of the classes, then of one line of JSON per sample, by sample id.

    A line holds nothing that follows from the picture's bytes, and no name of a media file.
    """
    head = {"classes": classes, "label_type": label_type}
    total = hashlib.sha256(canonical_json({**head, "points": points} if points else head))
    for facts in sorted(samples, key=lambda facts: facts[0]):
        total.update(b"\n" + canonical_json(facts))
    return total.hexdigest()
