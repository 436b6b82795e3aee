"""What a user says about recordings; shared by the definition and by the ingest step.

Pydantic only.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from aileron.data.audio.card import AudioTask
from aileron.data.definition_head import DefinitionHead
from aileron.data.limits import RecordingLimits
from aileron.data.sample_spec import SamplesSpec
from aileron.data.source_specs import FilesSourceSpec


class AudioSpec(SamplesSpec):
    """What the recordings mean."""

    task: AudioTask = Field("classification", description="what is predicted")
    format: str | None = Field(
        None,
        description="how recordings and annotations are laid out: audio_folders, audio_csv, ... "
        "(`aileron dataset formats --modality audio`); default: the format that fits",
    )
    limits: RecordingLimits = Field(
        RecordingLimits(), description="what is taken, instead of the workspace's limits"
    )


class AudioDefinition(AudioSpec, DefinitionHead):
    """``dataset.yaml`` of a dataset of recordings."""

    modality: Literal["audio"]
    source: FilesSourceSpec
