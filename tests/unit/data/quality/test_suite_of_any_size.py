"""Where a suite runs, what it is refused for, and what a failure looks like there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from plugins.datasets import CARS, Workbench
from plugins.picture_folders import Gallery, two_classes
from plugins.text_sets import REVIEWS, Library

from aileron.core.errors import InvalidInput
from aileron.data import suite
from aileron.data.card import read_card
from aileron.data.quality.facts import columns_of
from aileron.data.specs import ExpectationSpec
from aileron.data.suite import Engine, Outcome, run_suite

SPEED = {
    "type": "expect_column_values_to_be_between",
    "kwargs": {"column": "speed", "min_value": 85, "max_value": 110},
}
ORDER = {"type": "expect_column_values_to_be_increasing", "kwargs": {"column": "speed"}}


def run(
    folder: Path, work: Path, *expectations: dict[str, Any], engine: Engine = "auto"
) -> tuple[Outcome, ...]:
    specs = [ExpectationSpec.model_validate(one) for one in expectations]
    return run_suite(folder, read_card(folder), specs, work, engine)


@pytest.fixture
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four rows are too many for memory."""
    monkeypatch.setattr(suite, "MOST_ROWS", 3)


@pytest.fixture
def ran_by(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which engines were asked, in order."""
    asked: list[str] = []
    by_sql, by_library = suite.run_by_sql, suite._validate
    monkeypatch.setattr(suite, "run_by_sql", lambda *a: (asked.append("duckdb"), by_sql(*a))[1])
    monkeypatch.setattr(suite, "_validate", lambda *a: (asked.append("gx"), by_library(*a))[1])
    return asked


def test_few_rows_are_run_by_the_library(
    workbench: Workbench, tmp_path: Path, ran_by: list[str]
) -> None:
    run(workbench.ingest(CARS), tmp_path, SPEED)
    assert ran_by == ["gx"]


def test_many_rows_are_run_by_duckdb(
    workbench: Workbench, tmp_path: Path, ran_by: list[str], small_limit: None
) -> None:
    run(workbench.ingest(CARS), tmp_path, SPEED)
    assert ran_by == ["duckdb"]


def test_duckdb_when_asked_leaves_the_rest_to_the_library(
    workbench: Workbench, tmp_path: Path, ran_by: list[str]
) -> None:
    found = run(workbench.ingest(CARS), tmp_path, ORDER, SPEED, ORDER, engine="duckdb")
    assert ran_by == ["duckdb", "gx"]
    assert [one.type for one in found] == [ORDER["type"], SPEED["type"], ORDER["type"]]
    assert [one.error for one in found] == [None] * 3


def test_what_duckdb_cannot_run_of_many_rows_is_refused_in_words(
    workbench: Workbench, tmp_path: Path, small_limit: None
) -> None:
    sentence = r"expectations.1: expect_column_values_to_be_increasing cannot be run on 4 rows"
    with pytest.raises(InvalidInput, match=sentence) as caught:
        run(workbench.ingest(CARS), tmp_path, SPEED, ORDER)
    assert "DuckDB" in caught.value.render("zh")


def test_both_engines_give_the_same_outcome(workbench: Workbench, tmp_path: Path) -> None:
    folder = workbench.ingest(CARS)
    (by_library,) = run(folder, tmp_path, SPEED)
    (by_sql,) = run(folder, tmp_path, SPEED, engine="duckdb")
    assert by_sql == by_library
    assert [(row.sample_id, row.value) for row in by_sql.rows] == [
        ("r00000003", 120.0), ("r00000004", 80.0),
    ]  # fmt: skip


def test_every_documented_fact_can_be_expected(
    gallery: Gallery, library: Library, tmp_path: Path
) -> None:
    folders = [
        gallery.ingest_files(two_classes()).folder,
        library.ingest_file("reviews.csv", REVIEWS).folder,
    ]
    for number, folder in enumerate(folders):
        work = tmp_path / str(number)
        work.mkdir()
        suite_ = [
            {"type": "expect_column_unique_value_count_to_be_between",
             "kwargs": {"column": column, "min_value": 0}}
            for column in columns_of(read_card(folder))
        ]  # fmt: skip
        for engine in ("great_expectations", "duckdb"):
            found = run(folder, work, *suite_, engine=engine)  # type: ignore[arg-type]
            assert [one.error for one in found] == [None] * len(found)
            assert all(one.success for one in found)


def test_the_facts_of_texts_are_what_they_say(library: Library, tmp_path: Path) -> None:
    from aileron.data.quality.connection import connect
    from aileron.data.quality.facts import open_facts

    folder = library.ingest_file("reviews.csv", REVIEWS).folder
    with connect(tmp_path) as connection:
        open_facts(connection, folder, read_card(folder), tmp_path)
        facts = connection.sql("FROM facts").to_arrow_table().to_pandas().set_index("sample_id")
    assert list(facts.index) == ["r1", "r2", "r3", "r4"]
    assert facts.loc["r2", ["label", "characters", "script", "repeats"]].tolist() == [
        "bad", 5, "han", 0,
    ]  # fmt: skip
    assert facts.loc["r1", "content_digest"] == facts.loc["r4", "content_digest"]
    assert facts["repeats"].tolist() == [1, 0, 0, 1]
    assert facts["split"].tolist() == ["train", "train", "test", "test"]


def test_a_column_of_a_list_that_does_not_exist_is_refused(
    workbench: Workbench, tmp_path: Path
) -> None:
    unique = {"column_list": ["colour", "sped"]}
    with pytest.raises(InvalidInput, match="no column sped; did you mean speed"):
        run(
            workbench.ingest(CARS),
            tmp_path,
            {"type": "expect_compound_columns_to_be_unique", "kwargs": unique},
        )
