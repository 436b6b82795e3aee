"""Files of a DATASET artifact of time series: samples, and the shards of `aileron.data.media`.

``samples.parquet`` has a row per sample, in order of sample id, and names the shard and the row
of its series; each different series is kept once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aileron.core.digest import canonical_json
from aileron.data.attributes import attributes_of, attributes_text
from aileron.data.formats.records import Attributes, Segment, SeriesSample
from aileron.data.layout import Part
from aileron.data.media import Place
from aileron.data.series.card import TimeKind

if TYPE_CHECKING:
    import pyarrow as pa

IDENTITY: Final = (
    "sample_id", "content_digest", "split", "annotated", "attributes", "segments",
)  # fmt: skip
"""The columns that are a sample's part of the identity of a dataset version."""
SEGMENTS: Final = "segments"


@dataclass(frozen=True)
class Sample:
    """One sample: what is said of it, and what its series is."""

    sample_id: str
    content_digest: str
    """SHA-256 of the series as it is kept."""
    split: Part | None
    """The part that the source gives it to."""
    time: TimeKind
    points: int
    first: float
    """The time of the first point: in seconds since 1970 of dates, else the number itself."""
    last: float
    bytes: int
    labels: tuple[str, ...] = ()
    annotated: bool = True
    attributes: Attributes = field(default_factory=dict)
    segments: tuple[Segment, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """The labels of its ranges."""
        return frozenset(segment.label for segment in self.segments)

    def row(self, place: Place) -> dict[str, Any]:
        """Its row in ``samples.parquet``, with its series at `place`."""
        return {
            **{name: getattr(self, name) for name in Sample.__dataclass_fields__},
            "labels": list(self.labels),
            "attributes": attributes_text(self.attributes),
            SEGMENTS: [segment._asdict() for segment in self.segments],
            "media": place.shard,
            "row": place.row,
        }


def samples_schema() -> pa.Schema:
    """The columns of ``samples.parquet``."""
    import pyarrow as pa

    time = pa.float64()
    segment = pa.struct([("label", pa.string()), ("start", time), ("end", time)])
    return pa.schema(
        [
            ("sample_id", pa.string()),
            ("content_digest", pa.string()),
            ("labels", pa.list_(pa.string())),
            ("split", pa.string()),
            ("time", pa.string()),
            ("points", pa.int64()),
            ("first", time),
            ("last", time),
            ("bytes", pa.int64()),
            ("annotated", pa.bool_()),
            ("attributes", pa.string()),
            (SEGMENTS, pa.list_(segment)),
            ("media", pa.string()),
            ("row", pa.int32()),
        ]
    )


def sample_of(row: Mapping[str, Any]) -> SeriesSample:
    """The record whose row is `row`; its medium is the digest of its series."""
    return SeriesSample(
        sample_id=row["sample_id"],
        media=row["content_digest"],
        labels=tuple(row["labels"]),
        split=row["split"],
        annotated=row["annotated"],
        attributes=attributes_of(row["attributes"]),
        segments=tuple(Segment(**segment) for segment in row[SEGMENTS] or ()),
    )


def series_digest(
    classes: Sequence[str], channels: Sequence[str], rows: Iterable[Mapping[str, Any]]
) -> str:
    """SHA-256 of classes and channels, then of one line of JSON per row of a sample, by id.

    A line holds nothing that follows from the bytes of the series, and no name of a shard.
    """
    total = hashlib.sha256(canonical_json({"classes": classes, "channels": channels}))
    lines = ((row["sample_id"], canonical_json([row[name] for name in IDENTITY])) for row in rows)
    for _, line in sorted(lines):
        total.update(b"\n" + line)
    return total.hexdigest()
