"""Drafts: dataset versions in the making, to which samples are added one at a time."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field, model_validator

from aileron.client.records.common import Asked, Record

MOST_LABELS = 10_000


class Draft(Record):
    """A version in the making."""

    number: int = Field(description="no version has it as its id")
    dataset: str
    joins: bool = Field(description="whether versions also have the samples of the one before")
    kind: str | None = Field(description="what the one who began it calls its kind")
    description: str
    samples: int
    size: int = Field(description="bytes of the samples")
    begun_by: str
    begun: datetime
    due: datetime | None = Field(description="when the last import of what was added began")
    open: bool = Field(description="whether it takes samples: the newest of its dataset does")
    after: int = Field(description="versions up to this number are not of it")
    versions: tuple[int, ...] = Field(description="those that were made of it, the newest first")


class BeginDraft(Asked):
    """A draft to be begun."""

    dataset: str = Field(min_length=1, max_length=40)
    joins: bool = Field(False, description="what is added joins the version before")
    kind: str | None = Field(None, max_length=100)
    description: str = Field("", max_length=500)


class SampleLabel(Asked):
    """A label of a sample that is added; with a box, of a thing in a picture."""

    name: str = Field(min_length=1, max_length=200)
    left: float | None = Field(None, description="pixels, of a box; the others as well")
    top: float | None = None
    width: float | None = None
    height: float | None = None

    @model_validator(mode="after")
    def _whole_box(self) -> SampleLabel:
        sides = (self.left, self.top, self.width, self.height)
        if None in sides and sides != (None,) * 4:
            raise ValueError("a box has left, top, width and height")
        if not self.name.strip():
            raise ValueError("a label has a name")
        return self


class NewSample(Asked):
    """A sample to be added."""

    content: str = Field(
        min_length=1, description="a picture in Base64; a text; a pair of texts joined by a tab"
    )
    labels: tuple[SampleLabel, ...] = Field((), max_length=MOST_LABELS)
    replace: bool = Field(
        False, description="of a sample that is there: its labels are these, not these as well"
    )
