"""Datasets, their versions, and what changed between two of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from aileron.client.records.common import Record


class DatasetBrief(Record):
    """A dataset in a few words."""

    name: str
    project: str
    display_name: str | None = None
    modality: str | None = None
    task: str | None = None
    latest: int | None = Field(None, description="the newest version; null before the first run")
    versions: int = 0
    updated: datetime | None = None
    problem: str | None = Field(None, description="why its definition cannot be used")


class DatasetVersion(Record):
    """One version of a dataset."""

    dataset: str
    version: int
    tag: str
    created: datetime
    digest: str
    size: int = Field(description="bytes")
    rows: int | None = None


class Dataset(DatasetBrief):
    """A dataset with its versions, the newest first, and the newest one's card."""

    history: tuple[DatasetVersion, ...]
    card: dict[str, Any] | None = None


class ColumnChange(Record):
    """A column that is in both versions and is not the same."""

    name: str
    before: dict[str, Any]
    after: dict[str, Any]


class ColumnChanges(Record):
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[ColumnChange, ...] = ()


class RowChanges(Record):
    """Rows by their sample ids."""

    before: int
    after: int
    added: int
    removed: int
    changed: int = Field(description="the same id, another content")
    kept: int


class ClassChange(Record):
    """How often a label occurs in each version."""

    label: str
    before: int
    after: int


class DatasetDiff(Record):
    """What changed from version `a` to version `b`."""

    dataset: str
    a: int
    b: int
    same: bool
    columns: ColumnChanges
    rows: RowChanges
    classes: tuple[ClassChange, ...] = ()
