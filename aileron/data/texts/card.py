"""The card of a dataset of texts: ``card.json`` of a DATASET artifact of modality text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from aileron.data.card_base import CardBase, RefusedSample
from aileron.data.formats.records import Label
from aileron.data.labels import LabelType

TextTask = Literal[
    "classification", "matching", "sequence_labelling", "entities", "pretraining", "instruction"
]


class TextCounts(BaseModel):
    """How much there is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: int = Field(ge=0, description="samples")
    characters: int = Field(ge=0, description="of all texts, pairs, tokens and turns")
    repeats: int = Field(ge=0, description="samples whose text another one has as well")
    refused: int = Field(ge=0, description="samples that cannot be used")
    waiting: int = Field(0, ge=0, description="samples that nobody has annotated yet")


class TextSource(BaseModel):
    """What was imported."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    sha256: str
    format: str


class TextCard(CardBase):
    """``card.json`` of a dataset of texts."""

    task: TextTask
    modality: Literal["text"] = "text"
    label_type: LabelType = "single"
    classes: tuple[str, ...]
    """Labels, or kinds of what is marked, in order; empty where texts have none."""
    class_counts: Mapping[str, int]
    """Class -> samples that have it."""
    part_counts: Mapping[str, int] | None = None
    """Part -> samples that the source gives to it; None where the source has no parts."""
    counts: TextCounts
    digest: str
    """SHA-256 of classes and samples: the identity of a dataset version."""
    source: TextSource
    refused: tuple[RefusedSample, ...] = ()
    """The first of the refused samples; `counts.refused` is their number."""

    @property
    def labels(self) -> tuple[Label, ...]:
        """The classes, as formats have them."""
        return tuple(map(Label, self.classes))
