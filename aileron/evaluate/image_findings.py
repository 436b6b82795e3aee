"""What an evaluation of pictures shows beside its metrics: classes, confusion, worst errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics as sk

from aileron.evaluate import figures, findings
from aileron.evaluate.image_scoring import Scored
from aileron.serve.image_model import ImageModel

MOST_IN_MATRIX: Final = 100
"""Classes of a confusion matrix that someone can read; beyond, the pairs tell."""
PAIRS: Final = 20

Findings = dict[str, Any]
Pictures = dict[str, str]
"""File name -> SVG."""


@dataclass(frozen=True)
class Case:
    """One sample to be shown, and the class whose score is looked at."""

    index: int
    sample_id: str
    true: tuple[str, ...]
    predicted: tuple[str, ...]
    looked_at: int
    score: float
    """Of the class that is looked at."""
    error: float
    """How far the score is from the truth, 0 to 1."""

    def to_json(self, classes: tuple[str, ...]) -> dict[str, Any]:
        return {
            "sample_id": self.sample_id,
            "true": list(self.true),
            "predicted": list(self.predicted),
            "class": classes[self.looked_at],
            "score": self.score,
            "error": self.error,
        }


def find(model: ImageModel, scored: Scored) -> tuple[Findings, Pictures]:
    """Figures per class, confusion, curves."""
    classes = model.card.classes
    chosen = model.chosen(scored.scores)
    if model.card.task == "multi_label":
        curves = _curves(classes, scored)
        figures_of_labels = {"classes": _per_label(classes, scored, chosen), "curves": curves}
        return figures_of_labels, _drawn(curves["precision_recall"])
    answers = chosen.argmax(axis=1)
    if len(classes) <= MOST_IN_MATRIX:
        found, pictures = findings.classification(classes, scored.target, scored.scores, answers)
    else:
        found, pictures = {"classes": findings.per_class(list(classes), scored.target, answers)}, {}
    found["confused"] = _confused(classes, scored.target, answers)
    return found, pictures


def wrong_count(model: ImageModel, scored: Scored) -> int:
    """Pictures whose answer is not the truth; of many labels, not in each of them."""
    chosen = model.chosen(scored.scores)
    if model.card.task == "multi_label":
        return int((chosen != scored.target.astype(bool)).any(axis=1).sum())
    return int((chosen.argmax(axis=1) != scored.target).sum())


def cases(model: ImageModel, scored: Scored, wrong: bool, most: int) -> list[Case]:
    """The `most` samples to look at: wrong ones, the surest first, or right ones.

    Right ones are the surest of each class in turn, so that every class is seen.
    """
    if model.card.task == "multi_label":
        every = _label_cases(model, scored)
    else:
        every = _class_cases(model, scored)
    fitting = [case for case in every if (set(case.true) != set(case.predicted)) == wrong]
    if wrong:
        return sorted(fitting, key=lambda case: (-case.error, case.sample_id))[:most]
    turns: dict[int, int] = {}
    ranked = []
    for case in sorted(fitting, key=lambda case: (case.error, case.sample_id)):
        turns[case.looked_at] = turns.get(case.looked_at, 0) + 1
        ranked.append((turns[case.looked_at], case.looked_at, case))
    return [case for _, _, case in sorted(ranked, key=lambda item: item[:2])][:most]


def _class_cases(model: ImageModel, scored: Scored) -> list[Case]:
    """Of one label: the class that was answered."""
    classes, found = model.card.classes, []
    for index, row in enumerate(scored.scores):
        answer, true = int(row.argmax()), int(scored.target[index])
        found.append(
            Case(
                index=index,
                sample_id=scored.part.sample_ids[index],
                true=(classes[true],),
                predicted=(classes[answer],),
                looked_at=answer,
                score=float(row[answer]),
                error=float(1 - row[true]),
            )
        )
    return found


def _label_cases(model: ImageModel, scored: Scored) -> list[Case]:
    """Of many labels: the label whose score is farthest from the truth."""
    chosen = model.chosen(scored.scores)
    found = []
    for index, row in enumerate(scored.scores):
        distance = np.abs(row - scored.target[index])
        wrong = chosen[index] != scored.target[index].astype(bool)
        worst = int(np.where(wrong, distance, distance - 1).argmax())
        found.append(
            Case(
                index=index,
                sample_id=scored.part.sample_ids[index],
                true=_names(model, scored.target[index]),
                predicted=_names(model, chosen[index]),
                looked_at=worst,
                score=float(row[worst]),
                error=float(distance[worst]),
            )
        )
    return found


def _names(model: ImageModel, given: NDArray[Any]) -> tuple[str, ...]:
    return tuple(model.card.classes[i] for i in np.flatnonzero(given))


def _per_label(
    classes: tuple[str, ...], scored: Scored, chosen: NDArray[np.bool_]
) -> list[dict[str, Any]]:
    precision, recall, f1, support = sk.precision_recall_fscore_support(
        scored.target, chosen.astype(np.int64), average=None, zero_division=0
    )
    return [
        {
            "class": name,
            "precision": float(precision[i]),
            "recall": float(recall[i]),
            "f1": float(f1[i]),
            "support": int(support[i]),
        }
        for i, name in enumerate(classes)
    ]


def _curves(classes: tuple[str, ...], scored: Scored) -> Findings:
    """Precision and recall of each label that occurs."""
    found = []
    for index, name in enumerate(classes):
        truth = scored.target[:, index]
        if truth.any():
            precision, recall, _ = sk.precision_recall_curve(truth, scored.scores[:, index])
            found.append(findings.curve(name, recall, precision))
    return {"precision_recall": found}


def _drawn(curves: list[Findings]) -> Pictures:
    if not curves:
        return {}
    lines = findings.lines_of(curves)
    picture = figures.curves("Precision and recall", "recall", "precision", lines)
    return {"precision_recall.svg": picture}


def _confused(
    classes: tuple[str, ...], target: NDArray[np.int64], answers: NDArray[np.int64]
) -> list[dict[str, Any]]:
    """The pairs that are mistaken most often."""
    wrong = target != answers
    pairs, counts = np.unique(
        np.stack([target[wrong], answers[wrong]], axis=1), axis=0, return_counts=True
    )
    order = np.argsort(-counts, kind="stable")[:PAIRS]
    return [
        {
            "true": classes[int(pairs[i][0])],
            "predicted": classes[int(pairs[i][1])],
            "count": int(counts[i]),
        }
        for i in order
    ]
