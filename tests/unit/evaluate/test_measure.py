"""Metrics against values worked out by hand and by scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sk

from aileron.evaluate.measure import measure
from aileron.evaluate.metrics import DEFAULT_PRIMARY, HIGHER_IS_BETTER
from aileron.serve.encoding import Feature
from aileron.serve.model import Model, ModelCard
from aileron.train.tables import Labelled


def model(task: Any, classes: tuple[str, ...] | None, threshold: float | None = None) -> Model:
    """A model that answers the matrix itself."""
    card = ModelCard(
        "test", "sklearn", "none", "0", task, "y", classes, (Feature("x", "number"),), {}, None,
        threshold, (), {}, {},
    )  # fmt: skip
    return Model(card, lambda matrix: matrix.astype(float))


def rows(scores: Any, target: list[Any]) -> Labelled:
    ids = tuple(str(i) for i in range(len(target)))
    return Labelled(ids, np.asarray(scores), np.asarray(target))


def two(probabilities: list[float]) -> np.ndarray[Any, Any]:
    positive = np.array(probabilities)
    return np.column_stack([1 - positive, positive])


def test_binary_metrics_by_hand() -> None:
    found = measure(model("binary", ("no", "yes")), rows(two([0.9, 0.4, 0.6, 0.1]), [1, 1, 0, 0]))
    assert found.notes == ()
    assert found.metrics["accuracy"] == 0.5
    assert found.metrics["precision"] == 0.5
    assert found.metrics["recall"] == 0.5
    assert found.metrics["roc_auc"] == 0.75
    assert found.metrics["brier"] == pytest.approx((0.01 + 0.36 + 0.36 + 0.01) / 4)
    assert found.metrics["log_loss"] == pytest.approx(-np.mean(np.log([0.9, 0.4, 0.4, 0.9])))


def test_the_models_threshold_decides_the_answers() -> None:
    scores, target = two([0.9, 0.4, 0.6, 0.1]), [1, 1, 0, 0]
    found = measure(model("binary", ("no", "yes"), threshold=0.3), rows(scores, target))
    assert found.metrics["recall"] == 1
    assert found.metrics["roc_auc"] == 0.75


def test_multiclass_metrics_agree_with_scikit_learn() -> None:
    chance = np.random.default_rng(0)
    target = np.r_[chance.integers(0, 3, 97), 0, 1, 2]
    scores = chance.dirichlet([1, 1, 1], 100)
    found = measure(model("multiclass", ("a", "b", "c")), rows(scores, list(target))).metrics
    chosen = scores.argmax(axis=1)
    assert found["accuracy"] == sk.accuracy_score(target, chosen)
    assert found["balanced_accuracy"] == pytest.approx(sk.balanced_accuracy_score(target, chosen))
    assert found["f1_macro"] == sk.f1_score(target, chosen, average="macro")
    assert found["f1_weighted"] == sk.f1_score(target, chosen, average="weighted")
    assert found["roc_auc"] == pytest.approx(sk.roc_auc_score(target, scores, multi_class="ovr"))
    assert found["log_loss"] == pytest.approx(sk.log_loss(target, scores))


def test_regression_metrics_by_hand() -> None:
    found = measure(model("regression", None), rows([2.0, 2.0, 5.0], [1.0, 2.0, 3.0])).metrics
    assert found["mae"] == pytest.approx(1)
    assert found["rmse"] == pytest.approx(np.sqrt(5 / 3))
    assert found["r2"] == pytest.approx(1 - 5 / 2)
    assert found["max_error"] == 2
    assert found["median_absolute_error"] == 1
    assert found["mape"] == pytest.approx((1 + 0 + 2 / 3) / 3)


@pytest.mark.parametrize(
    ("asked", "labelled", "left_out", "reason"),
    [
        (("binary", ("n", "y")), (two([0.2, 0.9]), [1, 1]), "roc_auc", "one_class_only"),
        (
            ("multiclass", ("a", "b", "c")),
            (np.eye(3)[[0, 1]], [0, 1]),
            "roc_auc",
            "class_absent",
        ),
        (("regression", None), ([1.0, 2.0], [3.0, 3.0]), "r2", "constant_target"),
        (("regression", None), ([1.0, 2.0], [0.0, 3.0]), "mape", "zero_in_target"),
    ],
)
def test_a_metric_that_is_not_defined_is_left_out_and_noted(
    asked: Any, labelled: Any, left_out: str, reason: str
) -> None:
    found = measure(model(*asked), rows(*labelled))
    assert left_out not in found.metrics
    assert (left_out, reason) in {(note.metric, note.message_id) for note in found.notes}
    assert np.isfinite(list(found.metrics.values())).all()


def test_every_metric_has_a_direction_and_every_task_a_primary_one() -> None:
    cases = {
        "binary": (("n", "y"), two([0.9, 0.1]), [1, 0]),
        "multiclass": (("a", "b", "c"), np.eye(3), [0, 1, 2]),
        "regression": (None, [1.0, 2.0], [1.5, 2.5]),
    }
    for task, (classes, scores, target) in cases.items():
        found = measure(model(task, classes), rows(scores, target)).metrics
        assert set(found) <= set(HIGHER_IS_BETTER)
        assert DEFAULT_PRIMARY[task] in found
