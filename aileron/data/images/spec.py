"""What a user says about a folder of pictures; shared by the definition and by the ingest step.

Pydantic only.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from aileron.core.names import Name
from aileron.data.images.card import ImageTask
from aileron.data.labels import LabelType

MOST_CLASSES = 1000


class ImageSpec(BaseModel):
    """What the pictures mean."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name = Field(description="name of the dataset")
    display_name: str | None = Field(None, description="free name for people")
    task: ImageTask = Field("classification", description="what is predicted")
    format: str | None = Field(
        None,
        description="how pictures and annotations are laid out: coco, voc, yolo, ... "
        "(`aileron dataset formats --modality image`); default: for a classification folders "
        "of classes if there are any, else the format that fits",
    )
    label_type: LabelType = Field(
        "single", description="single: one label per picture; multi: any number, from labels.csv"
    )
    classes: tuple[str, ...] | None = Field(
        None,
        min_length=1,
        max_length=MOST_CLASSES,
        description="labels in order, the positive one last; default: those found, sorted",
    )
    max_refused: float = Field(
        0.05, ge=0, le=1, description="share of corrupt pictures above which the import fails"
    )
    licence: str | None = Field(None, description="what allows the use of the data")
    owner: str | None = Field(None, description="who answers for the data")

    @model_validator(mode="after")
    def _consistent(self) -> ImageSpec:
        if self.label_type == "multi" and self.task != "classification":
            raise ValueError("`label_type: multi` belongs to a classification")
        if self.classes and len(set(self.classes)) != len(self.classes):
            raise ValueError("`classes` names a class twice")
        alone = self.label_type == "single" and self.task == "classification"
        if self.classes and len(self.classes) < 2 and alone:
            raise ValueError("`classes` must name at least two")
        return self


class ImageSourceSpec(BaseModel):
    """Where the pictures are: exactly one of a folder, an archive and a bundled sample."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: str | None = Field(
        None, description="folder with a folder per class; relative to the dataset's folder"
    )
    archive: str | None = Field(None, description="zip or tar of such a folder")
    sample: Literal["digits"] | None = Field(
        None, description="digits: scikit-learn's handwritten digits as pictures of 64 x 64"
    )

    @model_validator(mode="after")
    def _one(self) -> ImageSourceSpec:
        if sum(place is not None for place in (self.folder, self.archive, self.sample)) != 1:
            raise ValueError("give one of `folder`, `archive` and `sample`")
        return self


class ImageDefinition(ImageSpec):
    """``dataset.yaml`` of a dataset of pictures."""

    api_version: Literal["aileron/v1"] = Field(alias="apiVersion")
    kind: Literal["Dataset"]
    modality: Literal["image"]
    source: ImageSourceSpec
