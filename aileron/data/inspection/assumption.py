"""One thing that was not said and had to be assumed, with its reason and its remedy.

The three sentences of assumption ``delimiter`` are the messages ``assume_delimiter``,
``assume_delimiter_because`` and ``assume_delimiter_change`` of this package.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from aileron.core.phrase import Phrase

SHOWN: Final = 8
"""Columns or values that a sentence names."""


@dataclass(frozen=True)
class Assumption:
    """What is assumed, why, and how to say otherwise."""

    what: Phrase
    because: Phrase
    change: Phrase


def assume(name: str, /, *, because: str | None = None, **values: Any) -> Assumption:
    """Assumption `name` of this package; `because` names another reason than the usual one."""
    reason = because or f"{name}_because"
    return Assumption(
        Phrase(f"data.assume_{name}", values),
        Phrase(f"data.assume_{reason}", values),
        Phrase(f"data.assume_{name}_change", values),
    )


def listed(items: Sequence[str]) -> str:
    """The first of `items`, and how many more there are."""
    shown = ", ".join(items[:SHOWN])
    return f"{shown} (+{len(items) - SHOWN})" if len(items) > SHOWN else shown
