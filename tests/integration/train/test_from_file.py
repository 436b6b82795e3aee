"""From a CSV file to a judged model, by the real steps in their order."""

from __future__ import annotations

import csv
import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plugins.tables import RecordingContext

from aileron.data.ingest import Ingest, IngestConfig
from aileron.data.split import SplitConfig, SplitDataset
from aileron.evaluate.gate import Gate, GateConfig
from aileron.evaluate.table import EvaluateConfig, EvaluateTable
from aileron.serve.model import load
from aileron.train.linear import TrainRidge
from aileron.train.xgboost import TrainXGBoost

NewContext = Callable[..., RecordingContext]


def learn(
    source: Path, new_context: NewContext, trainer: Any, **definition: Any
) -> tuple[dict[str, float], Path, dict[str, Any]]:
    """Ingest, split, train, evaluate, gate: metrics, model folder, verdict."""
    ports: dict[str, Path] = {"source": source}
    ports |= Ingest().run(new_context(), IngestConfig(**definition), ports)
    ports |= SplitDataset().run(new_context(), SplitConfig(), ports)
    trained = trainer.run(new_context(), trainer.Config(), ports)
    ports["model"] = trained["model"]
    ports |= EvaluateTable().run(new_context(), EvaluateConfig(), ports)
    ports |= Gate().run(new_context(), GateConfig(), ports)
    metrics = json.loads((ports["metrics"] / "metrics.json").read_text())["metrics"]
    return metrics, ports["model"], json.loads((ports["verdict"] / "verdict.json").read_text())


def write_csv(folder: Path, names: list[str], rows: list[list[Any]]) -> Path:
    folder.mkdir()
    with (folder / "table.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([names, *rows])
    return folder


def test_numbers_categories_and_gaps_of_a_file_reach_the_model(
    tmp_path: Path, new_context: NewContext
) -> None:
    rows: list[list[Any]] = []
    for i in range(200):
        colour = ["red", "blue", "绿", ""][i % 4]
        rows.append([i % 17, colour, "yes" if colour == "red" or i % 17 > 12 else "no"])
    rows[11][0] = ""
    source = write_csv(tmp_path / "source", ["size", "colour", "label"], rows)
    definition = {"name": "cells", "target": "label", "task": "classification"}
    metrics, folder, verdict = learn(source, new_context, TrainXGBoost(), **definition)
    assert metrics["roc_auc"] > 0.95
    assert verdict["accepted"] is True
    model = load(folder)
    assert [f.categories for f in model.card.features] == [None, ("blue", "red", "绿")]
    answers = model.predict(
        [
            {"size": None, "colour": "red"},
            {"size": 1.0, "colour": None},
            {"size": 1, "colour": "绿"},
        ]
    )
    assert [answer["label"] for answer in answers] == ["yes", "no", "no"]


def test_a_regression_from_a_file(tmp_path: Path, new_context: NewContext) -> None:
    rows = [[i, math.sin(i), 3.0 * i + 2.0] for i in range(120)]
    source = write_csv(tmp_path / "source", ["day", "wave", "load"], rows)
    definition = {"name": "load", "target": "load", "task": "regression"}
    metrics, folder, _ = learn(source, new_context, TrainRidge(), **definition)
    assert metrics["r2"] > 0.99
    (answer,) = load(folder).predict([{"day": 200, "wave": 0.0}])
    assert answer["value"] == pytest.approx(602, rel=0.02)


def test_ten_thousand_columns_are_learnt_and_judged_in_a_minute(
    tmp_path: Path, new_context: NewContext
) -> None:
    chance = np.random.default_rng(0)
    numbers = chance.normal(size=(300, 10_000)).round(2)
    answers = ["yes" if total > 0 else "no" for total in numbers[:, 0]]
    names = [*(f"x{place}" for place in range(10_000)), "y"]
    rows = [[*row, answer] for row, answer in zip(numbers.tolist(), answers, strict=True)]
    source = write_csv(tmp_path / "source", names, rows)
    before = time.process_time()
    definition = {"name": "wide", "target": "y", "task": "classification"}
    metrics, _, _ = learn(source, new_context, TrainXGBoost(), **definition)
    assert metrics["roc_auc"] > 0.95
    assert time.process_time() - before < 60
