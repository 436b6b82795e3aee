"""The platform itself: overview, steps, tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from aileron.client.records.common import Asked, Record, Title
from aileron.client.records.lifecycles import Approval, RunBrief
from aileron.client.records.services import ServiceBrief
from aileron.core.access import Role
from aileron.core.names import Name


class Trouble(Record):
    """Something that is broken, and what to do about it."""

    subject: str
    kind: Literal["lifecycle", "run", "service", "dataset", "server"]
    sentence: str
    action: str
    link: str | None = Field(None, description="the page, as a path: /lifecycles/NAME")


class Counts(Record):
    lifecycles: int
    models: int
    services: int
    datasets: int


class Overview(Record):
    """What runs, what waits, what is broken."""

    running: tuple[RunBrief, ...]
    waiting: tuple[Approval, ...]
    broken: tuple[Trouble, ...]
    services: tuple[ServiceBrief, ...]
    counts: Counts


class ComponentBrief(Record):
    """An installed step."""

    name: str
    kind: Literal["component", "effect", "wait"]
    version: int
    title: Title


class PortShape(Record):
    kind: str
    optional: bool = False
    help: str = ""


class Component(ComponentBrief):
    """An installed step with its ports and the JSON Schema of its configuration."""

    inputs: dict[str, PortShape]
    outputs: dict[str, PortShape]
    config: dict[str, Any]


class NewToken(Asked):
    """A token to be made."""

    name: str = Field(min_length=1, max_length=80, description="what or whom it is for")
    role: Role
    project: Name | None = Field(None, description="the only project it is for; null is all")
    days: int | None = Field(90, ge=1, le=3650, description="life time; null is without end")


class Token(Record):
    """A token, without its secret."""

    id: str
    name: str
    role: Role
    project: str | None
    created: datetime
    created_by: str
    expires: datetime | None
    revoked: datetime | None
    state: Literal["active", "expired", "revoked"]


class MadeToken(Token):
    """A token that was just made: the only time that its secret is shown."""

    secret: str


class SignIn(Asked):
    """A token, to be kept in a cookie of this browser."""

    token: str = Field(min_length=1, max_length=200)
