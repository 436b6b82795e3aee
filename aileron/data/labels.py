"""Names of classes, of whatever samples."""

from __future__ import annotations

from typing import Literal

LabelType = Literal["single", "multi"]
"""Whether a sample has exactly one label or any number of them."""


def label_order(label: str) -> tuple[int, float, str]:
    """Numbers by value, before words by letters."""
    return (0, float(label), label) if label.isdecimal() else (1, 0.0, label)
