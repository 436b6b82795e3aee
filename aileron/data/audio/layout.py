"""Files of a DATASET artifact of recordings: samples, and the shards of `aileron.data.media`.

``samples.parquet`` has a row per sample, in order of sample id, and names the shard and the row
of its recording; each different recording is kept once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aileron.core.digest import canonical_json
from aileron.data.attributes import attributes_of, attributes_text
from aileron.data.formats.records import Attributes, AudioSample, Segment
from aileron.data.layout import Part
from aileron.data.media import Place

if TYPE_CHECKING:
    import pyarrow as pa

IDENTITY: Final = (
    "sample_id", "content_digest", "labels", "split", "annotated", "attributes",
)  # fmt: skip
"""The columns that are a sample's part of the identity of a dataset version; with `SEGMENTS`
where it has any."""
SEGMENTS: Final = "segments"


@dataclass(frozen=True)
class Sample:
    """One sample: what is said of it, and what its recording is."""

    sample_id: str
    content_digest: str
    """SHA-256 of the recording's bytes."""
    labels: tuple[str, ...]
    split: Part | None
    """The part that the source gives it to."""
    seconds: float
    sample_rate: int
    """Per second."""
    channels: int
    codec: str
    """How the sound is written: PCM_16, MPEG_LAYER_III, AAC, ..."""
    format: str
    """WAV, FLAC, MP3 or M4A."""
    bytes: int
    annotated: bool = True
    attributes: Attributes = field(default_factory=dict)
    segments: tuple[Segment, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Every label that it has, as a whole or of a segment."""
        return frozenset((*self.labels, *(segment.label for segment in self.segments)))

    def row(self, place: Place) -> dict[str, Any]:
        """Its row in ``samples.parquet``, with its recording at `place`."""
        return {
            **{name: getattr(self, name) for name in Sample.__dataclass_fields__},
            "labels": list(self.labels),
            "attributes": attributes_text(self.attributes),
            "segments": [segment._asdict() for segment in self.segments],
            "media": place.shard,
            "row": place.row,
        }


def samples_schema(task: str) -> pa.Schema:
    """The columns of ``samples.parquet`` of a dataset for `task`."""
    import pyarrow as pa

    second = pa.float64()
    segment = pa.struct([("label", pa.string()), ("start", second), ("end", second)])
    segments = [(SEGMENTS, pa.list_(segment))] if task == "event_detection" else []
    return pa.schema(
        [
            ("sample_id", pa.string()),
            ("content_digest", pa.string()),
            ("labels", pa.list_(pa.string())),
            ("split", pa.string()),
            ("seconds", pa.float64()),
            ("sample_rate", pa.int32()),
            ("channels", pa.int32()),
            ("codec", pa.string()),
            ("format", pa.string()),
            ("bytes", pa.int64()),
            ("annotated", pa.bool_()),
            ("attributes", pa.string()),
            *segments,
            ("media", pa.string()),
            ("row", pa.int32()),
        ]
    )


def sample_of(row: Mapping[str, Any]) -> AudioSample:
    """The record whose row is `row`; its medium is the digest of its recording."""
    return AudioSample(
        sample_id=row["sample_id"],
        media=row["content_digest"],
        labels=tuple(row["labels"]),
        split=row["split"],
        annotated=row["annotated"],
        attributes=attributes_of(row["attributes"]),
        segments=tuple(Segment(**segment) for segment in row.get(SEGMENTS) or ()),
    )


def audio_digest(
    task: str, classes: Sequence[str], label_type: str, rows: Iterable[Mapping[str, Any]]
) -> str:
    """SHA-256 of the classes, then of one line of JSON per row of a sample, by sample id.

    A line holds nothing that follows from the recording's bytes, and no name of a shard. Of a
    classification neither the task nor segments are in it, so it is what it was without them.
    """
    head: dict[str, Any] = {"classes": classes, "label_type": label_type}
    if task != "classification":
        head["task"] = task
    total = hashlib.sha256(canonical_json(head))
    lines = ((row["sample_id"], canonical_json(_identity(row))) for row in rows)
    for _, line in sorted(lines):
        total.update(b"\n" + line)
    return total.hexdigest()


def _identity(row: Mapping[str, Any]) -> list[Any]:
    segments = row.get(SEGMENTS) or []
    return [row[name] for name in IDENTITY] + ([segments] if segments else [])
