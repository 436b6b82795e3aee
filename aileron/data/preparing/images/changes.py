"""Counts of what became of pictures and objects, and the sample of a changed picture."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from aileron.core.digest import digest_bytes
from aileron.data.formats.records import ImageSample, Object
from aileron.data.images.card import ImageCard
from aileron.data.images.layout import Sample
from aileron.data.preparing.images.frame import Encoded
from aileron.data.preparing.images.objects import Rules, partners


@dataclass
class Changes:
    """What a report counts."""

    pictures: int = 0
    unchanged: int = 0
    bytes_before: int = 0
    bytes_after: int = 0
    objects_before: Counter[str] = field(default_factory=Counter)
    objects_after: Counter[str] = field(default_factory=Counter)

    def add(self, before: int, record: ImageSample, sample: Sample, *, same: bool) -> None:
        """One picture of `before` bytes that became `sample`."""
        self.pictures += 1
        self.unchanged += same
        self.bytes_before += before
        self.bytes_after += sample.bytes
        self.objects_before.update(thing.label for thing in record.objects)
        self.objects_after.update(thing.label for thing in sample.objects)

    @property
    def lost(self) -> int:
        """Objects that are left out, for too little of them is inside."""
        return sum(self.objects_before.values()) - sum(self.objects_after.values())

    def document(self) -> dict[str, Any]:
        """The counts as JSON."""
        labels = sorted(self.objects_before | self.objects_after)
        return {
            "pictures": self.pictures,
            "unchanged": self.unchanged,
            "bytes_before": self.bytes_before,
            "bytes_after": self.bytes_after,
            "objects": [
                {"label": one, "before": self.objects_before[one], "after": self.objects_after[one]}
                for one in labels
            ],
        }


def rules_of(card: ImageCard, visible: float) -> Rules:
    """How objects of the dataset with `card` move."""
    mirrored = {label: partners(points.names) for label, points in card.points.items()}
    return Rules(visible, mirrored)


def new_sample(record: ImageSample, encoded: Encoded, objects: tuple[Object, ...]) -> Sample:
    """The sample of `record` whose picture is now `encoded`."""
    return Sample(
        sample_id=record.sample_id,
        content_digest=digest_bytes(encoded.data),
        labels=record.labels,
        split=record.split,
        width=encoded.width,
        height=encoded.height,
        mode=encoded.mode,
        format=encoded.format,
        bytes=len(encoded.data),
        objects=objects,
        annotated=record.annotated,
        attributes=record.attributes,
    )


def same_sample(record: ImageSample, row: dict[str, Any]) -> Sample:
    """The sample of `record` as it was."""
    facts = {name: row[name] for name in ("width", "height", "mode", "format", "bytes")}
    return Sample(
        sample_id=record.sample_id,
        content_digest=row["content_digest"],
        labels=record.labels,
        split=record.split,
        objects=record.objects,
        annotated=record.annotated,
        attributes=record.attributes,
        **facts,
    )
