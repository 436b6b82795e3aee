"""Computes the metrics of scores against the truth: the same code for candidate and champion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics as sk

from aileron.evaluate.metrics import Measured, Note
from aileron.serve.model import Model, Scores
from aileron.train import losses
from aileron.train.tables import Labelled

Indices = NDArray[np.int64]


def measure(model: Model, rows: Labelled, scores: Scores | None = None) -> Measured:
    """All metrics of `model` on `rows`; `scores` if they are known already."""
    scores = model.scores(rows.matrix) if scores is None else scores
    if model.card.classes is None:
        return _regression(rows.target, scores)
    return classified(rows.target, scores, model.chosen(scores), model.card.classes)


def classified(
    target: Indices, scores: Scores, chosen: Indices, classes: Sequence[Any]
) -> Measured:
    """The metrics of a model that gives each sample one of `classes`."""
    if len(classes) == 2:
        return _binary(target, scores, chosen)
    return _multiclass(target, scores, chosen, classes)


def averages(target: Indices, chosen: Indices, average: str, suffix: str) -> dict[str, float]:
    """Precision, recall and F1, 0 where nothing was predicted or is there."""
    precision, recall, f1, _ = sk.precision_recall_fscore_support(
        target, chosen, average=average, zero_division=0
    )
    return {
        f"precision{suffix}": float(precision),
        f"recall{suffix}": float(recall),
        f"f1{suffix}": float(f1),
    }


def _common(target: Indices, scores: Scores, chosen: Indices) -> dict[str, float]:
    one_hot = np.eye(scores.shape[1])[target]
    binary = scores.shape[1] == 2
    return {
        "accuracy": float(np.mean(chosen == target)),
        "balanced_accuracy": _balanced_accuracy(target, chosen),
        **averages(target, chosen, "macro", "_macro"),
        **averages(target, chosen, "weighted", "_weighted"),
        "log_loss": losses.log_loss(scores, target),
        "brier": float(np.mean(np.sum((scores - one_hot) ** 2, axis=1)) / (2 if binary else 1)),
    }


def _balanced_accuracy(target: Indices, chosen: Indices) -> float:
    """The mean of the recalls of the classes that occur."""
    return float(np.mean([np.mean(chosen[target == index] == index) for index in set(target)]))


def _binary(target: Indices, scores: Scores, chosen: Indices) -> Measured:
    metrics = _common(target, scores, chosen) | averages(target, chosen, "binary", "")
    if len(set(target)) < 2:
        return Measured(
            metrics, tuple(Note(name, "one_class_only", {}) for name in ("roc_auc", "pr_auc"))
        )
    metrics["roc_auc"] = float(sk.roc_auc_score(target, scores[:, 1]))
    metrics["pr_auc"] = float(sk.average_precision_score(target, scores[:, 1]))
    return Measured(metrics)


def _multiclass(
    target: Indices, scores: Scores, chosen: Indices, classes: Sequence[Any]
) -> Measured:
    """Areas under curves are means over the classes, each against the rest."""
    metrics = _common(target, scores, chosen)
    absent = [label for index, label in enumerate(classes) if not (target == index).any()]
    if absent:
        values = {"found": repr(absent[0])}
        names = ("roc_auc", "pr_auc")
        return Measured(metrics, tuple(Note(name, "class_absent", values) for name in names))
    one_hot = np.eye(len(classes), dtype=np.int64)[target]
    metrics["roc_auc"] = float(sk.roc_auc_score(one_hot, scores, average="macro"))
    metrics["pr_auc"] = float(sk.average_precision_score(one_hot, scores, average="macro"))
    return Measured(metrics)


def _regression(target: NDArray[np.float64], values: Scores) -> Measured:
    error = values - target
    size = np.abs(error)
    metrics = {
        "rmse": float(np.sqrt(np.mean(error**2))),
        "mae": float(np.mean(size)),
        "median_absolute_error": float(np.median(size)),
        "max_error": float(size.max()),
    }
    notes: list[Note] = []
    spread = float(np.sum((target - target.mean()) ** 2))
    if spread:
        metrics["r2"] = 1.0 - float(np.sum(error**2)) / spread
    else:
        notes.append(Note("r2", "constant_target", {}))
    if (target != 0).all():
        metrics["mape"] = float(np.mean(size / np.abs(target)))
    else:
        notes.append(Note("mape", "zero_in_target", {}))
    return Measured(metrics, tuple(notes))
