"""Why something ended as it did: the sentence of then, and its message for other languages."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from aileron.core.errors import AileronError, Language, told
from aileron.core.phrase import Phrase
from aileron.ledger.database import Record, without_nul


class Reasoned(Record):
    """A row that may say why."""

    reason: str | None
    reason_message: dict[str, Any] | None = None
    """The reason's message in its JSON form; None if it is text alone."""

    def why(self, language: Language) -> str | None:
        """The reason in `language`; as it was said, if that cannot be."""
        if self.reason_message is None:
            return self.reason
        return told({**self.reason_message, "sentence": self.reason}, language)


Reason = str | AileronError | Phrase | Reasoned
"""A text of no message, an error, a phrase, or the same reason as another row's."""


def reason_columns(reason: Reason | None) -> dict[str, Any]:
    """The columns `reason` and `reason_message`."""
    if isinstance(reason, Reasoned):
        return {"reason": reason.reason, "reason_message": reason.reason_message}
    message = None if reason is None or isinstance(reason, str) else _plain(reason.to_dict())
    text = None if reason is None else without_nul(str(reason))
    return {"reason": text, "reason_message": message}


def _plain(value: Any) -> Any:
    """`value` as PostgreSQL can keep it in JSON: no NUL, no number that is none."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    return without_nul(str(value))
