"""The dataset of a lifecycle, as the workspace defines it, seen from the graph's side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aileron.core.settings import Settings
from aileron.data.definition import (
    DatasetDefinition,
    dataset_folder,
    defined_datasets,
    ingest_config,
    load_definition,
    load_expectations,
    resolve_source,
)

__all__ = ["DatasetDefinition", "LoadedDataset", "list_datasets", "load_dataset"]


@dataclass(frozen=True)
class LoadedDataset:
    """A definition and its expectations, as the configs of the steps that read them."""

    folder: Path
    definition: DatasetDefinition
    expectations: tuple[Mapping[str, Any], ...]

    @property
    def name(self) -> str:
        return self.definition.name

    @property
    def task(self) -> str:
        """``classification`` or ``regression``."""
        return str(self.definition.task)

    @property
    def ingest(self) -> Mapping[str, Any]:
        """Config of step ``data.ingest``."""
        return ingest_config(self.definition)

    @property
    def target(self) -> str:
        return self.definition.target

    def source_file(self, settings: Settings) -> Path:
        """The file that the dataset is made from.

        Raises:
            InvalidInput: it is not there.
        """
        return resolve_source(self.definition, self.folder, settings.home)

    def check_source(self) -> None:
        """`source_file` without writing a sample."""
        if self.definition.source.file is not None:
            resolve_source(self.definition, self.folder, self.folder)


def list_datasets(settings: Settings) -> list[str]:
    """Names of the defined datasets, sorted."""
    return defined_datasets(settings.workspace)


def load_dataset(settings: Settings, name: str) -> LoadedDataset:
    """Read the definition of dataset `name`.

    Raises:
        InvalidInput: there is none, or the first thing wrong with it, with file and line.
    """
    folder = dataset_folder(settings.workspace, name)
    return LoadedDataset(
        folder=folder,
        definition=load_definition(folder),
        expectations=tuple(item.model_dump(mode="json") for item in load_expectations(folder)),
    )
