"""The proposed suite holds for what it was proposed from, and notices what changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from plugins.datasets import CARS, Workbench
from plugins.picture_folders import Gallery, two_classes
from plugins.text_sets import REVIEWS, Library

from aileron.data.card import read_card
from aileron.data.quality.profiling import profile
from aileron.data.quality.proposal import propose_suite
from aileron.data.specs import ExpectationSpec
from aileron.data.suite import Engine, Outcome, run_suite


def outcomes(
    folder: Path, suite: list[dict[str, Any]], work: Path, engine: Engine
) -> list[Outcome]:
    specs = [ExpectationSpec.model_validate(one) for one in suite]
    return list(run_suite(folder, read_card(folder), specs, work, engine))


def table(workbench: Workbench, shift: int = 0, city: str = "上海") -> Path:
    rows = [f"{i % 17 + shift},{'北京' if i % 3 else city},{'ab'[i % 2]}" for i in range(60)]
    config = {"name": "rows", "target": "label", "task": "classification"}
    return workbench.ingest("\n".join(["x,city,label", *rows]), config)


@pytest.mark.parametrize("engine", ["great_expectations", "duckdb"])
def test_a_proposed_suite_holds_for_every_kind_of_data(
    engine: Engine, workbench: Workbench, gallery: Gallery, library: Library, tmp_path: Path
) -> None:
    folders = [
        workbench.ingest(CARS),
        table(workbench),
        gallery.ingest_files(two_classes()).folder,
        library.ingest_file("reviews.csv", REVIEWS).folder,
    ]
    for number, folder in enumerate(folders):
        work = tmp_path / str(number)
        work.mkdir()
        suite = propose_suite(folder)
        assert len(suite) > 3
        failed = [one.line() for one in outcomes(folder, suite, work, engine) if not one.success]
        assert failed == []


def test_a_table_gets_ranges_sets_nulls_and_names(workbench: Workbench) -> None:
    suite = propose_suite(table(workbench))
    of = {(one["type"], one["kwargs"].get("column")): one for one in suite}
    between = of["expect_column_values_to_be_between", "x"]
    assert between["kwargs"] | {"column": ""} == {
        "column": "", "min_value": 0, "max_value": 24, "mostly": 0.99,
    }  # fmt: skip
    assert between["severity"] == "warning"
    cities = of["expect_column_values_to_be_in_set", "city"]
    assert cities["kwargs"]["value_set"] == ["上海", "北京"]
    labels = of["expect_column_values_to_be_in_set", "label"]
    assert "severity" not in labels
    assert ("expect_column_values_to_not_be_null", "x") in of


def test_drift_against_the_last_version_is_noticed(workbench: Workbench, tmp_path: Path) -> None:
    before, after = table(workbench), table(workbench, shift=9)
    suite = propose_suite(profile(after), profile(before))
    found = outcomes(after, suite, tmp_path, "duckdb")
    failed = {(one.type, one.column) for one in found if not one.success}
    assert failed == {("expect_column_mean_to_be_between", "x")}


def test_a_shift_of_the_classes_is_noticed(library: Library, tmp_path: Path) -> None:
    def texts(share: int) -> Path:
        rows = [f"t{i},text {i},{'good' if i % share else 'bad'}" for i in range(60)]
        return library.ingest_file("r.csv", "\n".join(["id,text,label", *rows])).folder

    suite = propose_suite(profile(texts(10)), profile(texts(2)))
    found = outcomes(texts(10), suite, tmp_path, "great_expectations")
    assert {one.type for one in found if not one.success} == {
        "expect_column_kl_divergence_to_be_less_than"
    }


def test_repeats_of_the_next_version_are_noticed(library: Library, tmp_path: Path) -> None:
    head = "id,text,label\n"
    clean = "".join(f"{i},text {i},{'ab'[i % 2]}\n" for i in range(20))
    dirty = "".join(f"{i},text {i % 4},{'ab'[i % 2]}\n" for i in range(20))
    suite = propose_suite(library.ingest_file("r.csv", head + clean).folder)
    folder = library.ingest_file("r.csv", head + dirty).folder
    failed = [one for one in outcomes(folder, suite, tmp_path, "duckdb") if not one.success]
    assert [(one.column, one.severity) for one in failed] == [("repeats", "warning")]
    assert failed[0].unexpected_count == 20
