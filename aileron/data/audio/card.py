"""The card of a dataset of recordings: ``card.json`` of a DATASET artifact of modality audio."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from aileron.data.card_base import CardBase, RefusedSample
from aileron.data.formats.records import Label
from aileron.data.labels import LabelType

AudioTask = Literal["classification", "event_detection"]


class AudioCounts(BaseModel):
    """How much there is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: int = Field(ge=0, description="samples: files that were taken as recordings")
    recordings: int = Field(ge=0, description="different recordings; a repeat is kept once")
    bytes: int = Field(ge=0, description="bytes of the different recordings")
    seconds: float = Field(ge=0, description="how long all samples last")
    refused: int = Field(ge=0, description="recordings that cannot be used")
    waiting: int = Field(0, ge=0, description="samples that nobody has annotated yet")


class AudioSource(BaseModel):
    """What was imported."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    sha256: str
    format: str


class AudioCard(CardBase):
    """``card.json`` of a dataset of recordings."""

    task: AudioTask = "classification"
    modality: Literal["audio"] = "audio"
    label_type: LabelType = "single"
    classes: tuple[str, ...]
    """Labels in order."""
    class_counts: Mapping[str, int]
    """Label -> samples that have it, or a segment of it."""
    part_counts: Mapping[str, int] | None = None
    """Part -> samples that the source gives to it; None where the source has no parts."""
    counts: AudioCounts
    digest: str
    """SHA-256 of classes and samples: the identity of a dataset version."""
    source: AudioSource
    refused: tuple[RefusedSample, ...] = ()
    """The first of the refused recordings; `counts.refused` is their number."""

    @property
    def labels(self) -> tuple[Label, ...]:
        """The classes, as formats have them."""
        return tuple(map(Label, self.classes))
