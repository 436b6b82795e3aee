"""What the cards of all kinds of dataset share: the file's name, its text, where it comes from.

A new field has a default, so that cards of old are read as they are; `format_version` is raised
when a field changes its meaning or goes away, and then the reader of the old one stays.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from aileron.core.names import Name

CARD_FILE = "card.json"
FORMAT_VERSION: Literal[1] = 1


class RefusedSample(BaseModel):
    """A file, or a line of one, that was left out, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    reason: str


class Made(BaseModel):
    """How a dataset came about that was made from another one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    operation: str
    """The step, ``data.relabel``."""
    options: Mapping[str, Any] = {}
    """What was chosen, without what is so by default."""
    other: str | None = None
    """Tag of the other version that went in, of a merge."""


class CardBase(BaseModel):
    """Base of the cards: frozen, and written the same way each time."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    format_version: Literal[1] = FORMAT_VERSION
    name: Name
    display_name: str | None = None
    licence: str | None = None
    owner: str | None = None
    parent: str | None = None
    """Tag of the version that this one was made from; of an import, of the version before."""
    made: Made | None = None
    """How it was made from that; None if it was imported."""
    created_by: str
    """The step and its version, ``data.ingest@2``."""

    def to_json(self) -> dict[str, Any]:
        """The JSON object of ``card.json``."""
        return self.model_dump(mode="json", by_alias=True)

    def text(self) -> str:
        """The text of ``card.json``: readable, and the same each time."""
        return json.dumps(self.to_json(), indent=2, ensure_ascii=False) + "\n"

    def write(self, folder: Path) -> None:
        """Write ``card.json`` into `folder`."""
        (folder / CARD_FILE).write_text(self.text(), encoding="utf-8")
