"""The few figures that a trainer reports on its own rows, the same for every algorithm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aileron.serve.model import Scores, Task

SMALLEST_PROBABILITY = 1e-15
"""Probabilities are clipped here, so that one sure mistake does not make a loss infinite."""


def losses(task: Task, scores: Scores, target: NDArray[Any]) -> Iterator[tuple[str, float]]:
    """``log_loss`` and ``accuracy`` of probabilities, or ``rmse`` and ``mae`` of values."""
    if task == "regression":
        error = scores - target
        yield "rmse", float(np.sqrt(np.mean(error**2)))
        yield "mae", float(np.mean(np.abs(error)))
        return
    yield "log_loss", log_loss(scores, target)
    yield "accuracy", float(np.mean(scores.argmax(axis=1) == target))


def log_loss(probabilities: Scores, target: NDArray[Any]) -> float:
    """Mean negative log of the probability given to the true class."""
    given = probabilities[np.arange(len(target)), target] / probabilities.sum(axis=1)
    return float(-np.mean(np.log(np.clip(given, SMALLEST_PROBABILITY, 1.0))))
