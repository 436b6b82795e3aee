"""The card of a dataset of pictures: ``card.json`` of a DATASET artifact of modality image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from aileron.data.card_base import CardBase, RefusedSample
from aileron.data.formats.records import Label
from aileron.data.labels import LabelType

ImageTask = Literal[
    "classification",
    "detection",
    "instance_segmentation",
    "semantic_segmentation",
    "key_points",
]


class ImageCounts(BaseModel):
    """How much there is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: int = Field(ge=0, description="samples: files that were taken as pictures")
    pictures: int = Field(ge=0, description="different pictures; a repeated one is kept once")
    bytes: int = Field(ge=0, description="bytes of the different pictures")
    refused: int = Field(ge=0, description="files that are pictures by name and cannot be used")
    objects: int = Field(0, ge=0, description="things that are drawn on the pictures")
    waiting: int = Field(0, ge=0, description="samples that nobody has annotated yet")


class ImageSource(BaseModel):
    """What was imported: an archive by its digest, a folder by the digest of its listing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    sha256: str


class KeyPointNames(BaseModel):
    """The key points of one class."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: tuple[str, ...]
    skeleton: tuple[tuple[int, int], ...] = ()
    """Pairs that a line joins, counted from 0."""


class ImageCard(CardBase):
    """``card.json`` of a dataset of pictures."""

    task: ImageTask = "classification"
    modality: Literal["image"] = "image"
    label_type: LabelType = "single"
    classes: tuple[str, ...]
    """Labels in order; of two with one label each, the last is the positive one."""
    class_counts: Mapping[str, int]
    """Label -> samples that have it, or an object of it."""
    points: Mapping[str, KeyPointNames] = {}
    """Label -> the key points of its objects, of a dataset of key points."""
    part_counts: Mapping[str, int] | None = None
    """Part -> samples that the source gives to it; None where the source has no parts."""
    counts: ImageCounts
    digest: str
    """SHA-256 of classes, samples and labels: the identity of a dataset version."""
    source: ImageSource
    refused: tuple[RefusedSample, ...] = ()
    """The first of the refused files; `counts.refused` is their number."""

    @property
    def labels(self) -> tuple[Label, ...]:
        """The classes, as formats have them."""
        none = KeyPointNames(names=())
        known = ((name, self.points.get(name, none)) for name in self.classes)
        return tuple(Label(name, points.names, points.skeleton) for name, points in known)

    @property
    def points_json(self) -> dict[str, Any]:
        """`points` as it enters the digest."""
        return {name: points.model_dump(mode="json") for name, points in self.points.items()}
