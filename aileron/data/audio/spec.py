"""What a user says about recordings; shared by the definition and by the ingest step.

Pydantic only.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from aileron.data.audio.card import AudioTask
from aileron.data.definition_head import DefinitionHead
from aileron.data.sample_spec import SamplesSpec
from aileron.data.source_specs import FilesSourceSpec

MOST_SECONDS = 3600.0
"""How long a recording may be unless a definition says otherwise."""


class AudioSpec(SamplesSpec):
    """What the recordings mean."""

    task: AudioTask = Field("classification", description="what is predicted")
    format: str | None = Field(
        None,
        description="how recordings and annotations are laid out: audio_folders, audio_csv, ... "
        "(`aileron dataset formats --modality audio`); default: the format that fits",
    )
    max_seconds: float = Field(MOST_SECONDS, gt=0, description="a longer recording is refused")


class AudioDefinition(AudioSpec, DefinitionHead):
    """``dataset.yaml`` of a dataset of recordings."""

    modality: Literal["audio"]
    source: FilesSourceSpec
