"""What is special about boosted trees: rounds, early stopping, categories."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plugins.tables import RecordingContext, TableInputs

from aileron.core.errors import InvalidInput
from aileron.serve.model import load
from aileron.train import suiting
from aileron.train.xgboost import TrainXGBoost, XGBoostConfig

KnownTable = Callable[[str], TableInputs]
NewContext = Callable[..., RecordingContext]


def train(context: Any, inputs: TableInputs, **config: Any) -> dict[str, Path]:
    return dict(TrainXGBoost().run(context, XGBoostConfig(**config), inputs.ports()))


def history(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / "history.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize(
    ("table", "loss", "other"),
    [
        ("breast_cancer", "log_loss", "roc_auc"),
        ("iris", "log_loss", "error"),
        ("diabetes", "rmse", "mae"),
    ],
)
def test_each_round_reports_both_parts_as_it_ends(
    table: str, loss: str, other: str, known_table: KnownTable, new_context: NewContext
) -> None:
    context = new_context()
    config = {"n_estimators": 5, "early_stopping_rounds": None}
    written = history(train(context, known_table(table), **config)["metrics"])
    names = {f"{part}_{name}" for part in ("train", "validation") for name in (loss, other)}
    assert {(p["name"], p["step"]) for p in written} == {(n, s) for n in names for s in range(5)}
    assert context.points == [(p["name"], p["step"], p["value"]) for p in written]


def test_early_stopping_keeps_the_round_with_the_best_validation_loss(
    known_table: KnownTable, new_context: NewContext
) -> None:
    outputs = train(new_context(), known_table("breast_cancer"), early_stopping_rounds=10)
    losses = [p["value"] for p in history(outputs["metrics"]) if p["name"] == "validation_log_loss"]
    card = load(outputs["model"]).card
    metrics = json.loads((outputs["metrics"] / "metrics.json").read_text())["metrics"]
    assert card.best_round == int(np.argmin(losses))
    assert len(losses) == card.best_round + 1 + 10
    assert metrics["validation_log_loss"] == pytest.approx(min(losses), abs=1e-5)


def test_without_early_stopping_all_rounds_are_kept(
    known_table: KnownTable, new_context: NewContext
) -> None:
    config = {"n_estimators": 40, "early_stopping_rounds": None, "eta": 1.0}
    assert load(train(new_context(), known_table("iris"), **config)["model"]).card.best_round == 39


def test_early_stopping_without_validation_rows_is_refused(
    write_table: Callable[..., TableInputs], new_context: NewContext
) -> None:
    columns = {"x": [float(i) for i in range(40)], "y": [float(i % 7) for i in range(40)]}
    inputs = write_table(columns, "y", "regression", fractions=(0.8, 0.0, 0.2))
    with pytest.raises(InvalidInput, match="early_stopping_rounds to null"):
        train(new_context(), inputs)
    outputs = train(new_context(), inputs, early_stopping_rounds=None, n_estimators=3)
    metrics = json.loads((outputs["metrics"] / "metrics.json").read_text())
    assert metrics["primary"] == "train_rmse"


def test_a_threshold_for_more_than_two_classes_is_refused(
    known_table: KnownTable, new_context: NewContext
) -> None:
    with pytest.raises(InvalidInput, match="Set threshold to null"):
        train(new_context(), known_table("iris"), threshold=0.4)


def test_another_seed_samples_other_rows(known_table: KnownTable, new_context: NewContext) -> None:
    files = [
        (
            train(new_context(seed=seed), known_table("breast_cancer"), subsample=0.5)["model"]
            / "model.ubj"
        ).read_bytes()
        for seed in (1, 2)
    ]
    assert files[0] != files[1]


def test_a_category_is_split_as_a_set_not_as_a_number(
    write_table: Callable[..., TableInputs], new_context: NewContext
) -> None:
    """One tree of depth one tells b and d from a and c, whose codes lie between."""
    letters = ["a", "b", "c", "d"] * 50
    labels = ["odd" if letter in "bd" else "even" for letter in letters]
    inputs = write_table({"letter": letters, "label": labels}, "label", "classification")
    config = {"n_estimators": 1, "max_depth": 1, "eta": 1.0, "early_stopping_rounds": None}
    config |= {"max_cat_to_onehot": 1}
    model = load(train(new_context(), inputs, **config)["model"])
    answers = model.predict([{"letter": letter} for letter in "abcd"])
    assert [answer["label"] for answer in answers] == ["even", "odd", "even", "odd"]


def test_what_was_chosen_for_the_table_is_recorded(
    known_table: KnownTable, new_context: NewContext
) -> None:
    context = new_context()
    card = load(train(context, known_table("iris"), max_depth=2)["model"]).card
    assert card.parameters["max_depth"] == 2
    assert card.parameters["n_estimators"] == 1000
    said = "at most 1000 rounds of 3 trees, learning rate 0.05, depth 2"
    assert any(said in line for line in context.lines)


def test_it_is_said_when_there_were_too_few_rounds(
    known_table: KnownTable, new_context: NewContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suiting, "MOST_TREES", 30)
    context = new_context()
    train(context, known_table("iris"), eta=0.01)
    assert any("The last of 10 rounds was the best" in line for line in context.lines)
    train(context := new_context(), known_table("iris"), eta=0.01, n_estimators=10)
    assert not any("was the best" in line for line in context.lines)


def test_columns_of_the_same_name_are_no_obstacle(
    write_table: Callable[..., TableInputs], new_context: NewContext
) -> None:
    """A date's parts may be named as another column is."""
    columns = {
        "day": [f"2026-01-{i % 28 + 1:02d}" for i in range(60)],
        "day.month": [float(i) for i in range(60)],
        "y": [float(i) for i in range(60)],
    }
    inputs = write_table(columns, "y", "regression", types={"day": "date"})
    model = load(train(new_context(), inputs, n_estimators=3)["model"])
    assert model.predict([{"day": "2026-01-01", "day.month": 3.0}])[0]["value"] > 0


def test_a_feature_name_that_xgboost_forbids_is_no_obstacle(
    write_table: Callable[..., TableInputs], new_context: NewContext
) -> None:
    columns = {"load [MW] <day>": [float(i) for i in range(60)], "y": [float(i) for i in range(60)]}
    inputs = write_table(columns, "y", "regression")
    model = load(train(new_context(), inputs, n_estimators=3)["model"])
    assert model.predict([{"load [MW] <day>": 3.0}])[0]["value"] > 0
