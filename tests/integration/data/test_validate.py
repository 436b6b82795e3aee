"""Validation with the real Great Expectations: what fails is shown, and always reported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from plugins.datasets import CARS, Notebook, Workbench

from aileron.core.errors import InvalidInput, StepFailed
from aileron.data.validate import ValidateConfig, ValidateDataset


class Validation:
    """One run of the step on the cars, and what it left."""

    def __init__(self, workbench: Workbench, expectations: list[dict[str, Any]]) -> None:
        self.context = Notebook(workbench.new())
        self.config = ValidateConfig.model_validate({"expectations": expectations})
        self.inputs = {"dataset": workbench.ingest(CARS)}

    def run(self) -> Path:
        return ValidateDataset().run(self.context, self.config, self.inputs)["report"]

    @property
    def report(self) -> dict[str, Any]:
        text = (self.context.output("report") / "report.json").read_text()
        found: dict[str, Any] = json.loads(text)
        return found

    @property
    def page(self) -> str:
        return (self.context.output("report") / "report.html").read_text()


def between(column: str, low: float, high: float, **more: Any) -> dict[str, Any]:
    kwargs = {"column": column, "min_value": low, "max_value": high}
    return {"type": "expect_column_values_to_be_between", "kwargs": kwargs, **more}


def test_a_dataset_that_meets_its_suite_passes_with_a_report(workbench: Workbench) -> None:
    validation = Validation(
        workbench,
        [
            between("speed", 50, 200),
            {"type": "expect_table_row_count_to_equal", "kwargs": {"value": 4}},
        ],
    )
    validation.run()
    assert validation.report["success"]
    assert validation.report["counts"]["passed"] == 2
    assert [o["observed"] for o in validation.report["expectations"]] == [None, 4]
    assert any(line.startswith("passed: expect_column_values") for line in validation.context.lines)


def test_a_failure_names_expectation_column_count_values_and_rows(workbench: Workbench) -> None:
    validation = Validation(workbench, [between("speed", 85, 110), between("weight", 0, 2.5)])
    with pytest.raises(StepFailed) as caught:
        validation.run()
    sentence = caught.value.render("en")
    assert "expect_column_values_to_be_between on column speed" in sentence
    assert "min_value=85, max_value=110" in sentence
    assert "2 of 4 rows differ, such as r00000003 (120.0), r00000004 (80.0)" in sentence
    assert "Also failed: expect_column_values_to_be_between on weight" in sentence
    assert "80.0" in caught.value.render("zh")


def test_the_report_of_a_failure_is_written_before_the_step_fails(workbench: Workbench) -> None:
    validation = Validation(workbench, [between("speed", 85, 110)])
    with pytest.raises(StepFailed):
        validation.run()
    (found,) = validation.report["expectations"]
    assert not validation.report["success"]
    assert (found["column"], found["unexpected_count"], found["element_count"]) == ("speed", 2, 4)
    assert found["rows"][0] == {"sample_id": "r00000003", "value": 120.0}
    assert "r00000003" in validation.page


def test_an_aggregate_that_fails_shows_what_was_observed(workbench: Workbench) -> None:
    kwargs = {"column": "speed", "min_value": 200}
    suite = [{"type": "expect_column_median_to_be_between", "kwargs": kwargs}]
    with pytest.raises(StepFailed, match=r"on column speed: wanted min_value=200, observed 95.0"):
        Validation(workbench, suite).run()


def test_a_warning_is_reported_and_fails_nothing(workbench: Workbench) -> None:
    validation = Validation(workbench, [between("speed", 85, 110, severity="warning")])
    validation.run()
    assert validation.report["success"]
    assert validation.report["counts"]["warnings"] == 1
    assert 'class="warning"' in validation.page


def test_the_page_needs_no_network_and_escapes_what_it_shows(workbench: Workbench) -> None:
    suite = [{"type": "expect_column_values_to_be_in_set"}]
    suite[0]["kwargs"] = {"column": "colour", "value_set": ["<script>"]}  # type: ignore[assignment]
    validation = Validation(workbench, suite)
    with pytest.raises(StepFailed):
        validation.run()
    assert "<script" not in validation.page
    assert "&lt;script&gt;" in validation.page
    assert not any(word in validation.page for word in ("http:", "https:", "src=", "@import"))


def test_the_same_dataset_gives_the_same_report(workbench: Workbench) -> None:
    one, other = (Validation(workbench, [between("speed", 50, 200)]) for _ in range(2))
    for file in ("report.json", "report.html"):
        assert (one.run() / file).read_bytes() == (other.run() / file).read_bytes()
        one.context.folder = workbench.new()
        other.context.folder = workbench.new()


def test_no_expectations_is_a_report_without_any(workbench: Workbench) -> None:
    validation = Validation(workbench, [])
    validation.run()
    assert validation.report["counts"]["expectations"] == 0


@pytest.mark.parametrize(
    ("expectation", "sentence"),
    [
        (
            {"type": "expect_column_values_to_be_betwen", "kwargs": {"column": "speed"}},
            r"expectations.0: There is no expectation .*; did you mean expect_column_values_to_be_",
        ),
        (between("sped", 0, 1), r"expectations.0: There is no column sped; did you mean speed\?"),
        (
            {
                "type": "expect_column_values_to_be_between",
                "kwargs": {"column": "speed", "min_valu": 1},
            },
            "expectations.0: The arguments of expect_column_.* do not fit: .*min_valu",
        ),
        (
            {"type": "expect_column_values_to_be_between", "kwargs": {"column": "speed"}},
            "min_value and max_value cannot both be None",
        ),
    ],
)
def test_a_wrong_expectation_is_refused_in_words(
    workbench: Workbench, expectation: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        Validation(workbench, [expectation]).run()


def test_an_expectation_that_cannot_be_evaluated_is_a_failure_with_its_reason(
    workbench: Workbench,
) -> None:
    validation = Validation(workbench, [between("colour", 0, 1)])
    with pytest.raises(StepFailed, match=r"on column colour .* cannot be evaluated: .+ Also"):
        validation.run()
    assert validation.report["expectations"][0]["error"]


def test_an_expectation_with_an_observed_value_of_numpy_is_reported(workbench: Workbench) -> None:
    kwargs = {
        "column": "speed",
        "quantile_ranges": {"quantiles": [0.5], "value_ranges": [[0, 200]]},
    }
    suite = [{"type": "expect_column_quantile_values_to_be_between", "kwargs": kwargs}]
    validation = Validation(workbench, suite)
    validation.run()
    assert validation.report["success"]
