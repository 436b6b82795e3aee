"""What a user says about time series; shared by the definition and by the ingest step.

Pydantic only.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from aileron.data.definition_head import DefinitionHead
from aileron.data.limits import SeriesSetLimits
from aileron.data.sample_spec import SamplesSpec
from aileron.data.series.card import SeriesTask
from aileron.data.source_specs import FilesSourceSpec


class SeriesSpec(SamplesSpec):
    """What the time series mean."""

    task: SeriesTask = Field("event_detection", description="what is predicted")
    format: str | None = Field(
        None,
        description="how series and ranges are laid out: series_csv, series_table, ... "
        "(`aileron dataset formats --modality series`); default: the format that fits",
    )
    limits: SeriesSetLimits = Field(
        SeriesSetLimits(), description="what is taken, instead of the workspace's limits"
    )


class SeriesDefinition(SeriesSpec, DefinitionHead):
    """``dataset.yaml`` of a dataset of time series."""

    modality: Literal["series"]
    source: FilesSourceSpec
