"""Weights make rare classes count, and the recommended threshold is the best one."""

import numpy as np
import pytest
import torch

from aileron.train.images.objective import MOST_WEIGHT, Objective, best_threshold


def test_balanced_classes_have_the_same_say() -> None:
    targets = torch.tensor([0] * 30 + [1] * 10)
    balanced = Objective.of(targets, multi=False, classes=2, weighting="balanced")
    assert balanced.weight is not None
    assert (balanced.weight * torch.tensor([30, 10])).tolist() == pytest.approx([20, 20])
    assert Objective.of(targets, multi=False, classes=2, weighting="none").weight is None


def test_a_label_that_is_rare_does_not_drown_the_others() -> None:
    targets = torch.zeros(1000, 2)
    targets[0, 0] = 1
    targets[:500, 1] = 1
    objective = Objective.of(targets, multi=True, classes=2, weighting="balanced")
    assert objective.weight is not None
    assert objective.weight.tolist() == [MOST_WEIGHT, 1.0]


def test_figures_of_single_labels_are_those_of_the_text_books() -> None:
    logits = torch.tensor([[2.0, 0.0], [0.0, 1.0], [3.0, 0.0]])
    targets = torch.tensor([0, 1, 1])
    figures = dict(Objective(multi=False, weight=None).figures(logits, targets))
    given = torch.tensor([2.0, 1.0, -3.0])
    assert figures["log_loss"] == pytest.approx(float(torch.log1p(torch.exp(-given)).mean()))
    assert figures["accuracy"] == pytest.approx(2 / 3)
    assert figures["f1_macro"] == pytest.approx(2 / 3)


def test_many_labels_are_judged_one_by_one() -> None:
    objective = Objective(multi=True, weight=None)
    logits = torch.tensor([[9.0, -9.0], [9.0, 9.0], [-9.0, -9.0]])
    targets = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 0.0]])
    figures = dict(objective.figures(logits, targets))
    assert figures["f1_micro"] == pytest.approx(2 * 2 / (2 + 3))
    assert "accuracy" not in figures
    assert objective.probabilities(logits)[0].tolist() == pytest.approx([1, 0], abs=1e-3)


def test_the_recommended_threshold_parts_right_from_wrong() -> None:
    scores = np.array([[0.9, 0.2], [0.35, 0.1], [0.15, 0.4]], dtype=np.float32)
    targets = np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32)
    assert 0.2 < best_threshold(scores, targets) <= 0.35
