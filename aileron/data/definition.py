"""The dataset definition: ``datasets/NAME/dataset.yaml`` and ``expectations.yaml``.

A definition says where the data is and what its columns mean; it holds no data bytes. It
becomes the config of step `data.ingest` and the path of the file that the step reads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from aileron.core.documents import Document, check, read_document, suggestion
from aileron.core.errors import InvalidInput, NotFound
from aileron.data.audio.spec import AudioDefinition
from aileron.data.definition_head import DefinitionHead
from aileron.data.images.digits import materialise_digits
from aileron.data.images.spec import ImageDefinition
from aileron.data.samples import materialise_sample
from aileron.data.series.spec import SeriesDefinition
from aileron.data.source_specs import AnySourceSpec, FilesSourceSpec, ImageSourceSpec, SourceSpec
from aileron.data.sources.resolve import fetch_source
from aileron.data.sources.spec import remote_file_name
from aileron.data.specs import (
    DATA_FOLDER,
    TEST_FOLDER,
    ExpectationSpec,
    FileFormat,
    TableSpec,
)
from aileron.data.texts.spec import TextDefinition

DATASETS_FOLDER = "datasets"
DEFINITION_FILE = "dataset.yaml"
EXPECTATIONS_FILE = "expectations.yaml"
Modality = Literal["table", "image", "text", "audio", "series"]
SUFFIXES: Final[Mapping[str, FileFormat]] = {
    ".csv": "csv",
    ".db": "sqlite",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
    ".tab": "tsv",
    ".tsv": "tsv",
    ".xlsm": "excel",
    ".xlsx": "excel",
}
"""How the names of files end -> their format; all others are taken for CSV."""
_NOT_CONFIG = {"api_version", "kind", "modality", "source", "import_"}


class DatasetDefinition(TableSpec, DefinitionHead):
    """``dataset.yaml``."""

    modality: Literal["table"] = Field("table", description="table, image, text, audio or series")
    source: SourceSpec

    @model_validator(mode="before")
    @classmethod
    def _format_of_file(cls, values: Any) -> Any:
        """A file whose name ends as its format's files do needs no `format`."""
        source = values.get("source") if isinstance(values, dict) else None
        own = source.get("file") if isinstance(source, dict) else None
        file = own or (remote_file_name(source) if isinstance(source, dict) else None)
        if "format" in (values or {}) or not isinstance(file, str):
            return values
        known = SUFFIXES.get(Path(file).suffix.lower())
        return {**values, "format": known} if known else values


AnyDefinition = (
    DatasetDefinition | ImageDefinition | TextDefinition | AudioDefinition | SeriesDefinition
)
DEFINITIONS: Final[Mapping[Modality, type[AnyDefinition]]] = {
    "table": DatasetDefinition,
    "image": ImageDefinition,
    "text": TextDefinition,
    "audio": AudioDefinition,
    "series": SeriesDefinition,
}
"""Modality -> what such a document is checked against; a table need not say its own."""


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


def load_definition(folder: Path, document: Document | None = None) -> AnyDefinition:
    """Read ``dataset.yaml`` of `folder`, as its `modality` says.

    Args:
        document: what stands in for the file: the same with other values laid over it.

    Raises:
        InvalidInput: it is missing or wrong; names file, line and field.
    """
    document = document or read_document(folder / DEFINITION_FILE)
    definition: AnyDefinition = check(DEFINITIONS[_modality(document)], document)
    if definition.name != folder.name:
        raise InvalidInput(
            "data.name_is_not_folder",
            where=document.where(("name",)),
            name=definition.name,
            folder=folder.name,
        )
    return definition


def _modality(document: Document) -> Modality:
    """What the document says, which decides which other fields there are."""
    found = document.values.get("modality")
    source = document.values.get("source")
    of_files = isinstance(source, dict) and not {"folder", "archive"}.isdisjoint(source)
    if found not in DEFINITIONS and (found is not None or of_files):
        where = document.where(("modality",))
        choices = ", ".join(DEFINITIONS)
        raise InvalidInput(
            "data.unknown_modality", where=where, found=found or "-", choices=choices
        )
    return cast("Modality", found or "table")


def load_expectations(folder: Path) -> tuple[ExpectationSpec, ...]:
    """Expectations of ``expectations.yaml`` of `folder`; none if there is no such file."""
    path = folder / EXPECTATIONS_FILE
    if not path.is_file():
        return ()
    return check(ExpectationSuite, read_document(path)).expectations


def ingest_config(definition: AnyDefinition) -> dict[str, Any]:
    """The config of the step that imports what `definition` describes, as JSON values."""
    return definition.model_dump(mode="json", exclude=_NOT_CONFIG, exclude_defaults=True)


def resolve_source(source: AnySourceSpec, folder: Path, home: Path, where: str) -> dict[str, Path]:
    """Path inside the SOURCE artifact -> the file that lies there, or the folder that becomes it.

    A sample is written once under ``HOME/samples``. With a test file, the two lie in ``data/``
    and ``test/``. `folder` is what relative paths start from, `where` what a fault is said of.
    What lies elsewhere is fetched.

    Raises:
        InvalidInput: a file does not exist or is a folder.
    """
    if isinstance(source, SourceSpec):
        return _table_source(source, folder, home, where)
    if source.remote is not None:
        return fetch_source(source.remote, folder, home, where)
    if isinstance(source, ImageSourceSpec) and source.sample is not None:
        digits = materialise_digits(home / "samples")
        return {digits.name: digits}
    return _files_source(source, folder, where)


def _table_source(source: SourceSpec, folder: Path, home: Path, where: str) -> dict[str, Path]:
    name: str | None = None
    if source.sample is not None:
        data = materialise_sample(source.sample, home / "samples")
    elif source.remote is not None:
        ((name, data),) = fetch_source(source.remote, folder, home, where).items()
        if data.is_dir():
            raise InvalidInput("data.sources.folder_for_table", where=where)
    else:
        data = _existing(folder / str(source.file), "source.file", where)
    name = name or data.name
    if source.test_file is None:
        return {name: data}
    test = _existing(folder / source.test_file, "source.test_file", where)
    return {f"{DATA_FOLDER}/{name}": data, f"{TEST_FOLDER}/{test.name}": test}


def _files_source(
    source: ImageSourceSpec | FilesSourceSpec, folder: Path, where: str
) -> dict[str, Path]:
    """`resolve_source` of a folder, an archive or one file."""
    if source.folder is not None:
        place = folder / source.folder
        if not place.is_dir():
            raise InvalidInput("data.no_folder", where=where, path=str(place))
        place = place.resolve()
        return {f"{place.name}.tar": place}
    if isinstance(source, FilesSourceSpec) and source.file is not None:
        data = _existing(folder / source.file, "source.file", where)
        return {data.name: data}
    place = folder / str(source.archive)
    if not place.is_file():
        raise InvalidInput("data.no_archive_file", where=where, path=str(place))
    return {place.name: place.resolve()}


def _existing(path: Path, field: str, where: str) -> Path:
    if not path.is_file():
        raise InvalidInput("data.no_source", where=where, path=str(path), field=field)
    return path.resolve()
