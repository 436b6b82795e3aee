"""What is asked for of datasets: imports, operations, exports."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from aileron.client.records.common import Asked


class Define(Asked):
    """A dataset to be defined."""

    definition: dict[str, Any] = Field(
        description="the fields of dataset.yaml; apiVersion and kind may be left out"
    )


class ImportStart(Asked):
    """How a dataset is to be imported this time."""

    values: dict[str, Any] = Field({}, description="dotted path of the definition -> value")
    force: bool = Field(False, description="read the source again, whatever the cache holds")


class OperationStart(Asked):
    """A version to be made from a version."""

    operation: str = Field(description="merge, sample, filter, relabel, resplit, compact, ...")
    version: int | None = Field(None, ge=1, description="default: the latest")
    other: str | None = Field(None, description="second dataset of a merge: `name` or `name@v3`")
    options: dict[str, Any] = Field({}, description="config of the step")
    sources: dict[str, dict[str, Any]] = Field(
        {}, description="input of the step -> where its file is"
    )


class ExportStart(Asked):
    """Files to be made of a version."""

    format: str = Field(description="coco, voc, csv, parquet, ...")
    version: int | None = Field(None, ge=1, description="default: the latest")
    options: dict[str, str] = Field({}, description="of the format")
