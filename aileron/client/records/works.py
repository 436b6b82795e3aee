"""What is asked for of datasets: imports, operations, exports."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from aileron.client.records.common import Asked, Record, Title
from aileron.client.records.lifecycles import Form


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


class OperationTry(Asked):
    """An operation to be shown on some samples, before it is started."""

    operation: str = Field(description="prepare_images, augment, ...: a previewable one")
    version: int | None = Field(None, ge=1, le=2**31 - 1, description="default: the newest")
    options: dict[str, Any] = Field({}, description="config of the step")
    count: int = Field(6, ge=1, le=12, description="samples, taken evenly from all")
    seed: int = Field(0, ge=0, le=2**32 - 1, description="of every random choice, as of a run")


class TriedSample(Record):
    """One sample before and after."""

    sample_id: str
    picture: str = Field(description="both side by side: a PNG of at most 648 x 320, in base64")


class OperationPreview(Record):
    """What an operation would make of some samples; nothing is written."""

    operation: str
    dataset: str
    version: int
    samples: tuple[TriedSample, ...]


class ExportStart(Asked):
    """Files to be made of a version."""

    format: str = Field(description="coco, voc, csv, parquet, ...")
    version: int | None = Field(None, ge=1, description="default: the latest")
    options: dict[str, str] = Field({}, description="of the format")


class DataFormat(Record):
    """A format that data can be in, to be imported from and exported to."""

    name: str
    title: Title
    modality: str
    tasks: tuple[str, ...] = Field(description="what it can say, the most common one first")
    options: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="of an export: option -> its values, the default first"
    )


class OperationShape(Record):
    """An operation that makes a version from a version, and the form of its options."""

    name: str
    title: Title
    description: str = Field(description="what it does, in the reader's language")
    modalities: tuple[str, ...] = Field((), description="kinds of data it is for; empty: all")
    tasks: tuple[str, ...] = Field((), description="tasks of data it is for; empty: all")
    previewable: bool = Field(False, description="whether `preview` shows what it would make")
    merges: bool = Field(description="whether it needs a second dataset")
    sources: tuple[str, ...] = Field((), description="inputs that may come from a file")
    form: Form
