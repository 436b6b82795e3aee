"""The recommended decision threshold of a binary model.

The rule: among the thresholds that the validation rows tell apart, the one with the highest
F1 of the second class; of equals, the one nearest to 0.5. It is chosen on validation rows
and reported with the metrics on test rows, so the report's figures are not tuned on
themselves. It is a recommendation: serving uses the model's own `threshold`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aileron.evaluate.measure import averages

Questions = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Of each question with yes or no as its answer: the truth, and the probability of yes."""

RULE = "highest F1 of the second class on the validation rows; of equals, the nearest to 0.5"


@dataclass(frozen=True)
class Recommendation:
    """A threshold and the F1 that it reaches on the validation rows."""

    threshold: float
    f1: float


def advised(validation: Questions, test: Questions) -> dict[str, Any]:
    """The threshold that `validation` recommends and what it reaches, as reports have it.

    `recommended` is None, and stands alone, if the validation samples do not hold both answers.
    """
    found = recommend(*validation)
    if found is None:
        return {"recommended": None}
    target, probability = test
    chosen = (probability >= found.threshold).astype(np.int64)
    on_test = averages(target, chosen, "binary", "")
    return {
        "recommended": found.threshold,
        "validation_f1": found.f1,
        **{f"test_{name}": on_test[name] for name in ("f1", "precision", "recall")},
    }


def recommend(target: NDArray[np.int64], probability: NDArray[np.float64]) -> Recommendation | None:
    """The threshold for these rows; None if they do not hold both classes."""
    positives = int(target.sum())
    if positives in (0, len(target)):
        return None
    order = np.argsort(-probability, kind="stable")
    sorted_probability = probability[order]
    last_of_value = np.append(np.diff(sorted_probability) != 0, True)
    hits = np.cumsum(target[order])[last_of_value]
    taken = np.flatnonzero(last_of_value) + 1
    f1 = 2 * hits / (taken + positives)
    thresholds = sorted_probability[last_of_value]
    best = np.flatnonzero(f1 == f1.max())
    chosen = best[np.argmin(np.abs(thresholds[best] - 0.5))]
    return Recommendation(float(_rounded(thresholds, int(chosen))), float(f1[chosen]))


def _rounded(thresholds: NDArray[np.float64], place: int) -> float:
    """The middle between a value and the next lower one: as far from both as can be."""
    lower = thresholds[place + 1] if place + 1 < len(thresholds) else 0.0
    return float((thresholds[place] + lower) / 2)
