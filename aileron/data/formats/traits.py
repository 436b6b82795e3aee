"""What a dataset may say, and what becomes of it in a format: kept, lossy or refused.

A format declares a cell per trait of its modality; the declarations are the preservation matrix
of the documentation, and property tests hold each format to every one of its cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from aileron.core.phrase import Phrase, phrase
from aileron.data.formats.records import Modality


class Trait(StrEnum):
    """One kind of thing that samples may say."""

    IDS = "ids"
    LABELS = "labels"
    SEVERAL_LABELS = "several_labels"
    BOXES = "boxes"
    POLYGONS = "polygons"
    MASKS = "masks"
    KEY_POINTS = "key_points"
    CROWDS = "crowds"
    ATTRIBUTES = "attributes"
    OBJECT_ATTRIBUTES = "object_attributes"
    SPLITS = "splits"
    UNANNOTATED = "unannotated"
    EMPTY_CLASSES = "empty_classes"
    TEXTS = "texts"
    PAIRS = "pairs"
    TAGS = "tags"
    SPANS = "spans"
    RELATIONS = "relations"
    TURNS = "turns"
    SEGMENTS = "segments"


TRAITS: Final[Mapping[Modality, tuple[Trait, ...]]] = {
    "image": (
        Trait.IDS,
        Trait.LABELS,
        Trait.SEVERAL_LABELS,
        Trait.BOXES,
        Trait.POLYGONS,
        Trait.MASKS,
        Trait.KEY_POINTS,
        Trait.CROWDS,
        Trait.ATTRIBUTES,
        Trait.OBJECT_ATTRIBUTES,
        Trait.SPLITS,
        Trait.UNANNOTATED,
        Trait.EMPTY_CLASSES,
    ),
    "text": (
        Trait.IDS,
        Trait.TEXTS,
        Trait.LABELS,
        Trait.SEVERAL_LABELS,
        Trait.PAIRS,
        Trait.TAGS,
        Trait.SPANS,
        Trait.RELATIONS,
        Trait.TURNS,
        Trait.ATTRIBUTES,
        Trait.SPLITS,
        Trait.UNANNOTATED,
        Trait.EMPTY_CLASSES,
    ),
    "audio": (
        Trait.IDS,
        Trait.LABELS,
        Trait.SEVERAL_LABELS,
        Trait.SEGMENTS,
        Trait.ATTRIBUTES,
        Trait.SPLITS,
        Trait.UNANNOTATED,
        Trait.EMPTY_CLASSES,
    ),
    "series": (
        Trait.IDS,
        Trait.SEGMENTS,
        Trait.ATTRIBUTES,
        Trait.SPLITS,
        Trait.UNANNOTATED,
        Trait.EMPTY_CLASSES,
    ),
}
"""The traits of each modality, in the order of the matrix."""


@dataclass(frozen=True)
class Keep:
    """What becomes of a trait that is written and read back."""

    fate: Literal["kept", "lossy", "refused"]
    reason: Phrase | None = None
    """What is lost, or why it is refused; None if it is kept."""

    def __post_init__(self) -> None:
        if (self.fate == "kept") != (self.reason is None):
            raise ValueError("what is lossy or refused has a reason, and what is kept has none")


KEPT: Final = Keep("kept")


def lossy(name: str) -> Keep:
    """Written with a loss that message `name` of this package tells."""
    return Keep("lossy", phrase(f"data.formats.{name}"))


def refused(name: str = "no_place") -> Keep:
    """Not written, for the reason that message `name` of this package tells."""
    return Keep("refused", phrase(f"data.formats.{name}"))
