"""What a user says about texts; shared by the definition and by the ingest step.

Pydantic only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from aileron.data.definition_head import DefinitionHead
from aileron.data.limits import TextsLimits
from aileron.data.sample_spec import SamplesSpec
from aileron.data.source_specs import FilesSourceSpec
from aileron.data.texts.card import TextTask


class TextSpec(SamplesSpec):
    """What the texts mean."""

    task: TextTask = Field("classification", description="what is predicted")
    format: str | None = Field(
        None,
        description="how texts and annotations are laid out: text_csv, bml_txt, brat, ... "
        "(`aileron dataset formats --modality text`); default: the format that fits",
    )
    limits: TextsLimits = Field(
        TextsLimits(), description="what is taken, instead of the workspace's limits"
    )
    options: Mapping[str, str] = Field({}, description="of the format, as its documentation says")

    @model_validator(mode="after")
    def _options_of_a_format(self) -> TextSpec:
        if self.options and self.format is None:
            raise ValueError("`options` belong to a `format`; name it")
        return self


class TextDefinition(TextSpec, DefinitionHead):
    """``dataset.yaml`` of a dataset of texts."""

    modality: Literal["text"]
    source: FilesSourceSpec
