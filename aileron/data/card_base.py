"""What the cards of all kinds of dataset share: the file's name and its text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

CARD_FILE = "card.json"
FORMAT_VERSION: Literal[1] = 1


class RefusedSample(BaseModel):
    """A file, or a line of one, that was left out, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    reason: str


class CardBase(BaseModel):
    """Base of the cards: frozen, and written the same way each time."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    def to_json(self) -> dict[str, Any]:
        """The JSON object of ``card.json``."""
        return self.model_dump(mode="json", by_alias=True)

    def text(self) -> str:
        """The text of ``card.json``: readable, and the same each time."""
        return json.dumps(self.to_json(), indent=2, ensure_ascii=False) + "\n"

    def write(self, folder: Path) -> None:
        """Write ``card.json`` into `folder`."""
        (folder / CARD_FILE).write_text(self.text(), encoding="utf-8")
