"""What an evaluation shows beside its metrics: confusion, curves, residuals, worst errors."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics as sk

from aileron.evaluate import figures
from aileron.serve.model import Model, Scores, class_name
from aileron.train.tables import Labelled, SplitTable, plain_rows

MOST_POINTS: Final = 200
MOST_LINES: Final = 8
WORST: Final = 10

Findings = dict[str, Any]
Pictures = dict[str, str]
"""File name -> SVG."""


def classification(
    classes: tuple[Any, ...], target: NDArray[np.int64], scores: Scores, chosen: NDArray[np.int64]
) -> tuple[Findings, Pictures]:
    """Confusion matrix, figures per class, ROC and precision-recall curves."""
    names = [class_name(label) for label in classes]
    labels = np.arange(len(names))
    matrix = sk.confusion_matrix(target, chosen, labels=labels).tolist()
    curves = _curves(names, target, scores)
    findings = {
        "confusion": {"classes": names, "matrix": matrix},
        "classes": _per_class(names, target, chosen),
        "curves": curves,
    }
    pictures = {"confusion.svg": figures.confusion("Confusion matrix", names, matrix)}
    if curves["roc"]:
        pictures["roc.svg"] = figures.curves(
            "ROC", "false positive rate", "true positive rate", _lines(curves["roc"])
        )
        pictures["precision_recall.svg"] = figures.curves(
            "Precision and recall", "recall", "precision", _lines(curves["precision_recall"])
        )
    return findings, pictures


def regression(target: NDArray[np.float64], values: Scores) -> tuple[Findings, Pictures]:
    """Residuals (predicted minus true): quantiles, and points for two figures."""
    residuals = values - target
    quantiles = np.quantile(residuals, [0.05, 0.25, 0.5, 0.75, 0.95]).tolist()
    few = _spread(len(target))
    true, predicted, error = target[few].tolist(), values[few].tolist(), residuals[few].tolist()
    findings = {
        "residuals": {
            "quantiles": dict(zip(("5%", "25%", "50%", "75%", "95%"), quantiles, strict=True)),
            "mean": float(residuals.mean()),
        },
        "points": {"true": true, "predicted": predicted},
    }
    return findings, {
        "predicted.svg": figures.points(
            "Predicted against true", "true", "predicted", true, predicted, "diagonal"
        ),
        "residuals.svg": figures.points(
            "Residuals", "predicted", "predicted - true", predicted, error, "zero"
        ),
    }


def worst_errors(
    model: Model, table: SplitTable, rows: Labelled, scores: Scores
) -> list[dict[str, Any]]:
    """The ten worst: wrong classes surest of themselves first, or largest absolute errors."""
    classes = model.card.classes
    if classes is None:
        error = np.abs(scores - rows.target)
        wrong = np.ones(len(rows), dtype=bool)
    else:
        error = 1.0 - scores[np.arange(len(rows)), rows.target]
        wrong = model.chosen(scores) != rows.target
    order = [int(row) for row in np.argsort(-error, kind="stable") if wrong[row]][:WORST]
    values = plain_rows(table.part("test"), model.card.features, order)
    answers = model.predict_matrix(rows.matrix[order])
    return [
        {
            "sample_id": rows.sample_ids[row],
            "true": classes[int(rows.target[row])] if classes else float(rows.target[row]),
            "predicted": answer["label"] if classes else answer["value"],
            "error": float(error[row]),
            "values": value,
        }
        for row, value, answer in zip(order, values, answers, strict=True)
    ]


def _per_class(
    names: list[str], target: NDArray[np.int64], chosen: NDArray[np.int64]
) -> list[dict[str, Any]]:
    precision, recall, f1, support = sk.precision_recall_fscore_support(
        target, chosen, labels=np.arange(len(names)), zero_division=0
    )
    return [
        {
            "class": name,
            "precision": float(precision[index]),
            "recall": float(recall[index]),
            "f1": float(f1[index]),
            "support": int(support[index]),
        }
        for index, name in enumerate(names)
    ]


def _curves(names: list[str], target: NDArray[np.int64], scores: Scores) -> dict[str, Any]:
    """Curves of the second of two classes, or of each class against the rest."""
    roc, precision_recall = [], []
    for index in [1] if len(names) == 2 else range(len(names)):
        truth = target == index
        if truth.all() or not truth.any():
            continue
        false_positive, true_positive, _ = sk.roc_curve(truth, scores[:, index])
        precision, recall, _ = sk.precision_recall_curve(truth, scores[:, index])
        roc.append(_curve(names[index], false_positive, true_positive))
        precision_recall.append(_curve(names[index], recall, precision))
    return {"roc": roc, "precision_recall": precision_recall}


def _curve(name: str, x: NDArray[np.float64], y: NDArray[np.float64]) -> dict[str, Any]:
    few = _spread(len(x))
    return {"class": name, "x": x[few].tolist(), "y": y[few].tolist()}


def _spread(count: int) -> NDArray[np.int64]:
    """At most `MOST_POINTS` places, evenly from the first to the last."""
    return np.unique(np.linspace(0, count - 1, min(count, MOST_POINTS)).round().astype(np.int64))


def _lines(curves: list[dict[str, Any]]) -> list[figures.Line]:
    return [(curve["class"], curve["x"], curve["y"]) for curve in curves[:MOST_LINES]]
