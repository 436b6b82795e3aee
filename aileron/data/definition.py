"""The dataset definition: ``datasets/NAME/dataset.yaml`` and ``expectations.yaml``.

A definition says where the data is and what its columns mean; it holds no data bytes. It
becomes the config of step `data.ingest` and the path of the file that the step reads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from aileron.core.documents import Document, check, read_document, suggestion
from aileron.core.errors import InvalidInput, NotFound
from aileron.data.images.spec import ImageDefinition
from aileron.data.samples import SampleName, materialise_sample
from aileron.data.specs import (
    DATA_FOLDER,
    TEST_FOLDER,
    ExpectationSpec,
    FileFormat,
    TableSpec,
)

DATASETS_FOLDER = "datasets"
DEFINITION_FILE = "dataset.yaml"
EXPECTATIONS_FILE = "expectations.yaml"
SUFFIXES: Final[Mapping[str, FileFormat]] = {
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".tab": "tsv",
    ".tsv": "tsv",
    ".xlsm": "excel",
    ".xlsx": "excel",
}
"""How the names of files end -> their format; all others are taken for CSV."""
_NOT_CONFIG = {"api_version", "kind", "modality", "source"}


class SourceSpec(BaseModel):
    """Where the data is: exactly one of a file and a bundled sample."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str | None = Field(None, description="path, relative to the dataset's folder")
    sample: SampleName | None = Field(None, description="data that comes with scikit-learn")
    test_file: str | None = Field(
        None, description="a second file, whose rows are the test part; relative as well"
    )

    @model_validator(mode="after")
    def _one(self) -> SourceSpec:
        if (self.file is None) == (self.sample is None):
            raise ValueError("give either `file` or `sample`")
        return self


class DatasetDefinition(TableSpec):
    """``dataset.yaml``."""

    api_version: Literal["aileron/v1"] = Field(alias="apiVersion")
    kind: Literal["Dataset"]
    modality: Literal["table"] = Field("table", description="table, or image for pictures")
    source: SourceSpec

    @model_validator(mode="before")
    @classmethod
    def _format_of_file(cls, values: Any) -> Any:
        """A file whose name ends as its format's files do needs no `format`."""
        source = values.get("source") if isinstance(values, dict) else None
        file = source.get("file") if isinstance(source, dict) else None
        if "format" in (values or {}) or not isinstance(file, str):
            return values
        known = SUFFIXES.get(Path(file).suffix.lower())
        return {**values, "format": known} if known else values


AnyDefinition = DatasetDefinition | ImageDefinition


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


def load_definition(folder: Path) -> AnyDefinition:
    """Read ``dataset.yaml`` of `folder`: of a table, or of pictures.

    Raises:
        InvalidInput: it is missing or wrong; names file, line and field.
    """
    document = read_document(folder / DEFINITION_FILE)
    definition: AnyDefinition
    if _modality(document) == "image":
        definition = check(ImageDefinition, document)
    else:
        definition = check(DatasetDefinition, document)
    if definition.name != folder.name:
        raise InvalidInput(
            "data.name_is_not_folder",
            where=document.where(("name",)),
            name=definition.name,
            folder=folder.name,
        )
    return definition


def _modality(document: Document) -> str:
    """What the document says, which decides which other fields there are."""
    found = document.values.get("modality")
    source = document.values.get("source")
    of_pictures = isinstance(source, dict) and not {"folder", "archive"}.isdisjoint(source)
    if found not in ("table", "image") and (found is not None or of_pictures):
        where = document.where(("modality",))
        raise InvalidInput("data.unknown_modality", where=where, found=found or "-")
    return found or "table"


def load_expectations(folder: Path) -> tuple[ExpectationSpec, ...]:
    """Expectations of ``expectations.yaml`` of `folder`; none if there is no such file."""
    path = folder / EXPECTATIONS_FILE
    if not path.is_file():
        return ()
    return check(ExpectationSuite, read_document(path)).expectations


def ingest_config(definition: AnyDefinition) -> dict[str, Any]:
    """The config of the step that imports what `definition` describes, as JSON values."""
    return definition.model_dump(mode="json", exclude=_NOT_CONFIG, exclude_defaults=True)


def resolve_source(source: SourceSpec, folder: Path, home: Path, where: str) -> dict[str, Path]:
    """Path inside the SOURCE artifact -> the file that lies there.

    A sample is written once under ``HOME/samples``. With a test file, the two lie in ``data/``
    and ``test/``. `folder` is what relative paths start from, `where` what a fault is said of.

    Raises:
        InvalidInput: a file does not exist or is a folder.
    """
    if source.sample is not None:
        data = materialise_sample(source.sample, home / "samples")
    else:
        data = _existing(folder / str(source.file), "source.file", where)
    if source.test_file is None:
        return {data.name: data}
    test = _existing(folder / source.test_file, "source.test_file", where)
    return {f"{DATA_FOLDER}/{data.name}": data, f"{TEST_FOLDER}/{test.name}": test}


def _existing(path: Path, field: str, where: str) -> Path:
    if not path.is_file():
        raise InvalidInput("data.no_source", where=where, path=str(path), field=field)
    return path.resolve()
