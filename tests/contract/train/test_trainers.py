"""What every training step promises; a new algorithm is added to `TRAINERS`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plugins.tables import RecordingContext, TableInputs
from pydantic import ValidationError

from aileron.core.catalogue import step_class
from aileron.core.errors import InvalidInput
from aileron.serve.model import load
from aileron.train.tables import SplitTable, encode, plain_rows

KnownTable = Callable[[str], TableInputs]
NewContext = Callable[..., RecordingContext]

TRAINERS = {
    "train.xgboost": ("breast_cancer", "iris", "diabetes"),
    "train.logistic_regression": ("breast_cancer", "iris"),
    "train.ridge": ("diabetes",),
}
CASES = [(name, table) for name, tables in TRAINERS.items() for table in tables]
SMALL = {"train.xgboost": {"n_estimators": 20}}

every_trainer = pytest.mark.parametrize("name", TRAINERS)
every_case = pytest.mark.parametrize(("name", "table"), CASES)


def train(name: str, context: Any, inputs: TableInputs, **config: Any) -> dict[str, Path]:
    trainer: Any = step_class(name)
    values = SMALL.get(name, {}) | config
    return dict(trainer().run(context, trainer.Config(**values), inputs.ports()))


def mixed_columns(rows: int = 120) -> dict[str, list[Any]]:
    """Numbers and categories with gaps, and a target that follows from both."""
    chance = np.random.default_rng(1)
    size = chance.normal(size=rows).round(3).tolist()
    colour = chance.choice(["red", "green", "blue"], rows).tolist()
    label = ["yes" if s + (c == "red") > 0.3 else "no" for s, c in zip(size, colour, strict=True)]
    value = [3 * s + 5 * (c == "red") for s, c in zip(size, colour, strict=True)]
    size[3] = None
    colour[5] = None
    return {"size": size, "colour": colour, "label": label, "value": value}


def mixed_inputs(name: str, write_table: Callable[..., TableInputs]) -> TableInputs:
    columns = mixed_columns()
    if name == "train.ridge":
        del columns["label"]
        return write_table(columns, "value", "regression")
    del columns["value"]
    return write_table(columns, "label", "classification")


@every_case
def test_the_declared_outputs_are_written_and_no_other(
    name: str, table: str, known_table: KnownTable, new_context: NewContext
) -> None:
    context = new_context()
    outputs = train(name, context, known_table(table))
    assert set(outputs) == set(step_class(name).outputs) == {"model", "metrics"}
    card = json.loads((outputs["model"] / "model.json").read_text())
    files = {path.name for path in outputs["model"].iterdir()}
    assert files == {"model.json", card["file"]}
    assert card["file"].endswith((".ubj", ".skops"))
    assert {path.name for path in outputs["metrics"].iterdir()} == {
        "metrics.json",
        "history.jsonl",
    }


@every_case
def test_the_same_seed_gives_the_same_bytes(
    name: str, table: str, known_table: KnownTable, new_context: NewContext
) -> None:
    written = []
    for _ in range(2):
        outputs = train(name, new_context(seed=7), known_table(table))
        files = [path for folder in outputs.values() for path in sorted(folder.iterdir())]
        written.append([path.read_bytes() for path in files])
    assert written[0] == written[1]


@every_case
def test_the_loaded_model_scores_as_the_trained_one_did(
    name: str, table: str, known_table: KnownTable, new_context: NewContext
) -> None:
    """The metrics in metrics.json come from the model in memory; the file must agree."""
    outputs = train(name, new_context(), known_table(table))
    metrics = json.loads((outputs["metrics"] / "metrics.json").read_text())
    model = load(outputs["model"])
    split = SplitTable.read(known_table(table).dataset, known_table(table).split)
    rows = split.labelled("validation", model.card.features, split.target())
    scores = model.scores(rows.matrix)
    if model.card.classes is None:
        expected = float(np.sqrt(np.mean((scores - rows.target) ** 2)))
        assert metrics["metrics"]["validation_rmse"] == pytest.approx(expected, abs=1e-6)
    else:
        expected = float(-np.mean(np.log(scores[np.arange(len(rows)), rows.target])))
        assert metrics["metrics"]["validation_log_loss"] == pytest.approx(expected, abs=1e-6)
    assert metrics["primary"] in metrics["metrics"]


@every_trainer
def test_missing_values_and_categories_are_learnt_from_and_served(
    name: str, write_table: Callable[..., TableInputs], new_context: NewContext
) -> None:
    inputs = mixed_inputs(name, write_table)
    model = load(train(name, new_context(), inputs)["model"])
    table = SplitTable.read(inputs.dataset, inputs.split).part("train")
    rows = plain_rows(table, model.card.features, range(table.num_rows))
    matrix = encode(table, model.card.features)
    assert np.array_equal(model.encode(rows), matrix, equal_nan=True)
    assert len(model.predict([{"size": None, "colour": None}])) == 1


@every_trainer
def test_a_strong_signal_is_found(
    name: str, write_table: Callable[..., TableInputs], new_context: NewContext
) -> None:
    inputs = mixed_inputs(name, write_table)
    metrics = json.loads(
        (train(name, new_context(), inputs)["metrics"] / "metrics.json").read_text()
    )["metrics"]
    if name == "train.ridge":
        assert metrics["validation_rmse"] < 1.0
    else:
        assert metrics["validation_accuracy"] >= 0.85


@every_trainer
def test_a_service_gets_exact_requirements_and_an_example_that_it_accepts(
    name: str, write_table: Callable[..., TableInputs], new_context: NewContext
) -> None:
    model = load(train(name, new_context(), mixed_inputs(name, write_table))["model"])
    for requirement in model.card.requirements:
        distribution, _, pinned = requirement.partition("==")
        assert version(distribution) == pinned
        assert model.card.library_versions[distribution] == pinned
    assert len(model.predict([dict(model.card.input_example)])) == 1


@pytest.mark.parametrize(
    ("name", "wrong"), [("train.logistic_regression", "diabetes"), ("train.ridge", "iris")]
)
def test_a_task_it_is_not_made_for_is_refused_in_words(
    name: str, wrong: str, known_table: KnownTable, new_context: NewContext
) -> None:
    with pytest.raises(InvalidInput, match="Choose another algorithm"):
        train(name, new_context(), known_table(wrong))


@every_trainer
def test_a_class_without_training_rows_is_refused(
    name: str, write_table: Callable[..., TableInputs], new_context: NewContext
) -> None:
    inputs = mixed_inputs(name, write_table)
    card = json.loads((inputs.dataset / "card.json").read_text())
    if card["classes"] is None:
        card["task"], wanted = "classification", "Choose another|at least two classes"
    else:
        card["classes"], wanted = [*card["classes"], "perhaps"], "'perhaps'"
    (inputs.dataset / "card.json").write_text(json.dumps(card))
    with pytest.raises(InvalidInput, match=wanted):
        train(name, new_context(), inputs)


@every_trainer
def test_dates_and_texts_are_learnt_from_and_served_raw(
    name: str, write_table: Callable[..., TableInputs], new_context: NewContext
) -> None:
    """The target follows from a word and from the month; some of both are missing."""
    chance = np.random.default_rng(2)
    good, month = chance.random(240) < 0.5, chance.integers(1, 13, 240)
    columns: dict[str, list[Any]] = {
        "note": [f"服务{'好' if g else '差'} row {i}" for i, g in enumerate(good)],
        "day": [f"2026-{m:02d}-{i % 28 + 1:02d}" for i, m in enumerate(month)],
    }
    columns["note"][3] = columns["day"][5] = None
    target, task = ("value", "regression") if name == "train.ridge" else ("label", "classification")
    value = 10.0 * good + month
    columns[target] = value.tolist() if task == "regression" else np.where(good, "y", "n").tolist()
    inputs = write_table(columns, target, task, types={"note": "text", "day": "date"})
    outputs = train(name, new_context(), inputs)
    metrics = json.loads((outputs["metrics"] / "metrics.json").read_text())["metrics"]
    if task == "regression":
        assert metrics["validation_rmse"] < 2.5
    else:
        assert metrics["validation_accuracy"] > 0.95
    model = load(outputs["model"])
    rows = [
        {"note": "这里服务好", "day": "2026-05-04"},
        {"note": "服务差", "day": "2026-05-04 10:00"},
        {"note": None, "day": None},
    ]
    first, second, _ = model.predict(rows)
    if task == "regression":
        assert first["value"] > second["value"]
    else:
        assert (first["label"], second["label"]) == ("y", "n")


@every_trainer
def test_a_feature_of_no_known_type_is_refused_by_name(
    name: str, write_table: Callable[..., TableInputs], new_context: NewContext
) -> None:
    columns = mixed_columns()
    target, task = ("value", "regression") if name == "train.ridge" else ("label", "classification")
    inputs = write_table(columns, target, task, types={"colour": "other"})
    with pytest.raises(InvalidInput, match="column colour is of type other"):
        train(name, new_context(), inputs)


@every_trainer
def test_an_unknown_parameter_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="extra_forbidden"):
        step_class(name).Config.model_validate({"no_such_parameter": 1})


@every_trainer
def test_every_parameter_can_be_shown_in_a_form(name: str) -> None:
    for field, schema in step_class(name).Config.model_json_schema()["properties"].items():
        assert schema.get("title"), field
        assert schema.get("description"), field
        assert "default" in schema, field


@every_trainer
def test_the_step_says_what_it_is_called_in_both_languages(name: str) -> None:
    assert set(step_class(name).title) == {"en", "zh"}


def test_the_model_card_survives_its_json_form(
    known_table: KnownTable, new_context: NewContext
) -> None:
    from aileron.serve.model import ModelCard

    folder = train("train.xgboost", new_context(), known_table("iris"))["model"]
    card = ModelCard.read(folder)
    (folder / "model.json").write_text(json.dumps(replace(card, threshold=None).to_json()))
    assert ModelCard.read(folder) == card
