"""Models, their versions, and who made which one the champion."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from aileron.client.records.common import Asked, ComparisonGroup, Metrics, Permissions, Record
from aileron.client.records.lifecycles import Reason


class ModelBrief(Record):
    """A model in a few words; metrics are its champion's."""

    name: str
    project: str
    champion: int | None = Field(description="the version that serves")
    versions: int = Field(description="how many there are")
    latest: int
    metrics: Metrics | None = None
    primary: str | None = None
    service: str | None = None
    since: datetime | None = None
    by: str | None = None


class Champion(Record):
    """The version that serves, and the fence that a change of it must name."""

    version: int
    fence: int
    service: str
    revision: int
    since: datetime
    by: str
    run_id: str | None = None


class Release(Champion):
    """A version that serves or served, from when on, by whom."""


class Verdict(Record):
    """What the gate said of a version."""

    accepted: bool
    reasons: tuple[Reason, ...]


class ModelVersion(Record):
    """A registered version of a model."""

    model: str
    version: int
    created: datetime
    champion: bool
    digest: str
    run_id: str | None = None
    dataset_version: str | None = None
    metrics: Metrics | None = None
    primary: str | None = None
    verdict: Verdict | None = None
    promotable: bool = Field(description="it has a package and is not the champion")
    has_report: bool = False
    mlflow_version: str | None = None
    mlflow_run_id: str | None = None
    mlflow_url: str | None = None


class Model(Record):
    """A model with its versions and releases, the newest first."""

    name: str
    project: str
    champion: Champion | None
    rollback_to: int | None = Field(None, description="the version that a roll-back brings back")
    versions: tuple[ModelVersion, ...]
    releases: tuple[Release, ...]
    permissions: Permissions


class VersionRow(Record):
    """One line of a comparison of two versions."""

    group: ComparisonGroup
    name: str
    a: Any
    b: Any
    differs: bool


class VersionComparison(Record):
    """Two versions of a model side by side."""

    model: str
    a: int
    b: int
    rows: tuple[VersionRow, ...]


class Promote(Asked):
    """Which version is to serve."""

    version: int = Field(ge=1)
    expected_fence: int | None = Field(
        None, description="refuse if another became champion since this one was seen"
    )


class Rollback(Asked):
    """Let the previous champion serve again."""

    expected_fence: int | None = Field(
        None, description="refuse if another became champion since this one was seen"
    )
