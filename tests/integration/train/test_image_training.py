"""Training of pictures: it learns, stops, resumes, and what it exports answers the same."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plugins.picture_sets import NewPictures, grids, png, stripes
from plugins.tables import RecordingContext, TableInputs

from aileron.core.errors import InvalidInput
from aileron.data.images import ImageDataset
from aileron.serve.image_model import load
from aileron.serve.pictures import read
from aileron.train.images.cnn import TrainImageCNN
from aileron.train.images.objective import Objective

SMALL: Mapping[str, Any] = {"width": 4, "threads": 1, "image_size": 32, "rotate": 0}


def train(context: RecordingContext, inputs: TableInputs, **config: Any) -> dict[str, Path]:
    step = TrainImageCNN()
    return dict(step.run(context, step.Config(**{**SMALL, **config}), inputs.ports()))


def contents(outputs: Mapping[str, Path]) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes() for folder in outputs.values() for path in folder.iterdir()
    }


def metrics(outputs: Mapping[str, Path]) -> dict[str, float]:
    found: dict[str, float] = json.loads((outputs["metrics"] / "metrics.json").read_text())[
        "metrics"
    ]
    return found


def answers(outputs: Mapping[str, Path], inputs: TableInputs, part: Any) -> Any:
    """Scores and labels of a part, by the exported model."""
    model, pictures = load(outputs["model"]), ImageDataset.read(inputs.dataset, inputs.split)
    chosen = pictures.part(part)
    prepared = [read(chosen.picture(i), model.card.preparation) for i in range(len(chosen))]
    return model, model.scores(prepared), chosen.labels


class Killed(BaseException):
    """Stands for a kill: nothing of the step runs after it."""


class MortalContext(RecordingContext):
    """Dies when a point of a curve of epoch `dies_at` is told."""

    dies_at: int = -1

    def metric(self, name: str, value: float, step: int = 0) -> None:
        super().metric(name, value, step)
        if step == self.dies_at:
            raise Killed


def test_stripes_are_told_apart_by_the_exported_model(
    new_pictures: NewPictures, tmp_path: Path
) -> None:
    inputs, context = new_pictures(stripes(120)), RecordingContext(tmp_path / "c")
    outputs = train(context, inputs, epochs=15, width=8)
    model, scores, labels = answers(outputs, inputs, "test")
    assert (scores.argmax(axis=1) == [label for (label,) in labels]).mean() >= 0.9
    assert np.allclose(scores.sum(axis=1), 1, atol=1e-5)
    assert model.card.classes == ("across", "down")
    assert (model.card.preparation.mode, model.card.preparation.size) == ("L", (32, 32))
    assert {p.name for p in outputs["model"].iterdir()} == {
        "model.json",
        "model.onnx",
        "weights.safetensors",
    }


def test_the_metrics_are_those_of_the_exported_model(
    new_pictures: NewPictures, tmp_path: Path
) -> None:
    inputs = new_pictures(stripes(40))
    outputs = train(RecordingContext(tmp_path / "c"), inputs, epochs=3)
    _, scores, labels = answers(outputs, inputs, "validation")
    true = [label for (label,) in labels]
    expected = -np.log(scores[np.arange(len(true)), true]).mean()
    assert metrics(outputs)["validation_log_loss"] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("dies_at", [0, 3, 5])
def test_a_training_that_was_killed_resumes_and_ends_as_an_undisturbed_one(
    dies_at: int, new_pictures: NewPictures, tmp_path: Path
) -> None:
    config = {"epochs": 6, "dropout": 0.3, "rotate": 20, "brightness": 0.2}
    inputs = new_pictures(stripes(40))
    whole = RecordingContext(tmp_path / "whole", seed=3)
    expected = contents(train(whole, inputs, **config))
    mortal = MortalContext(tmp_path / "mortal", seed=3)
    mortal.dies_at = dies_at
    with pytest.raises(Killed):
        train(mortal, inputs, **config)
    again = RecordingContext(tmp_path / "mortal", seed=3)
    assert contents(train(again, inputs, **config)) == expected
    assert again.points == whole.points, "the curves are whole, too"
    resumed = [line for line in again.lines if line.startswith("resumed after epoch")]
    assert resumed == ([f"resumed after epoch {dies_at}"] if dies_at else [])


def test_another_seed_gives_another_network(new_pictures: NewPictures, tmp_path: Path) -> None:
    inputs = new_pictures(stripes(20))
    made = [
        contents(train(RecordingContext(tmp_path / str(seed), seed), inputs, epochs=1))
        for seed in (1, 2)
    ]
    assert made[0]["weights.safetensors"] != made[1]["weights.safetensors"]


def test_the_best_epoch_is_kept_and_patience_ends_the_training(
    new_pictures: NewPictures, tmp_path: Path
) -> None:
    """Labels without a pattern: validation gets no better, however long one learns."""
    chance = np.random.default_rng(0)
    noise = [(("ab"[i % 2],), chance.integers(0, 255, (16, 16), np.uint8)) for i in range(60)]
    inputs, context = new_pictures(noise), RecordingContext(tmp_path / "c")
    outputs = train(context, inputs, epochs=60, early_stopping_epochs=3, learning_rate=0.05)
    losses = [value for name, _, value in context.points if name == "validation_loss"]
    assert len(losses) < 60
    card = json.loads((outputs["model"] / "model.json").read_text())
    assert losses[card["best_round"]] == min(losses)
    assert metrics(outputs)["validation_log_loss"] == pytest.approx(min(losses), abs=1e-3)


def test_a_rare_class_is_not_forgotten(new_pictures: NewPictures, tmp_path: Path) -> None:
    common = stripes(120, kinds=["none"])
    rare = stripes(15, kinds=["across"], seed=1)
    inputs = new_pictures(common + rare)
    outputs = train(RecordingContext(tmp_path / "c"), inputs, epochs=12, width=8)
    _, scores, labels = answers(outputs, inputs, "validation")
    of_rare = [i for i, label in enumerate(labels) if label == (0,)]
    assert (scores.argmax(axis=1)[of_rare] == 0).mean() >= 0.6


def test_any_number_of_labels_and_a_threshold_for_them(
    new_pictures: NewPictures, tmp_path: Path
) -> None:
    inputs = new_pictures(grids(120), multi=True)
    outputs = train(RecordingContext(tmp_path / "c"), inputs, epochs=15, width=8)
    model, scores, labels = answers(outputs, inputs, "test")
    assert model.card.task == "multi_label"
    assert 0.05 <= model.threshold <= 0.95
    chosen = [tuple(np.flatnonzero(row)) for row in model.chosen(scores)]
    assert np.mean([a == b for a, b in zip(chosen, labels, strict=True)]) >= 0.8
    assert "validation_f1_micro" in metrics(outputs)


def test_reduced_precision_learns_and_its_checkpoints_too(
    new_pictures: NewPictures, tmp_path: Path
) -> None:
    inputs = new_pictures(stripes(40))
    outputs = train(RecordingContext(tmp_path / "c"), inputs, epochs=2, precision="bf16")
    assert load(outputs["model"]).card.parameters["precision"] == "bf16"


def test_without_validation_the_last_epoch_is_kept(
    new_pictures: NewPictures, tmp_path: Path
) -> None:
    inputs = new_pictures(stripes(20), parts=["train"])
    with pytest.raises(InvalidInput, match="Early stopping needs validation pictures"):
        train(RecordingContext(tmp_path / "a"), inputs)
    context = RecordingContext(tmp_path / "b")
    outputs = train(context, inputs, epochs=3, early_stopping_epochs=None)
    assert json.loads((outputs["model"] / "model.json").read_text())["best_round"] == 2


def test_a_loss_that_is_no_number_is_told_in_words(
    new_pictures: NewPictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = new_pictures(stripes(20))
    loss = Objective.loss
    monkeypatch.setattr(Objective, "loss", lambda *values: loss(*values) * math.inf)
    with pytest.raises(InvalidInput, match="stopped being a number in epoch 1"):
        train(RecordingContext(tmp_path / "c"), inputs)
    assert not (tmp_path / "c" / "checkpoint").exists()


def test_what_cannot_be_learnt_from_is_refused(new_pictures: NewPictures, tmp_path: Path) -> None:
    pictures = stripes(20)
    cases = {
        "has one class: across": new_pictures(stripes(10, kinds=["across"])),
        "is of class 'neither'": new_pictures(pictures, classes=["across", "down", "neither"]),
        "sample down/.* cannot be used": new_pictures(
            [*pictures, (("down",), png(pictures[0][1])[:-60])], parts=["train", "validation"]
        ),
    }
    for number, (sentence, inputs) in enumerate(cases.items()):
        with pytest.raises(InvalidInput, match=sentence):
            train(RecordingContext(tmp_path / f"c{number}"), inputs)
