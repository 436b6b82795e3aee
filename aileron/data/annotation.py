"""All that is said of one sample, as JSON: the form in which labelling hands it over.

Names and meanings are those of `aileron.data.formats.records`: pixels of the upright picture,
characters of a text, the end exclusive, seconds of a recording, times of a
series. What is not said is left out of the JSON, so that equal annotations have equal digests.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from aileron.core.digest import digest_json
from aileron.data.formats.records import Box, KeyPoint, Object, Scalar, Segment

Number = Annotated[float, Field(allow_inf_nan=False)]
Side = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Place = Annotated[int, Field(ge=0)]


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ObjectBox(_Said):
    """An upright rectangle, in pixels."""

    x: Number
    y: Number
    width: Side
    height: Side


class ObjectPoint(_Said):
    """One key point; `visibility` as COCO has it: 0 not there, 1 hidden, 2 seen."""

    x: Number
    y: Number
    visibility: int = Field(2, ge=0, le=2)


class AnnotatedObject(_Said):
    """One thing that is drawn on a picture."""

    label: str = Field(min_length=1)
    box: ObjectBox
    polygons: tuple[tuple[Number, ...], ...] = ()
    mask: str | None = None
    """COCO's compressed run lengths over the whole picture."""
    points: tuple[ObjectPoint, ...] = ()
    crowd: bool = False
    attributes: dict[str, Scalar] = {}

    @model_validator(mode="after")
    def _drawn(self) -> AnnotatedObject:
        if any(len(polygon) < 6 or len(polygon) % 2 for polygon in self.polygons):
            raise ValueError("a polygon has x and y of at least three points")
        if self.mask is not None and not self.mask.isascii():
            raise ValueError("`mask` holds COCO's compressed run lengths")
        return self

    def record(self) -> Object:
        """The same as what datasets hold."""
        box = self.box
        return Object(
            label=self.label,
            box=Box(box.x, box.y, box.width, box.height),
            polygons=self.polygons,
            mask=None if self.mask is None else self.mask.encode("ascii"),
            points=tuple(KeyPoint(one.x, one.y, one.visibility) for one in self.points),
            crowd=self.crowd,
            attributes=self.attributes,
        )


class AnnotatedSpan(_Said):
    """A marked piece of a text, in characters; the end is exclusive."""

    label: str = Field(min_length=1)
    start: Place
    end: Place

    @model_validator(mode="after")
    def _in_order(self) -> AnnotatedSpan:
        if self.end <= self.start:
            raise ValueError("a span ends behind its start")
        return self


class AnnotatedSegment(_Said):
    """A piece of a recording, in seconds, or of a time series, on its time axis."""

    label: str = Field(min_length=1)
    start: Number
    end: Number

    @model_validator(mode="after")
    def _in_order(self) -> AnnotatedSegment:
        if self.end <= self.start:
            raise ValueError("a segment ends behind its start")
        return self

    def record(self) -> Segment:
        """The same as what datasets hold."""
        return Segment(self.label, self.start, self.end)


class SpanRelation(_Said):
    """What holds between two spans, by their places among the annotation's spans."""

    label: str = Field(min_length=1)
    head: Place
    tail: Place


class Annotation(_Said):
    """All that somebody says of one sample."""

    labels: tuple[str, ...] = ()
    """Of the sample as a whole."""
    objects: tuple[AnnotatedObject, ...] = ()
    spans: tuple[AnnotatedSpan, ...] = ()
    relations: tuple[SpanRelation, ...] = ()
    tags: tuple[str, ...] = ()
    """One per token, in scheme IOB2."""
    segments: tuple[AnnotatedSegment, ...] = ()
    """Sound events, or ranges of a time series; they may overlap."""
    attributes: dict[str, Scalar] = {}

    @model_validator(mode="after")
    def _joined(self) -> Annotation:
        most = max((max(one.head, one.tail) for one in self.relations), default=-1)
        if most >= len(self.spans):
            raise ValueError(f"a relation joins span {most}, and there are {len(self.spans)}")
        return self

    @property
    def names(self) -> Sequence[str]:
        """Every label that it has, of whatever it says it."""
        tagged = (tag[2:] for tag in self.tags if tag != "O")
        drawn = (thing.label for thing in self.objects)
        marked = (span.label for span in self.spans)
        heard = (segment.label for segment in self.segments)
        return tuple(dict.fromkeys((*self.labels, *drawn, *marked, *tagged, *heard)))

    def to_json(self) -> dict[str, Any]:
        """The canonical JSON: without what is so by default."""
        return self.model_dump(mode="json", exclude_defaults=True)


def digest_of(annotation: Annotation | dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON of `annotation`: equal annotations, equal digests."""
    if not isinstance(annotation, Annotation):
        annotation = Annotation.model_validate(annotation)
    return digest_json(annotation.to_json())
