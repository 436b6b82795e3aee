"""Metrics of a model of pictures: the same code for candidate and champion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics as sk

from aileron.evaluate.image_scoring import Scored
from aileron.evaluate.measure import averages, classified
from aileron.evaluate.metrics import Measured, Note
from aileron.serve.image_model import ImageModel

_SMALLEST = 1e-15


def measure(model: ImageModel, scored: Scored) -> Measured:
    """All metrics of `model` on the pictures in `scored`."""
    chosen = model.chosen(scored.scores)
    if model.card.task == "multi_label":
        return _many_labels(scored.target, scored.scores, chosen)
    answers = chosen.argmax(axis=1)
    return classified(scored.target, scored.scores, answers, model.card.classes)


def _many_labels(
    target: NDArray[np.int64], scores: NDArray[np.float64], chosen: NDArray[np.bool_]
) -> Measured:
    """Each label is a question of its own; `micro` counts all of them together."""
    answers = chosen.astype(np.int64)
    clipped = scores.clip(_SMALLEST, 1 - _SMALLEST)
    metrics = {
        "exact_match": float(np.mean((answers == target).all(axis=1))),
        "hamming_loss": float(np.mean(answers != target)),
        **averages(target, answers, "micro", "_micro"),
        **averages(target, answers, "macro", "_macro"),
        "log_loss": float(-np.mean(target * np.log(clipped) + (1 - target) * np.log(1 - clipped))),
    }
    notes: list[Note] = []
    there, missing = target.any(axis=0), ~target.all(axis=0)
    for name, defined, function in (
        ("mean_average_precision", there, sk.average_precision_score),
        ("roc_auc", there & missing, sk.roc_auc_score),
    ):
        labels = np.flatnonzero(defined)
        if len(labels):
            values = [function(target[:, i], scores[:, i]) for i in labels]
            metrics[name] = float(np.mean(values))
        else:
            notes.append(Note(name, "no_label_occurs", {}))
    return Measured(metrics, tuple(notes))
