"""One sample and all that is said of it, in the terms of no format.

Every format reads into these records and writes from them, so any format becomes any other.
Coordinates are pixels from the upper left corner of the upright picture (after an EXIF
rotation, as tools show it), fractions allowed; positions in a text are characters, the end
exclusive; times in a recording are seconds from its start, those in a time series are numbers on
its axis: seconds since 1970 in UTC for dates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from aileron.data.layout import Part

Scalar = str | int | float | bool
Attributes = Mapping[str, Scalar]
Task = Literal[
    "classification",
    "detection",
    "instance_segmentation",
    "semantic_segmentation",
    "key_points",
    "matching",
    "sequence_labelling",
    "entities",
    "pretraining",
    "instruction",
    "event_detection",
]
"""What is to be learnt of the samples; which of them a modality has, `TASKS` says."""
Modality = Literal["image", "text", "audio", "series"]

TASKS: Mapping[Modality, tuple[Task, ...]] = {
    "image": (
        "classification",
        "detection",
        "instance_segmentation",
        "semantic_segmentation",
        "key_points",
    ),
    "text": (
        "classification",
        "matching",
        "sequence_labelling",
        "entities",
        "pretraining",
        "instruction",
    ),
    "audio": ("classification", "event_detection"),
    "series": ("event_detection",),
}


class Box(NamedTuple):
    """An upright rectangle, in pixels."""

    x: float
    """Of its left side."""
    y: float
    """Of its upper side."""
    width: float
    height: float


class KeyPoint(NamedTuple):
    """One named place of an object; `visibility` as COCO has it."""

    x: float
    y: float
    visibility: int = 2
    """0: not labelled; 1: labelled and hidden; 2: labelled and seen."""


Polygon = tuple[float, ...]
"""x and y in turn, at least three points; it closes itself."""


@dataclass(frozen=True, slots=True)
class Object:
    """One thing in a picture. An object with a polygon or a mask has its box too."""

    label: str
    box: Box
    polygons: tuple[Polygon, ...] = ()
    """Parts of its outline: an object that something hides in the middle has several."""
    mask: bytes | None = None
    """Its pixels: the counts of COCO's compressed run lengths over the whole picture."""
    points: tuple[KeyPoint, ...] = ()
    """In the order of the names of its label."""
    crowd: bool = False
    """Whether it stands for many things that nobody told apart."""
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Label:
    """One class: its name, and the names of the key points of its objects."""

    name: str
    point_names: tuple[str, ...] = ()
    skeleton: tuple[tuple[int, int], ...] = ()
    """Pairs of key points that a line joins, counted from 0."""


@dataclass(frozen=True, slots=True)
class ImageSample:
    """One picture; `media` is the place of its bytes, in the terms of whoever made the record."""

    sample_id: str
    media: str
    width: int
    """Pixels of the upright picture."""
    height: int
    labels: tuple[str, ...] = ()
    """Of the picture as a whole."""
    objects: tuple[Object, ...] = ()
    split: Part | None = None
    annotated: bool = True
    """Whether somebody looked at it: False is a picture that waits for annotation."""
    attributes: Attributes = field(default_factory=dict)


class Span(NamedTuple):
    """A piece of a text that something is said of."""

    label: str
    start: int
    end: int


class Relation(NamedTuple):
    """What holds between two spans of a sample, by their places in `TextSample.spans`."""

    label: str
    head: int
    tail: int


class Turn(NamedTuple):
    """One message of a dialogue."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class TextSample:
    """One text, pair of texts, row of tokens or dialogue."""

    sample_id: str
    text: str = ""
    pair: str | None = None
    """The other text of a matching."""
    labels: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    """One per token in scheme IOB2, type last: B-PER, I-PER, O."""
    spans: tuple[Span, ...] = ()
    relations: tuple[Relation, ...] = ()
    turns: tuple[Turn, ...] = ()
    split: Part | None = None
    annotated: bool = True
    attributes: Attributes = field(default_factory=dict)


class Segment(NamedTuple):
    """A sound event or a range: a piece of a recording or of a time series. Pieces may overlap."""

    label: str
    start: float
    """In seconds; of a series on its time axis."""
    end: float
    """After `start`, and not after the end of the recording or the series."""


@dataclass(frozen=True, slots=True)
class AudioSample:
    """One recording; `media` as in `ImageSample`."""

    sample_id: str
    media: str
    labels: tuple[str, ...] = ()
    """Of the recording as a whole."""
    split: Part | None = None
    annotated: bool = True
    attributes: Attributes = field(default_factory=dict)
    segments: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True)
class SeriesSample:
    """One time series; `media` as in `ImageSample`."""

    sample_id: str
    media: str
    labels: tuple[str, ...] = ()
    """None: what is said is said of ranges."""
    split: Part | None = None
    annotated: bool = True
    attributes: Attributes = field(default_factory=dict)
    segments: tuple[Segment, ...] = ()


Sample = ImageSample | TextSample | AudioSample | SeriesSample
