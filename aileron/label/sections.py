"""The parts of a label spec: classes, attributes, audit, people. Pydantic only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from aileron.core.names import Name

AttributeKind = Literal["boolean", "choice", "number", "text"]
Label = Annotated[str, Field(min_length=1, max_length=200)]
Word = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,39}$")]


class Section(BaseModel):
    """Base of the parts: frozen, and closed."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class LabelClass(Section):
    """A class that people can choose."""

    name: Label = Field(description="as the dataset has it")
    display_name: str | None = Field(None, min_length=1, description="what people read instead")
    colour: str | None = Field(
        None, pattern=r"^#[0-9A-Fa-f]{6}$", description="such as #1f77b4; default: one of its own"
    )
    shortcut: str | None = Field(
        None, pattern=r"^[a-z0-9]$", description="the key that chooses it: a letter or a digit"
    )
    description: str | None = Field(None, description="when it is the right one")
    points: tuple[Label, ...] = Field((), description="names of its key points, in order")
    skeleton: tuple[tuple[int, int], ...] = Field(
        (), description="pairs of key points that a line joins, counted from 0"
    )

    @model_validator(mode="after")
    def _points_apart(self) -> LabelClass:
        check_apart("points", self.points)
        ends = [end for pair in self.skeleton for end in pair]
        if any(not 0 <= end < len(self.points) for end in ends):
            raise ValueError("`skeleton` joins key points that `points` does not name")
        return self

    @property
    def shown(self) -> str:
        """What people read."""
        return self.display_name or self.name


class LabelAttribute(Section):
    """One more thing that people say."""

    name: Word = Field(description="letters, digits and _")
    display_name: str | None = Field(None, min_length=1, description="what people read instead")
    kind: AttributeKind = Field(description="what its value is")
    of: Literal["object", "sample"] = Field(
        "sample", description="object: of each thing that is drawn; sample: of the whole"
    )
    choices: tuple[Label, ...] = Field((), description="the values of a choice")
    required: bool = Field(False, description="nothing can be submitted without it")

    @model_validator(mode="after")
    def _of_its_kind(self) -> LabelAttribute:
        if (len(self.choices) >= 2) != (self.kind == "choice"):
            raise ValueError("`choices` belongs to kind choice, which has at least two")
        check_apart("choices", self.choices)
        return self

    @property
    def shown(self) -> str:
        """What people read."""
        return self.display_name or self.name


class Audit(Section):
    """How much of a submitted package a reviewer looks at."""

    share: float | None = Field(
        None, ge=0, le=1, description="share of its samples, at random; 0: none; 1: all"
    )
    count: int | None = Field(None, ge=0, description="or how many of them")

    @model_validator(mode="after")
    def _one(self) -> Audit:
        if (self.share is None) == (self.count is None):
            raise ValueError("say one of `share` and `count`")
        return self

    def wanted(self, size: int) -> int:
        """How many of `size` samples are looked at: at least one, unless it says none."""
        if self.count is not None:
            return min(self.count, size)
        share = self.share or 0.0
        return min(size, max(1, round(share * size))) if share else 0


class Person(Section):
    """Somebody who annotates."""

    name: str = Field(min_length=1, max_length=100, description="as they sign in")
    skills: tuple[Word, ...] = Field((), description="what they can do, for `by_skill`")


class Suggestions(Section):
    """What proposes labels before anybody looks."""

    service: Name | None = Field(
        None, description="a service of the project that says what is in pictures"
    )
    url: str | None = Field(
        None,
        max_length=500,
        pattern=r"^https?://[^/\s@?#]+(/[^\s@?#]*)?$",
        description="or an ML backend of Label Studio, on a host that connections.yaml allows",
    )

    @model_validator(mode="after")
    def _one(self) -> Suggestions:
        if (self.service is None) == (self.url is None):
            raise ValueError("say one of `service` and `url`")
        return self


def _named(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


Annotator = Annotated[Person, BeforeValidator(_named)]
Class = Annotated[LabelClass, BeforeValidator(_named)]


def check_apart(field: str, names: Iterable[str]) -> None:
    """Raise `ValueError` if one of `names` is there twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"`{field}` has {name!r} twice")
        seen.add(name)
