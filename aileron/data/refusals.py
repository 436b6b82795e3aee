"""What an import leaves out: named in the log and in the card, and too much of it fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aileron.core.errors import InvalidInput
from aileron.core.steps import Context
from aileron.data.card_base import RefusedSample

NAMED: Final = 1000
"""Refused samples that card and log name."""


def judge(
    context: Context, where: str, taken: int, refused: Sequence[RefusedSample], most: float
) -> None:
    """Name what was refused, and fail if it was more than the share `most` of all.

    Args:
        where: the name of the source.
        taken: how many samples came in.

    Raises:
        InvalidInput: it was too much, or all.
    """
    for item in refused[:NAMED]:
        context.log(f"{item.path} is left out: {item.reason}")
    if len(refused) > NAMED:
        context.log(f"{len(refused) - NAMED:,} more are left out")
    total = taken + len(refused)
    if len(refused) > most * total or not taken:
        raise InvalidInput(
            "data.too_many_refused",
            where=where,
            count=len(refused),
            total=total,
            most=f"{most:.0%}",
            first=refused[0].path,
            reason=refused[0].reason,
        )
