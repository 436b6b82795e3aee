"""The shipped lifecycle of pictures, run on the session's stack: a service that reads digits."""

from __future__ import annotations

from typing import Any, Final

import pytest
from plugins.command import Command

QUICK: Final = {
    "train.parameters.epochs": 3,
    "train.parameters.width": 8,
    "gate.thresholds.accuracy.min": 0.7,
}
"""A small network that learns for a moment: the way is tested here, not the model."""


def run_digits(aileron: Command) -> dict[str, Any]:
    """What a run says; all but the first reuse everything."""
    options = [word for path, value in QUICK.items() for word in ("--set", f"{path}={value}")]
    words = ("lifecycle", "run", "handwritten_digits", "--wait", "--json", *options)
    facts: dict[str, Any] = aileron(*words).json
    return facts


@pytest.fixture(scope="session")
def digits(aileron: Command) -> dict[str, Any]:
    """The first run of the session."""
    return run_digits(aileron)
