"""The grammar of printed figures: what is one, what is none, and which step it is of."""

from __future__ import annotations

import pytest

from aileron.train.job.printed import Printed
from aileron.train.trainer import Point


def read(*lines: str) -> list[tuple[str, int, float]]:
    printed = Printed()
    points: list[Point] = [point for line in lines for point in printed.read(line + "\n")]
    return [(point.name, point.step, pytest.approx(point.value)) for point in points]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("epoch 3 loss=0.12 accuracy: 0.97", [("loss", 3, 0.12), ("accuracy", 3, 0.97)]),
        ('{"step": 3, "loss": 0.1}', [("loss", 3, 0.1)]),
        ('{"epoch": 2, "anything I like": 4}', [("anything_i_like", 2, 4.0)]),
        ("{'loss': '0.4', 'learning_rate': '5e-05', 'epoch': '1.0'}",
         [("loss", 1, 0.4), ("learning_rate", 1, 5e-5)]),
        ("train_loss: 0.1", [("train_loss", 0, 0.1)]),
        ("Epoch [3/10], Step [100/938], Loss: 0.25", [("loss", 3, 0.25)]),
        ("Train Epoch: 1 [640/60000 (1%)]\tLoss: 2.301", [("train_loss", 1, 2.301)]),
        ("Test set: Average loss: 0.0523, Accuracy: 9823/10000 (98%)",
         [("test_loss", 0, 0.0523), ("test_accuracy", 0, 0.9823)]),
        ("Test set: Average loss: 0.05, Accuracy: 98.2%",
         [("test_loss", 0, 0.05), ("test_accuracy", 0, 0.982)]),
        ("938/938 - 3s - 3ms/step - accuracy: 0.92 - loss: 0.25 - val_loss: 1.1e-1",
         [("accuracy", 0, 0.92), ("loss", 0, 0.25), ("val_loss", 0, 0.11)]),
        ("[7]\ttrain-rmse:0.51\teval-rmse:0.62",
         [("train_rmse", 7, 0.51), ("eval_rmse", 7, 0.62)]),
        ("[7/10] loss=0.5", [("loss", 7, 0.5)]),
        ("[2026-11-22 10:00:00] epoch 1 loss=0.5", [("loss", 1, 0.5)]),
        ("[2026-11-22 10:00:00] loss=0.5", [("loss", 0, 0.5)]),
        ("2026-11-22 05:54:18,123 INFO step=40 lr=0.01 loss=3",
         [("lr", 40, 0.01), ("loss", 40, 3)]),
        ("round 2: validation accuracy: 1", [("val_accuracy", 2, 1.0)]),
        ("\x1b[32mepoch 1\x1b[0m loss: 0.5", [("loss", 1, 0.5)]),
        ("1/9 loss: 0.9\r9/9 loss: 0.5", [("loss", 0, 0.5)]),
        ("Acc@1: 71.2%", [("acc_1", 0, 0.712)]),
        ("train_loss_epoch=0.25", [("train_loss_epoch", 0, 0.25)]),
    ],
)  # fmt: skip
def test_a_figure_has_a_name_a_step_and_a_value(
    line: str, found: list[tuple[str, int, float]]
) -> None:
    assert read(line) == found


@pytest.mark.parametrize(
    "line",
    [
        "",
        "loss",
        "Namespace(lr=0.1, momentum=0.5, epochs=10, target_accuracy=0.9)",
        "python train.py --loss=0.5 --accuracy 0.9",
        "precision: 16-mixed",
        "precision=16",
        "took 3.5 s",
        "time: 12:30:05.123",
        "loss: nan",
        "error: 404",
        "epoch 3 eta: 0.5 batch_size=64",
        '{"lr": 0.1, "batch": 64}',
        '{"step": 3, "loss": "low", "done": true, "nested": {"loss": 1}}',
        '{"step": 3',
        "accuracy: 0.9.1",
        "https://host/?loss=0.5",
        "loss_weight=0.5",
        "x" * 10_001 + " loss=0.5",
    ],
)
def test_what_is_no_figure_for_sure_is_none(line: str) -> None:
    assert read(line) == []


def test_a_step_that_a_line_says_holds_for_those_after_it() -> None:
    assert read("Epoch 1/3", "loss: 0.5", "Epoch 2/3", "loss: 0.4 - val_loss: 0.6") == [
        ("loss", 1, 0.5),
        ("loss", 2, 0.4),
        ("val_loss", 2, 0.6),
    ]


def test_a_time_in_brackets_is_no_step() -> None:
    """XGBoost prints its warnings so."""
    lines = ("[10:32:11] WARNING: learner.cc:740: not used: eta", "loss: 0.5")
    assert read(*lines) == [("loss", 0, 0.5)]


def test_without_any_step_values_are_counted() -> None:
    assert [step for _, step, _ in read("loss: 0.5", "loss: 0.4", "accuracy: 0.9")] == [0, 1, 0]


def test_a_part_of_an_epoch_is_no_step() -> None:
    lines = ["{'loss': 0.5, 'epoch': 0.5}", "{'loss': 0.4, 'epoch': 0.75}"]

    assert [step for _, step, _ in read(*lines)] == [0, 1]
