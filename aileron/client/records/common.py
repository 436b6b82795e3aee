"""What the records of all nouns share."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from aileron.core.access import Permission, Role
from aileron.core.errors import Language

Permissions = dict[str, Permission]
"""Verb -> whether the asker may do it, and which role may."""
Metrics = dict[str, float]
ComparisonGroup = Literal["parameter", "metric", "dataset", "version"]


class Record(BaseModel):
    """A frozen answer; fields that a newer server adds are let through unread."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Asked(BaseModel):
    """A frozen question; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Title(Record):
    """A name in both languages."""

    en: str
    zh: str


class Session(Record):
    """Who is asking, and what they may do."""

    actor: str
    role: Role
    project: str
    language: Language
    identity: Literal["token", "airflow", "local"]
    permissions: Permissions


class Comparison(Record):
    """One line of a comparison: what was the same or differs."""

    group: ComparisonGroup
    name: str
    values: tuple[Any, ...] = Field(description="one per compared thing, null where it has none")
    differs: bool


class LogPiece(Record):
    """A piece of a log, and where the next one begins."""

    text: str
    next_offset: int = Field(description="give it as `offset` to read on")
    ended: bool = Field(description="nothing more will come")


class Event(Record):
    """One change: who did what to what."""

    id: int
    time: datetime
    actor: str
    verb: str
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    correlation: str | None
