"""The dataset definition: ``datasets/NAME/dataset.yaml`` and ``expectations.yaml``.

A definition says where the data is and what its columns mean; it holds no data bytes. It
becomes the config of step `data.ingest` and the path of the file that the step reads.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from aileron.core.documents import check, read_document, suggestion
from aileron.core.errors import InvalidInput, NotFound
from aileron.data.samples import SampleName, materialise_sample
from aileron.data.specs import ExpectationSpec, TableSpec

DATASETS_FOLDER = "datasets"
DEFINITION_FILE = "dataset.yaml"
EXPECTATIONS_FILE = "expectations.yaml"
_NOT_CONFIG = {"api_version", "kind", "source"}


class SourceSpec(BaseModel):
    """Where the data is: exactly one of a file and a bundled sample."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str | None = Field(None, description="path, relative to the dataset's folder")
    sample: SampleName | None = Field(None, description="data that comes with scikit-learn")

    @model_validator(mode="after")
    def _one(self) -> SourceSpec:
        if (self.file is None) == (self.sample is None):
            raise ValueError("give either `file` or `sample`")
        return self


class DatasetDefinition(TableSpec):
    """``dataset.yaml``."""

    api_version: Literal["aileron/v1"] = Field(alias="apiVersion")
    kind: Literal["Dataset"]
    source: SourceSpec

    @model_validator(mode="before")
    @classmethod
    def _format_of_file(cls, values: Any) -> Any:
        """A file that ends in ``.parquet`` needs no `format`."""
        source = values.get("source") if isinstance(values, dict) else None
        file = source.get("file") if isinstance(source, dict) else None
        if "format" not in (values or {}) and isinstance(file, str) and file.endswith(".parquet"):
            return {**values, "format": "parquet"}
        return values


class ExpectationSuite(BaseModel):
    """``expectations.yaml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_version: Literal["aileron/v1"] = Field(alias="apiVersion")
    kind: Literal["ExpectationSuite"]
    expectations: tuple[ExpectationSpec, ...] = ()

    @field_validator("expectations")
    @classmethod
    def _snake_case(cls, expectations: tuple[ExpectationSpec, ...]) -> tuple[ExpectationSpec, ...]:
        for expectation in expectations:
            if not re.fullmatch(r"[a-z][a-z0-9_]*", expectation.type):
                raise ValueError(
                    f"{expectation.type!r}: write its type like expect_column_to_exist"
                )
        return expectations


def dataset_folder(workspace: Path, name: str) -> Path:
    """The folder of dataset `name` in `workspace`.

    Raises:
        NotFound: there is no definition of that name.
    """
    folder = workspace / DATASETS_FOLDER / name
    if not (folder / DEFINITION_FILE).is_file():
        raise NotFound(
            "data.unknown_dataset", name=name, hint=suggestion(name, defined_datasets(workspace))
        )
    return folder


def defined_datasets(workspace: Path) -> list[str]:
    """Names of the datasets that `workspace` defines, sorted."""
    files = (workspace / DATASETS_FOLDER).glob(f"*/{DEFINITION_FILE}")
    return sorted(path.parent.name for path in files)


def load_definition(folder: Path) -> DatasetDefinition:
    """Read ``dataset.yaml`` of `folder`.

    Raises:
        InvalidInput: it is missing or wrong; names file, line and field.
    """
    document = read_document(folder / DEFINITION_FILE)
    definition = check(DatasetDefinition, document)
    if definition.name != folder.name:
        raise InvalidInput(
            "data.name_is_not_folder",
            where=document.where(("name",)),
            name=definition.name,
            folder=folder.name,
        )
    return definition


def load_expectations(folder: Path) -> tuple[ExpectationSpec, ...]:
    """Expectations of ``expectations.yaml`` of `folder`; none if there is no such file."""
    path = folder / EXPECTATIONS_FILE
    if not path.is_file():
        return ()
    return check(ExpectationSuite, read_document(path)).expectations


def ingest_config(definition: DatasetDefinition) -> dict[str, Any]:
    """The config of step ``data.ingest`` for `definition`, as JSON values."""
    return definition.model_dump(mode="json", exclude=_NOT_CONFIG, exclude_defaults=True)


def resolve_source(definition: DatasetDefinition, folder: Path, home: Path) -> Path:
    """The file to import: the named one, or the sample written once under ``HOME/samples``.

    Raises:
        InvalidInput: the file does not exist or is a folder.
    """
    if definition.source.sample is not None:
        return materialise_sample(definition.source.sample, home / "samples")
    path = folder / str(definition.source.file)
    if not path.is_file():
        where = str(folder / DEFINITION_FILE)
        raise InvalidInput("data.no_source", where=where, path=str(path))
    return path.resolve()
