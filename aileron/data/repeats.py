"""Samples with the same content: which of them stay, where a dataset is to have each once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

S = TypeVar("S")


def last_of_each(samples: Sequence[S], content: Callable[[S], str]) -> list[S]:
    """Of samples with the same content the last one, which replaces those before it."""
    last = {content(sample): number for number, sample in enumerate(samples)}
    return [sample for number, sample in enumerate(samples) if last[content(sample)] == number]
