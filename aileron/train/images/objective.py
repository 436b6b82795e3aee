"""What a network is taught and how well it does: one label per picture, or any number.

One label: cross-entropy of a softmax. Many: binary cross-entropy of a sigmoid per class.
Balanced weights make every class count the same (King & Zeng, 2001).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from aileron.train.images.config import ClassWeight

MOST_WEIGHT: Final = 20.0
"""A class with hardly a picture must not drown out the others."""
THRESHOLDS: Final = np.linspace(0.05, 0.95, 91)


@dataclass(frozen=True)
class Objective:
    """Loss and figures. `weight` is per class, or per positive label where there are many."""

    multi: bool
    weight: Tensor | None

    @classmethod
    def of(cls, targets: Tensor, *, multi: bool, classes: int, weighting: ClassWeight) -> Objective:
        """The objective that suits the training targets (see `Pictures.targets`)."""
        if weighting == "none":
            return cls(multi, None)
        if multi:
            present = targets.sum(dim=0)
            return cls(
                multi, ((len(targets) - present) / present).clamp(1 / MOST_WEIGHT, MOST_WEIGHT)
            )
        counts = torch.bincount(targets, minlength=classes)
        return cls(multi, (len(targets) / (classes * counts)).clamp(max=MOST_WEIGHT))

    def loss(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Mean loss of a batch, computed in 32 bits."""
        weight = None if self.weight is None else self.weight.to(logits.device)
        if self.multi:
            return binary_cross_entropy_with_logits(logits.float(), targets, pos_weight=weight)
        return cross_entropy(logits.float(), targets, weight=weight)

    def probabilities(self, logits: Tensor) -> Tensor:
        """Scores [n, classes] between 0 and 1."""
        return logits.sigmoid() if self.multi else logits.softmax(dim=1)

    def figures(self, logits: Tensor, targets: Tensor) -> Iterator[tuple[str, float]]:
        """``log_loss`` without weights, ``accuracy`` or ``f1_micro``, and ``f1_macro``."""
        from sklearn.metrics import f1_score

        yield "log_loss", float(Objective(self.multi, None).loss(logits, targets))
        if self.multi:
            true, answered = targets.numpy(), (self.probabilities(logits) >= 0.5).numpy()
            yield "f1_micro", float(f1_score(true, answered, average="micro", zero_division=0))
        else:
            true, answered = targets.numpy(), logits.argmax(dim=1).numpy()
            yield "accuracy", float((true == answered).mean())
        yield "f1_macro", float(f1_score(true, answered, average="macro", zero_division=0))


def best_threshold(scores: NDArray[np.float32], targets: NDArray[np.float32]) -> float:
    """The probability from which labels are answered that gives the best micro F1.

    Of several equally good ones, the one in the middle.
    """
    true = targets.astype(bool)
    values = []
    for threshold in THRESHOLDS:
        answered = scores >= threshold
        both = int((true & answered).sum())
        values.append(2 * both / max(1, int(true.sum()) + int(answered.sum())))
    best = np.flatnonzero(np.isclose(values, max(values)))
    return round(float(THRESHOLDS[best[len(best) // 2]]), 4)
