"""Services, their revisions, their traffic and what they take."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field

from aileron.client.records.common import Asked, Permissions, Record


class ServiceBrief(Record):
    """A service in a few words."""

    name: str
    project: str
    model: str
    model_version: int | None = Field(description="the version that gets the requests")
    state: str = Field(
        description="serving, updating, stopped, empty, or the state of its revision"
    )
    desired: Literal["running", "stopped"]
    url: str | None
    contract: str | None = Field(None, description="table or image")
    revision: int | None = None
    target: Literal["process", "kubernetes"] = "process"
    pool: str | None = Field(None, description="of target kubernetes")
    replicas: int = Field(1, description="pods that are wanted; a process is one")
    max_replicas: int | None = Field(None, description="so many pods under load")


class Revision(Record):
    """One package behind a service."""

    number: int
    model_version: int
    state: str
    desired: Literal["running", "stopped"]
    weight: int = Field(0, description="its share of the requests")
    address: str | None = None
    pid: int | None = None
    started: datetime
    updated: datetime
    reason: str | None = None
    has_log: bool = False
    target: Literal["process", "kubernetes"] = "process"
    pool: str | None = Field(None, description="of target kubernetes")
    replicas: int = Field(1, description="pods that are wanted; a process is one")
    max_replicas: int | None = Field(None, description="so many pods under load")


class Traffic(Record):
    """What the gateway counted: of the last `window_s` seconds, else since it started."""

    requests: int
    errors: int = Field(description="answers with a status of 500 or more")
    refused: int = Field(description="answers with a status of 400 to 499")
    error_rate: float
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    window_s: float | None = Field(None, description="null: since the gateway started")


class Feature(Record):
    """One field of a row that a table service takes."""

    name: str
    type: str
    categories: tuple[str, ...] | None = None
    missing_allowed: bool = True


class ServiceSchema(Record):
    """What a service takes and answers."""

    contract: str
    task: str | None = None
    features: tuple[Feature, ...] = ()
    classes: tuple[Any, ...] | None = None
    threshold: float | None = None


class Service(ServiceBrief):
    """A service with its revisions, traffic and schema."""

    champion_fence: int | None = None
    revisions: tuple[Revision, ...] = Field(description="the newest first")
    traffic: Traffic | None = Field(description="null when the gateway does not answer")
    service_schema: ServiceSchema | None = Field(alias="schema")
    permissions: Permissions

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)


class ServiceLog(Record):
    """A piece of a revision's log."""

    revision: int
    text: str
    next: int = Field(description="give it as `after` to read on")


class Scale(Asked):
    """How many pods a service is to have."""

    replicas: int = Field(ge=1, le=1000)


class Sample(Record):
    """A request to try a service with."""

    path: str
    body: Any


class Try(Asked):
    """A request that the gateway is to pass on."""

    body: Any
    path: str = Field("predict", pattern=r"^[A-Za-z0-9_]+(/[A-Za-z0-9_]+){0,5}$")


class TryAnswer(Record):
    """What a service answered, and how long it took."""

    status: int
    body: Any
    ms: float
