"""The steps of stage `evaluate` keep what every component promises."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from plugins.image_services import Pictured, pictured
from plugins.serving import run_step
from plugins.tables import TableInputs

from aileron.evaluate.gate import Gate
from aileron.evaluate.image import EvaluateImage
from aileron.evaluate.table import EvaluateTable
from aileron.run.conformance import Case, check_component

__all__ = ["pictured"]

KnownTable = Callable[[str], TableInputs]
Ports = dict[str, Path]


@pytest.fixture
def trained(known_table: KnownTable, tmp_path: Path) -> Callable[..., Ports]:
    """Dataset, split and a model of a table: `trained("iris", "train.ridge", alpha=1)`."""

    def train(table: str, step: str = "train.logistic_regression", **config: float) -> Ports:
        inputs = known_table(table)
        folder = tmp_path / f"{table}_{step}_{len(config)}"
        return inputs.ports(model=run_step(step, folder, inputs.ports(), **config)["model"])

    return train


def test_evaluate_is_a_component(trained: Callable[..., Ports]) -> None:
    iris, diabetes = trained("iris"), trained("diabetes", "train.ridge")
    check_component(
        EvaluateTable,
        [Case({}, trained("breast_cancer")), Case({"primary": "accuracy"}, iris),
         Case({"primary": "mae"}, diabetes)],
        refused=[
            Case({"primary": "rmse"}, iris),
            Case({"metric": "rmse"}, diabetes),
            Case({}, iris | {"model": diabetes["model"]}),
        ],
    )  # fmt: skip


def test_evaluating_pictures_is_a_component(
    pictured: Callable[[str], Pictured], tmp_path: Path
) -> None:
    single, multi = pictured("single").ports(), pictured("multi").ports()
    few = {"wrong_shown": 2, "right_shown": 1}
    (tmp_path / "empty").mkdir()
    check_component(
        EvaluateImage,
        [Case(few, single), Case({"primary": "roc_auc"} | few, multi)],
        refused=[
            Case({"primary": "rmse"}, single),
            Case({"wrong_shown": -1}, single),
            Case({}, single | {"model": multi["model"]}),
            Case({}, single | {"model": tmp_path / "empty"}),
            Case({}, single | {"split": multi["split"]}),
        ],
    )


def test_the_gate_is_a_component(trained: Callable[..., Ports], tmp_path: Path) -> None:
    ports = trained("breast_cancer")
    measured = run_step("evaluate.table", tmp_path / "evaluated", ports)
    ports["metrics"] = measured["metrics"]
    record = tmp_path / "record"
    record.mkdir()
    facts = {"model": "cells", "version": 4, "fence": 9, "digest": "f" * 64}
    (record / "record.json").write_text(json.dumps(facts))
    weaker = trained("breast_cancer", C=0.001)["model"]
    compared = ports | {"champion": weaker, "champion_record": record}
    check_component(
        Gate,
        [
            Case({}, ports),
            Case({"thresholds": {"roc_auc": {"min": 1.01}}}, ports),
            Case({"champion": {"metric": "log_loss", "tolerance": 0.1}}, compared),
        ],
        refused=[
            Case({"thresholds": {"roc_uac": {"min": 0.5}}}, ports),
            Case({"thresholds": {"roc_auc": {"min": 2, "max": 1}}}, ports),
        ],
    )
