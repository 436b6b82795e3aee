"""Datasets, their versions, and what changed between two of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from aileron.client.records.common import Permissions, Record
from aileron.client.records.lifecycles import RunBrief

Visibility = Literal["private", "project", "public", "preset"]


class DatasetBrief(Record):
    """A dataset in a few words."""

    name: str
    project: str
    id: int | None = Field(None, description="a number for programs that want one")
    display_name: str | None = None
    modality: str | None = None
    task: str | None = None
    latest: int | None = Field(None, description="the newest version; null before the first run")
    versions: int = 0
    rows: int | None = Field(None, description="samples or rows of the newest version")
    size: int | None = Field(None, description="bytes of the newest version")
    balance: float | None = Field(
        None, description="samples of the rarest class, as a share of the most frequent one's"
    )
    updated: datetime | None = None
    owner: str | None = Field(None, description="who made the first version")
    visibility: Visibility = Field("project", description="who may see it")
    online: bool = Field(True, description="whether runs and other projects may use it")
    tags: tuple[str, ...] = ()
    favourite: bool = Field(False, description="on the asker's own list")
    deleted: datetime | None = Field(None, description="since when; null if it is there")
    permissions: Permissions = Field(default_factory=dict)
    problem: str | None = Field(None, description="why its definition cannot be used")
    last_import: RunBrief | None = Field(None, description="the newest run of its own import")


class Lock(Record):
    """Who keeps a version from being deleted, and why."""

    by: str
    reason: str
    since: datetime


class DatasetVersion(Record):
    """One version of a dataset."""

    id: int = Field(description="a number for programs that want one, of all datasets' versions")
    project: str
    dataset: str
    version: int
    tag: str
    created: datetime
    digest: str
    size: int = Field(description="bytes")
    rows: int | None = None
    columns: int | None = Field(None, description="of a table")
    refused: int = Field(0, description="samples or rows that its import left out")
    locked: Lock | None = Field(None, description="what keeps it from being deleted")
    deleted: datetime | None = Field(None, description="since when; null if it is there")
    deleted_by: str | None = None


class Dataset(DatasetBrief):
    """A dataset with its versions, the newest first, and the newest one's card."""

    history: tuple[DatasetVersion, ...]
    card: dict[str, Any] | None = None
    profiled: tuple[int, ...] = Field((), description="versions that have a profile and a report")


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
