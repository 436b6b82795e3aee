"""The card of a dataset of time series: ``card.json`` of a DATASET artifact of modality series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from aileron.data.card_base import CardBase, RefusedSample
from aileron.data.formats.records import Label
from aileron.data.labels import LabelType

SeriesTask = Literal["event_detection"]
TimeKind = Literal["date", "number"]


class SeriesCounts(BaseModel):
    """How much there is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: int = Field(ge=0, description="samples: files that were taken as series")
    series: int = Field(ge=0, description="different series; a repeat is kept once")
    points: int = Field(ge=0, description="points in time of all samples")
    bytes: int = Field(ge=0, description="bytes of the different series")
    refused: int = Field(ge=0, description="series that cannot be used")
    waiting: int = Field(0, ge=0, description="samples that nobody has annotated yet")


class SeriesSource(BaseModel):
    """What was imported."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    sha256: str
    format: str


class SeriesCard(CardBase):
    """``card.json`` of a dataset of time series."""

    task: SeriesTask = "event_detection"
    modality: Literal["series"] = "series"
    label_type: LabelType = "single"
    time: TimeKind = "number"
    """What the time is in all series: dates, or numbers."""
    channels: tuple[str, ...]
    """What is measured, in the order of the columns; the same in all series."""
    classes: tuple[str, ...]
    """Labels in order."""
    class_counts: Mapping[str, int]
    """Label -> samples that have a range of it."""
    part_counts: Mapping[str, int] | None = None
    """Part -> samples that the source gives to it; None where the source has no parts."""
    counts: SeriesCounts
    digest: str
    """SHA-256 of classes, channels and samples: the identity of a dataset version."""
    source: SeriesSource
    refused: tuple[RefusedSample, ...] = ()
    """The first of the refused series; `counts.refused` is their number."""

    @property
    def labels(self) -> tuple[Label, ...]:
        """The classes, as formats have them."""
        return tuple(map(Label, self.classes))
