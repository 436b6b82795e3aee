"""What a user says about pictures, texts or recordings alike. Pydantic only.

Each kind of dataset adds its task and its own description of `format`; the definition and the
ingest step share the whole, so that the two cannot drift apart.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from aileron.core.names import Name
from aileron.data.labels import LabelType

OnProblem = Literal["refuse", "leave_out"]
Repeats = Literal["keep", "drop"]


class SamplesSpec(BaseModel):
    """What samples with labels mean."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name = Field(description="name of the dataset")
    display_name: str | None = Field(None, description="free name for people")
    task: str = Field("classification", description="what is predicted")
    format: str | None = Field(None, description="how samples and annotations are laid out")
    label_type: LabelType = Field(
        "single", description="single: one label per sample; multi: any number"
    )
    classes: tuple[str, ...] | None = Field(
        None, min_length=1, description="labels in order; default: those found, sorted"
    )
    repeats: Repeats = Field(
        "keep", description="drop: of samples with the same content, the last one alone is taken"
    )
    max_refused: float = Field(
        0.05, ge=0, le=1, description="share of unusable samples above which the import fails"
    )
    on_problem: OnProblem = Field(
        "leave_out",
        description="refuse: one unusable sample, and nothing is imported; leave_out: it is left "
        "out, up to max_refused",
    )
    licence: str | None = Field(None, description="what allows the use of the data")
    owner: str | None = Field(None, description="who answers for the data")

    @model_validator(mode="after")
    def _labels_fit(self) -> SamplesSpec:
        if self.label_type == "multi" and self.task != "classification":
            raise ValueError("`label_type: multi` belongs to a classification")
        if self.classes and len(set(self.classes)) != len(self.classes):
            raise ValueError("`classes` names a class twice")
        return self

    @property
    def lenient(self) -> bool:
        """Whether the rest is imported where samples cannot be used."""
        return self.on_problem == "leave_out"
