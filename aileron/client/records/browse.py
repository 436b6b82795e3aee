"""Samples and rows of a dataset version, as people look at them, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from aileron.client.records.common import Record

MediumSize = Literal["thumb", "screen", "full"]
"""thumb: at most 320 pixels a side; screen: at most 1600; full: the bytes as they were imported."""
MOST_SAMPLES = 200
"""Samples or rows of one page."""


@dataclass(frozen=True)
class Medium:
    """A picture or a recording: its bytes, and their type such as ``image/jpeg``."""

    content: bytes
    type: str


class SampleBox(Record):
    """An upright rectangle in pixels of the upright picture."""

    x: float
    y: float
    width: float
    height: float


class SamplePoint(Record):
    """One key point; `visibility` as COCO has it: 0 not there, 1 hidden, 2 seen."""

    x: float
    y: float
    visibility: int


class SampleObject(Record):
    """One thing that is drawn on a picture."""

    label: str
    box: SampleBox
    polygons: tuple[tuple[float, ...], ...] = Field((), description="x and y in turn")
    mask: str | None = Field(None, description="COCO's compressed run lengths, whole picture")
    points: tuple[SamplePoint, ...] = ()
    crowd: bool = False
    attributes: dict[str, Any] = Field(default_factory=dict)


class SampleSpan(Record):
    """A marked piece of a text, in characters; the end is exclusive."""

    label: str
    start: int
    end: int


class SampleSegment(Record):
    """A piece of a recording, in seconds, or of a time series, on its time axis."""

    label: str
    start: float
    end: float


class SampleRelation(Record):
    """What holds between two spans, by their places among the sample's spans."""

    label: str
    head: int
    tail: int


class SampleTurn(Record):
    """One message of a dialogue."""

    role: str
    content: str


class DatasetSample(Record):
    """One sample with all that is said of it."""

    sample_id: str
    split: str | None = None
    labels: tuple[str, ...] = ()
    annotated: bool = True
    attributes: dict[str, Any] = Field(default_factory=dict)
    has_medium: bool = Field(False, description="its bytes are at `medium`")
    width: int | None = Field(None, description="pixels of the upright picture")
    height: int | None = None
    format: str | None = Field(None, description="of the medium: JPEG, PNG, WAV, ...")
    size: int | None = Field(None, description="bytes of the medium")
    seconds: float | None = Field(None, description="how long a recording is")
    sample_rate: int | None = Field(None, description="of a recording, per second")
    channels: int | None = None
    objects: tuple[SampleObject, ...] = ()
    text: str | None = None
    pair: str | None = None
    tokens: tuple[str, ...] = ()
    tags: tuple[str, ...] = Field((), description="one per token, in scheme IOB2")
    spans: tuple[SampleSpan, ...] = ()
    relations: tuple[SampleRelation, ...] = ()
    turns: tuple[SampleTurn, ...] = ()
    segments: tuple[SampleSegment, ...] = Field(
        (), description="of a recording: what is heard when; of a time series: its ranges"
    )
    time: Literal["date", "number"] | None = Field(
        None, description="of a time series: what its time is"
    )
    points: int | None = Field(None, description="of a time series")
    first: float | None = Field(
        None, description="time of a series' first point: of dates in seconds since 1970, UTC"
    )
    last: float | None = Field(None, description="time of its last point")


class SampleCount(Record):
    """How many samples have a label, or are of a part."""

    name: str
    samples: int


class KeyPoints(Record):
    """Names of the key points of a class, and which of them a line joins."""

    names: tuple[str, ...]
    skeleton: tuple[tuple[int, ...], ...] = ()


class SamplePage(Record):
    """Samples of a version from `offset` on, and what there is to choose from."""

    dataset: str
    version: int
    modality: str
    task: str
    total: int = Field(description="samples that were asked for, on all pages")
    offset: int
    samples: tuple[DatasetSample, ...]
    every: int = Field(description="samples of the version")
    waiting: int = Field(description="samples that nobody has annotated yet")
    classes: tuple[SampleCount, ...] = Field(description="in the order of the card")
    parts: tuple[SampleCount, ...]
    points: Mapping[str, KeyPoints] = Field(default_factory=dict)


class ConditionFact(Record):
    """What a condition may be about: a column of a table, the width of pictures, ..."""

    name: str
    kind: Literal["number", "text", "date", "any"]
    values: tuple[str, ...] = Field((), description="of a category: its values, at most 200")


class Vocabulary(Record):
    """The names that options of operations on a version may hold."""

    dataset: str
    version: int
    facts: tuple[ConditionFact, ...] = Field(description="what conditions may be about")
    columns: tuple[str, ...] = Field(description="of a table")
    labels: tuple[str, ...] = Field(description="in the order of the card")


class RowPage(Record):
    """Rows of a table from `offset` on."""

    dataset: str
    version: int
    columns: tuple[dict[str, Any], ...] = Field(description="as the card describes them")
    total: int
    offset: int
    ids: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...] = Field(description="one value per column; null if missing")
