"""The reader's language, as browsers say it."""

from __future__ import annotations

from typing import Annotated, Final, get_args

from fastapi import Query, Request

from aileron.core.errors import Language

LONGEST: Final = 500
"""Characters that are looked at."""
LanguageQuery = Annotated[
    Language | None, Query(description="default: by `Accept-Language`; for frames, which have none")
]


def language_of(request: Request) -> Language:
    """The one that the address names, else the one that the browser wants."""
    named = request.query_params.get("language")
    known: tuple[Language, ...] = get_args(Language)
    for language in known:
        if language == named:
            return language
    return accepted(request.headers.get("accept-language"))


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
