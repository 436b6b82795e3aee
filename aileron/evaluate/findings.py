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
MOST_CLASSES: Final = 60
"""Of more classes the confusions are listed, not drawn, and only some have curves."""
MOST_PAIRS: Final = 50
WORST: Final = 10

Findings = dict[str, Any]
Pictures = dict[str, str]
"""File name -> SVG."""


def classification(
    classes: tuple[Any, ...], target: NDArray[np.int64], scores: Scores, chosen: NDArray[np.int64]
) -> tuple[Findings, Pictures]:
    """Confusion matrix, figures per class, ROC and precision-recall curves."""
    names = [class_name(label) for label in classes]
    curves = _curves(names, target, scores)
    findings: Findings = {"classes": per_class(names, target, chosen), "curves": curves}
    pictures: Pictures = {}
    if len(names) > MOST_CLASSES:
        findings["confused"] = _confused(names, target, chosen)
    else:
        labels = np.arange(len(names))
        matrix = sk.confusion_matrix(target, chosen, labels=labels).tolist()
        findings["confusion"] = {"classes": names, "matrix": matrix}
        pictures["confusion.svg"] = figures.confusion("Confusion matrix", names, matrix)
    if curves["roc"]:
        pictures["roc.svg"] = figures.curves(
            "ROC", "false positive rate", "true positive rate", lines_of(curves["roc"])
        )
        pictures["precision_recall.svg"] = figures.curves(
            "Precision and recall", "recall", "precision", lines_of(curves["precision_recall"])
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


def per_class(
    names: list[str], target: NDArray[np.int64], chosen: NDArray[np.int64]
) -> list[dict[str, Any]]:
    """Precision, recall, F1 and support of each class."""
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


def _confused(
    names: list[str], target: NDArray[np.int64], chosen: NDArray[np.int64]
) -> list[dict[str, Any]]:
    """The mistakes that are made most often."""
    wrong = target != chosen
    pairs, counts = np.unique(
        np.column_stack([target[wrong], chosen[wrong]]), axis=0, return_counts=True
    )
    order = np.argsort(-counts, kind="stable")[:MOST_PAIRS]
    return [
        {"true": names[pair[0]], "predicted": names[pair[1]], "count": count}
        for pair, count in zip(pairs[order].tolist(), counts[order].tolist(), strict=True)
    ]


def _curves(names: list[str], target: NDArray[np.int64], scores: Scores) -> dict[str, Any]:
    """Curves of the second of two classes, or of each class against the rest.

    Of very many classes only those with the most rows.
    """
    roc, precision_recall = [], []
    shown = [1] if len(names) == 2 else list(range(len(names)))
    if len(names) > MOST_CLASSES:
        counts = np.bincount(target, minlength=len(names))
        shown = np.argsort(-counts, kind="stable")[:MOST_LINES].tolist()
    for index in shown:
        truth = target == index
        if truth.all() or not truth.any():
            continue
        false_positive, true_positive, _ = sk.roc_curve(truth, scores[:, index])
        precision, recall, _ = sk.precision_recall_curve(truth, scores[:, index])
        roc.append(curve(names[index], false_positive, true_positive))
        precision_recall.append(curve(names[index], recall, precision))
    return {"roc": roc, "precision_recall": precision_recall}


def curve(name: str, x: NDArray[np.float64], y: NDArray[np.float64]) -> dict[str, Any]:
    """A curve as JSON, thinned out."""
    few = _spread(len(x))
    return {"class": name, "x": x[few].tolist(), "y": y[few].tolist()}


def _spread(count: int) -> NDArray[np.int64]:
    """At most `MOST_POINTS` places, evenly from the first to the last."""
    return np.unique(np.linspace(0, count - 1, min(count, MOST_POINTS)).round().astype(np.int64))


def lines_of(curves: list[dict[str, Any]]) -> list[figures.Line]:
    """Curves as a figure draws them."""
    return [(curve["class"], curve["x"], curve["y"]) for curve in curves[:MOST_LINES]]
