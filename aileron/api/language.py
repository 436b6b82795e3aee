"""The reader's language, as browsers say it."""

from __future__ import annotations

from typing import Final

from aileron.core.errors import Language

LONGEST: Final = 500
"""Characters that are looked at."""


def accepted(header: str | None) -> Language:
    """The wanted one of our languages by ``Accept-Language``; English if none is wanted."""
    best: tuple[float, Language] = (0.0, "en")
    for item in (header or "")[:LONGEST].split(","):
        name, _, parameters = item.partition(";")
        language = name.strip().lower()[:2]
        weight = _weight(parameters)
        if language == "zh" and weight > best[0]:
            best = (weight, "zh")
        elif language in ("en", "*") and weight > best[0]:
            best = (weight, "en")
    return best[1]


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
