"""Finding personal data in one text, and masking it without moving anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from aileron.data.quality.personal.kinds import KINDS, Kind
from aileron.data.quality.personal.patterns import PATTERNS


class Found(NamedTuple):
    """A piece of personal data; positions are characters, the end exclusive."""

    kind: Kind
    start: int
    end: int


def find(text: str, kinds: Iterable[Kind] = KINDS) -> list[Found]:
    """The pieces of personal data in `text`, in order; none overlaps another."""
    wanted = frozenset(kinds)
    taken: list[Found] = []
    for kind in KINDS:
        if kind not in wanted:
            continue
        for pattern in PATTERNS[kind]:
            for match in pattern.expression.finditer(text):
                found = Found(kind, *match.span("v"))
                if pattern.holds(match["v"]) and not _overlaps(found, taken):
                    taken.append(found)
    return sorted(taken, key=lambda found: found.start)


def mask(text: str, found: Sequence[Found], character: str = "*") -> str:
    """`text` with each piece replaced by as many of `character`: every position stays."""
    pieces, place = [], 0
    for _, start, end in found:
        pieces += [text[place:start], character * (end - start)]
        place = end
    return "".join([*pieces, text[place:]])


def _overlaps(found: Found, taken: Iterable[Found]) -> bool:
    return any(found.start < other.end and other.start < found.end for other in taken)
