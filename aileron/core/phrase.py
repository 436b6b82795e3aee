"""A sentence that is no error: a message id and values, rendered at the edge.

What a program found out and wants to say (an assumption, a reason) is carried as a `Phrase`
and becomes text in the reader's language where it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aileron.core.errors import Language, sentence


@dataclass(frozen=True)
class Phrase:
    """Message `message_id` (``package.name``) and what its placeholders stand for."""

    message_id: str
    values: Mapping[str, Any]

    def render(self, language: Language | None = None) -> str:
        """The sentence in `language`, by default the reader's."""
        return sentence(self.message_id, language, **self.values)

    def to_dict(self) -> dict[str, Any]:
        """Its JSON form, which `errors.told` renders."""
        return {"message_id": self.message_id, "values": dict(self.values)}

    def __str__(self) -> str:
        return self.render()


def phrase(message_id: str, /, **values: Any) -> Phrase:
    """A `Phrase` of `message_id` with `values`."""
    return Phrase(message_id, values)
