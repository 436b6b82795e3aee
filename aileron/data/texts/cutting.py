"""Texts that are longer than they may be, cut together with what is said of their ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from aileron.data.formats.records import Relation, TextSample


def length_of(sample: TextSample) -> int:
    """Characters of the text, of the longer one of a pair, or of all tokens or turns."""
    tokens = sum(map(len, sample.tokens))
    turns = sum(len(turn.content) for turn in sample.turns)
    return max(len(sample.text), len(sample.pair or ""), tokens, turns)


def cut(sample: TextSample, most: int) -> TextSample | None:
    """The first `most` characters of `sample`; None of a dialogue, or if nothing would be left.

    Spans that do not lie within go, and with them their relations.
    """
    tokens = sum(length <= most for length in accumulate(map(len, sample.tokens)))
    if sample.turns or (sample.tokens and not tokens):
        return None
    kept = [place for place, span in enumerate(sample.spans) if span.end <= most]
    return replace(
        sample,
        text=sample.text[:most],
        pair=None if sample.pair is None else sample.pair[:most],
        tokens=sample.tokens[:tokens],
        tags=sample.tags[:tokens],
        spans=tuple(sample.spans[place] for place in kept),
        relations=_between(sample.relations, kept),
    )


def _between(relations: Sequence[Relation], kept: Sequence[int]) -> tuple[Relation, ...]:
    """The relations whose two spans are kept, under the spans' new places."""
    places = {old: new for new, old in enumerate(kept)}
    return tuple(
        Relation(one.label, places[one.head], places[one.tail])
        for one in relations
        if one.head in places and one.tail in places
    )
