"""What a user says about a folder of pictures; shared by the definition and by the ingest step.

Pydantic only.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from aileron.data.definition_head import DefinitionHead
from aileron.data.images.card import ImageTask
from aileron.data.labels import LabelType
from aileron.data.limits import ImageLimits
from aileron.data.sample_spec import SamplesSpec
from aileron.data.source_specs import ImageSourceSpec

MOST_CLASSES = 1000


class ImageSpec(SamplesSpec):
    """What the pictures mean."""

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

    limits: ImageLimits = Field(
        ImageLimits(), description="what is taken, instead of the workspace's limits"
    )

    @model_validator(mode="after")
    def _two_classes(self) -> ImageSpec:
        alone = self.label_type == "single" and self.task == "classification"
        if self.classes and len(self.classes) < 2 and alone:
            raise ValueError("`classes` must name at least two")
        return self


class ImageDefinition(ImageSpec, DefinitionHead):
    """``dataset.yaml`` of a dataset of pictures."""

    modality: Literal["image"]
    source: ImageSourceSpec
