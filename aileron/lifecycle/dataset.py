"""The dataset of a lifecycle, as the workspace defines it, seen from the graph's side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from aileron.core.documents import Document
from aileron.core.settings import Settings
from aileron.data.card import AnyCard
from aileron.data.definition import (
    DATASETS_FOLDER,
    DEFINITION_FILE,
    AnyDefinition,
    DatasetDefinition,
    Modality,
    dataset_folder,
    defined_datasets,
    ingest_config,
    load_definition,
    load_expectations,
    resolve_source,
)
from aileron.data.limits import LimitsSpec, laid_over, load_limits
from aileron.data.sources.resolve import check_source

__all__ = ["DatasetDefinition", "LoadedDataset", "list_datasets", "load_dataset"]

INGEST: Final[Mapping[Modality, str]] = {
    "table": "data.ingest",
    "image": "data.ingest_images",
    "text": "data.ingest_texts",
    "audio": "data.ingest_audio",
    "series": "data.ingest_series",
}
"""Modality -> the step that imports such a dataset."""


class DatasetFacts(Protocol):
    """What decides which algorithms learn from a dataset, defined or versioned."""

    @property
    def name(self) -> str: ...

    @property
    def modality(self) -> Modality: ...

    @property
    def task(self) -> str: ...

    @property
    def several_labels(self) -> bool: ...


@dataclass(frozen=True)
class VersionedDataset:
    """`DatasetFacts` of a version, as its card says."""

    name: str
    modality: Modality
    task: str
    several_labels: bool

    @classmethod
    def of(cls, card: AnyCard) -> VersionedDataset:
        several = getattr(card, "label_type", "single") == "multi"
        return cls(card.name, card.modality, str(card.task), several)


@dataclass(frozen=True)
class LoadedDataset:
    """A definition and its expectations, as the configs of the steps that read them."""

    folder: Path
    definition: AnyDefinition
    expectations: tuple[Mapping[str, Any], ...]
    limits: LimitsSpec = field(default_factory=LimitsSpec)
    """Those of the workspace; the definition's own win."""

    @property
    def name(self) -> str:
        return self.definition.name

    @property
    def modality(self) -> Modality:
        return self.definition.modality

    @property
    def task(self) -> str:
        """What is to be learnt: ``classification``, ``regression``, ``detection``, ..."""
        return str(self.definition.task)

    @property
    def several_labels(self) -> bool:
        """Whether a sample may have any number of labels."""
        return getattr(self.definition, "label_type", "single") == "multi"

    @property
    def ingest_step(self) -> str:
        """The step that imports it."""
        return INGEST[self.modality]

    @property
    def ingest(self) -> Mapping[str, Any]:
        """Config of `ingest_step`, under the limits that hold for this dataset."""
        config = ingest_config(self.definition)
        limits = laid_over(self.limits, self.definition.limits)
        return config | ({"limits": limits} if limits else {})

    def source_files(self, settings: Settings) -> dict[str, Path]:
        """Path inside the source's artifact -> the file or folder that the dataset is made from.

        Raises:
            InvalidInput: it is not there.
        """
        return self._resolve(settings.home)

    def check_source(self) -> None:
        """Raise what is wrong with the source; no sample is written, nothing is fetched.

        Raises:
            InvalidInput: a file is not there, or a connection is of another kind.
            NotFound: there is no such connection.
            Refused: a path of the server is not allowed.
        """
        remote = self.definition.source.remote
        if remote is not None:
            check_source(remote, self.folder)
        elif getattr(self.definition.source, "sample", None) is None:
            self._resolve(self.folder)

    def _resolve(self, home: Path) -> dict[str, Path]:
        where = str(self.folder / DEFINITION_FILE)
        return resolve_source(self.definition.source, self.folder, home, where)


def list_datasets(settings: Settings) -> list[str]:
    """Names of the defined datasets, sorted."""
    return defined_datasets(settings.workspace)


def load_dataset(settings: Settings, name: str, document: Document | None = None) -> LoadedDataset:
    """Read the definition of dataset `name`.

    Args:
        document: what stands in for its file: the same with other values laid over it.

    Raises:
        InvalidInput: there is none, or the first thing wrong with it, with file and line.
    """
    folder = dataset_folder(settings.workspace, name)
    return LoadedDataset(
        folder=folder,
        definition=load_definition(folder, document),
        expectations=expectations_of(settings, name),
        limits=load_limits(settings.workspace),
    )


def expectations_of(settings: Settings, name: str) -> tuple[Mapping[str, Any], ...]:
    """What the workspace expects of dataset `name`, defined or not; nothing if it does not say."""
    folder = settings.workspace / DATASETS_FOLDER / name
    return tuple(item.model_dump(mode="json") for item in load_expectations(folder))
