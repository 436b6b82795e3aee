"""Files of a DATASET artifact of pictures: samples, and media that know nothing of labels.

``samples.parquet`` has a row per sample, in order of sample id, and names the shard and the row
of its picture; the shards are those of `aileron.data.media`, with each different picture once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aileron.core.digest import canonical_json
from aileron.data.attributes import attributes_of
from aileron.data.formats.records import Attributes, Object
from aileron.data.images.annotations import (
    ANNOTATED,
    ATTRIBUTES,
    OBJECTS,
    object_identity,
    object_type,
)
from aileron.data.layout import Part

if TYPE_CHECKING:
    import pyarrow as pa

BATCH_ROWS: Final = 4096
PLAIN: Final = ("sample_id", "content_digest", "labels", "split")
"""The columns that are the identity of a sample of a plain classification."""

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
    for _, line in sorted((facts[0], canonical_json(facts)) for facts in samples):
        total.update(b"\n" + line)
    return total.hexdigest()


def row_identities(samples: pa.Table) -> Iterator[Identity]:
    """The identity of each row of ``samples.parquet``; one of old has fewer columns."""
    names = [
        name for name in (*PLAIN, OBJECTS, ANNOTATED, ATTRIBUTES) if name in samples.column_names
    ]
    for batch in samples.to_batches(max_chunksize=BATCH_ROWS):
        if _is_plain(batch):
            yield from zip(*(batch[name].to_pylist() for name in PLAIN), strict=True)
        else:
            yield from map(_row_identity, batch.select(names).to_pylist())


def _is_plain(batch: pa.RecordBatch) -> bool:
    """Whether samples have labels alone, as those of a classification: they need no records."""
    import pyarrow.compute as pc

    names = set(batch.schema.names)
    drawn = OBJECTS in names and pc.sum(pc.list_value_length(batch[OBJECTS])).as_py()
    said = ATTRIBUTES in names and batch[ATTRIBUTES].null_count < len(batch)
    waiting = ANNOTATED in names and not pc.all(batch[ANNOTATED]).as_py()
    return not (drawn or said or waiting)


def _row_identity(row: Mapping[str, Any]) -> Identity:
    """The same as `Sample.identity`; the structs of objects are their identity already."""
    more: dict[str, Any] = {}
    if drawn := row.get(OBJECTS):
        masks = ((thing, thing["mask"]) for thing in drawn)
        more["objects"] = [
            {**thing, "mask": mask.decode("ascii")} if mask else thing for thing, mask in masks
        ]
    if attributes := attributes_of(row.get(ATTRIBUTES)):
        more["attributes"] = attributes
    if not row.get(ANNOTATED, True):
        more["annotated"] = False
    facts = tuple(row[name] for name in PLAIN)
    return (*facts, more) if more else facts
