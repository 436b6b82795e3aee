"""The evaluation of a model: METRICS and REPORT that agree, safe to open, quick to make."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from plugins.tables import RecordingContext, TableInputs

from aileron.core.errors import InvalidInput
from aileron.evaluate.table import EvaluateConfig, EvaluateTable
from aileron.serve.model import load
from aileron.train.linear import TrainLogisticRegression, TrainRidge
from aileron.train.tables import SplitTable
from aileron.train.xgboost import TrainXGBoost

KnownTable = Callable[[str], TableInputs]
NewContext = Callable[..., RecordingContext]
ALGORITHMS = {
    "breast_cancer": TrainXGBoost,
    "iris": TrainLogisticRegression,
    "diabetes": TrainRidge,
}
every_task = pytest.mark.parametrize("table", ALGORITHMS)


@pytest.fixture
def evaluate(known_table: KnownTable, new_context: NewContext) -> Callable[..., Any]:
    """Trains and evaluates on a known table: (report, outputs, model folder)."""

    def run(table: str, **config: Any) -> tuple[dict[str, Any], dict[str, Path], Path]:
        trainer: Any = ALGORITHMS[table]()
        inputs = known_table(table)
        model = trainer.run(new_context(), trainer.Config(), inputs.ports())["model"]
        ports = inputs.ports(model=model)
        outputs = dict(EvaluateTable().run(new_context(), EvaluateConfig(**config), ports))
        report = json.loads((outputs["report"] / "report.json").read_text())
        return report, outputs, model

    return run


@every_task
def test_metrics_and_report_agree_and_repeat_byte_for_byte(
    table: str, evaluate: Callable[..., Any]
) -> None:
    report, outputs, _ = evaluate(table)
    metrics = json.loads((outputs["metrics"] / "metrics.json").read_text())
    assert metrics["metrics"] == report["metrics"]
    assert metrics["primary"] == report["primary"]
    again = evaluate(table)[1]
    for port, folder in outputs.items():
        files = sorted(path.name for path in folder.iterdir())
        assert files == sorted(path.name for path in again[port].iterdir())
        assert all((folder / f).read_bytes() == (again[port] / f).read_bytes() for f in files)


@every_task
def test_the_page_needs_nothing_from_elsewhere(table: str, evaluate: Callable[..., Any]) -> None:
    page = (evaluate(table)[1]["report"] / "report.html").read_text()
    addresses = set(re.findall(r"https?://[^\"'\s<]+", page))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    assert "<script" not in page
    assert " src=" not in page


@every_task
def test_pictures_are_well_formed(table: str, evaluate: Callable[..., Any]) -> None:
    report, outputs, _ = evaluate(table)
    assert len(report["pictures"]) >= 2
    for name in report["pictures"]:
        drawing = ET.fromstring((outputs["report"] / name).read_text())
        assert drawing.tag.endswith("svg")


def test_the_confusion_matrix_counts_every_test_row(evaluate: Callable[..., Any]) -> None:
    report, _, _ = evaluate("breast_cancer")
    matrix = report["confusion"]["matrix"]
    right = matrix[0][0] + matrix[1][1]
    assert sum(map(sum, matrix)) == report["rows"]
    assert right / report["rows"] == pytest.approx(report["metrics"]["accuracy"])
    assert [row["support"] for row in report["classes"]] == [sum(row) for row in matrix]


def test_of_very_many_classes_the_commonest_confusions_are_listed(
    write_table: Callable[..., TableInputs], new_context: NewContext
) -> None:
    """A matrix of a hundred classes is a figure that nobody can read."""
    labels = [f"c{i % 100:02d}" for i in range(2000)]
    columns = {"x": [float(i % 100 // 2) for i in range(2000)], "label": labels}
    inputs = write_table(columns, "label", "classification")
    config = TrainXGBoost.Config(n_estimators=3)
    model = TrainXGBoost().run(new_context(), config, inputs.ports())["model"]
    outputs = EvaluateTable().run(new_context(), EvaluateConfig(), inputs.ports(model=model))
    report = json.loads((outputs["report"] / "report.json").read_text())
    page = (outputs["report"] / "report.html").read_text()
    assert "confusion" not in report
    assert "confusion.svg" not in report["pictures"]
    assert 0 < len(report["confused"]) <= 50
    counts = [pair["count"] for pair in report["confused"]]
    assert counts == sorted(counts, reverse=True)
    assert all(pair["true"] != pair["predicted"] for pair in report["confused"])
    assert len(report["curves"]["roc"]) == 8
    assert "Most confused" in page


def test_the_page_shows_the_beginning_of_a_long_text(
    write_table: Callable[..., TableInputs], new_context: NewContext
) -> None:
    columns = {
        "note": ["word " * 500 + f"end{i}" for i in range(60)],
        "y": [float(i % 5) for i in range(60)],
    }
    inputs = write_table(columns, "y", "regression", types={"note": "text"})
    model = TrainRidge().run(new_context(), TrainRidge.Config(), inputs.ports())["model"]
    outputs = EvaluateTable().run(new_context(), EvaluateConfig(), inputs.ports(model=model))
    report = json.loads((outputs["report"] / "report.json").read_text())
    assert len(report["worst"][0]["values"]["note"]) > 2500
    page = (outputs["report"] / "report.html").read_text()
    assert "word word" in page
    assert "word " * 50 not in page


def test_the_worst_errors_are_wrong_answers_to_rows_that_can_be_looked_up(
    evaluate: Callable[..., Any], known_table: KnownTable
) -> None:
    report, _, folder = evaluate("breast_cancer")
    inputs = known_table("breast_cancer")
    part = SplitTable.read(inputs.dataset, inputs.split).part("test")
    rows = {row["sample_id"]: row for row in part.to_pylist()}
    matrix = report["confusion"]["matrix"]
    assert len(report["worst"]) == min(10, matrix[0][1] + matrix[1][0])
    errors = [worst["error"] for worst in report["worst"]]
    assert errors == sorted(errors, reverse=True)
    model = load(folder)
    for worst in report["worst"]:
        assert worst["true"] == rows[worst["sample_id"]]["label"] != worst["predicted"]
        (answer,) = model.predict([worst["values"]])
        assert answer["label"] == worst["predicted"]
        assert 1 - answer["probabilities"][worst["true"]] == pytest.approx(worst["error"], abs=1e-6)


def test_the_worst_errors_of_a_regression_are_the_ten_largest(
    evaluate: Callable[..., Any],
) -> None:
    report, _, _ = evaluate("diabetes")
    assert len(report["worst"]) == 10
    assert report["worst"][0]["error"] == pytest.approx(report["metrics"]["max_error"])


def test_the_recommended_threshold_is_reported_with_what_it_does_on_test_rows(
    evaluate: Callable[..., Any],
) -> None:
    threshold = evaluate("breast_cancer")[0]["threshold"]
    assert threshold["used"] == 0.5
    assert 0 < threshold["recommended"] < 1
    assert "validation" in threshold["rule"]
    assert 0 < threshold["test_f1"] <= 1


@pytest.mark.parametrize(
    ("primary", "sentence"),
    [("f1", None), ("ruc_auc", "did you mean roc_auc"), ("rmse", "There is no metric rmse")],
)
def test_the_primary_metric_can_be_chosen_and_a_wrong_one_is_refused(
    primary: str, sentence: str | None, evaluate: Callable[..., Any]
) -> None:
    if sentence is None:
        assert evaluate("breast_cancer", primary=primary)[0]["primary"] == primary
        return
    with pytest.raises(InvalidInput, match=sentence):
        evaluate("breast_cancer", primary=primary)


def test_a_primary_metric_that_these_rows_do_not_define_says_why(
    write_table: Callable[..., TableInputs], new_context: NewContext
) -> None:
    columns = {"x": [float(i) for i in range(20)], "y": [5.0] * 20}
    inputs = write_table(columns, "y", "regression")
    model = TrainRidge().run(new_context(), TrainRidge.Config(), inputs.ports())["model"]
    with pytest.raises(InvalidInput, match="All true values are equal"):
        EvaluateTable().run(new_context(), EvaluateConfig(primary="r2"), inputs.ports(model=model))


def test_names_and_values_of_the_data_are_shown_as_text(
    write_table: Callable[..., TableInputs], new_context: NewContext
) -> None:
    nasty = "<script>alert(1)</script>"
    letters = [nasty, "中文"] * 40
    columns = {"<b>x": [float(i % 5) for i in range(80)], "label": letters}
    inputs = write_table(columns, "label", "classification")
    trainer = TrainLogisticRegression()
    model = trainer.run(new_context(), trainer.Config(), inputs.ports())["model"]
    ports = inputs.ports(model=model)
    report = EvaluateTable().run(new_context(), EvaluateConfig(), ports)["report"]
    page = (report / "report.html").read_text()
    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page
    assert "中文" in page
    ET.fromstring((report / "confusion.svg").read_text())
