"""The metrics of a table model, by task, each with its direction.

Metrics are those of scikit-learn under its names. A metric that these rows do not define
(an area under a curve of one class, a relative error of zero) is left out and noted, never
replaced by a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

HIGHER_IS_BETTER: Final[Mapping[str, bool]] = {
    "accuracy": True,
    "balanced_accuracy": True,
    "precision": True,
    "recall": True,
    "f1": True,
    "precision_macro": True,
    "recall_macro": True,
    "f1_macro": True,
    "precision_weighted": True,
    "recall_weighted": True,
    "f1_weighted": True,
    "precision_micro": True,
    "recall_micro": True,
    "f1_micro": True,
    "exact_match": True,
    "hamming_loss": False,
    "mean_average_precision": True,
    "roc_auc": True,
    "pr_auc": True,
    "log_loss": False,
    "brier": False,
    "r2": True,
    "rmse": False,
    "mae": False,
    "median_absolute_error": False,
    "max_error": False,
    "mape": False,
}
"""Every metric that the steps of this package know."""

DEFAULT_PRIMARY: Final[Mapping[str, str]] = {
    "binary": "roc_auc",
    "multiclass": "f1_macro",
    "regression": "rmse",
    "single_label": "f1_macro",
    "multi_label": "f1_macro",
}


@dataclass(frozen=True)
class Note:
    """Why a metric is missing: a message id of this package and its values."""

    metric: str
    message_id: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class Measured:
    """Metrics by name, and a note for each that is not defined."""

    metrics: Mapping[str, float]
    notes: tuple[Note, ...] = ()
