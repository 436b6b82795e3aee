"""The steps that look at the quality of datasets are components of every kind of data."""

from __future__ import annotations

from pathlib import Path

import pytest
from plugins.datasets import CARS, CARS_CONFIG, Workbench
from plugins.picture_folders import Gallery, gallery, two_classes
from plugins.text_sets import REVIEWS, Library, library

from aileron.data.quality.personal.step import PersonalData
from aileron.data.quality.step import ProfileDataset
from aileron.data.validate import ValidateDataset
from aileron.run.conformance import Case, check_component

__all__ = ["gallery", "library"]


@pytest.fixture
def datasets(workbench: Workbench, gallery: Gallery, library: Library) -> list[Path]:
    return [
        workbench.ingest(CARS, CARS_CONFIG),
        gallery.ingest_files(two_classes()).folder,
        library.ingest_file("reviews.csv", REVIEWS).folder,
    ]


def test_profile_is_a_component(datasets: list[Path], workbench: Workbench) -> None:
    cases = [Case({}, {"dataset": folder}) for folder in datasets]
    few = Case({"most_media": 2}, {"dataset": datasets[1]})
    empty = Case({}, {"dataset": workbench.new()})
    nothing = Case({"most_media": 0}, {"dataset": datasets[1]})
    check_component(ProfileDataset, [*cases, few], refused=[empty, nothing])


def test_personal_data_is_a_component(datasets: list[Path]) -> None:
    table, pictures, texts = datasets
    mask = {"action": "mask"}
    check_component(
        PersonalData,
        [
            Case({}, {"dataset": table}),
            Case(mask | {"columns": ["colour"], "parent": "cars@v1"}, {"dataset": table}),
            Case({}, {"dataset": texts}),
            Case(mask | {"kinds": ["email"], "mask_character": "＊"}, {"dataset": texts}),
        ],
        refused=[
            Case({}, {"dataset": pictures}),
            Case({"columns": ["color"]}, {"dataset": table}),
            Case({"columns": ["speed"]}, {"dataset": table}),
            Case({"columns": ["text"]}, {"dataset": texts}),
            Case({"kinds": []}, {"dataset": texts}),
            Case({"mask_character": "**"}, {"dataset": texts}),
        ],
    )


def test_validate_runs_by_duckdb_on_every_kind_of_data(datasets: list[Path]) -> None:
    table, pictures, texts = datasets
    facts = {table: ("speed", 50, 200), pictures: ("brightness", 0, 255), texts: ("lines", 1, 1)}
    cases = [
        Case(
            {
                "engine": "duckdb",
                "expectations": [
                    {
                        "type": "expect_column_values_to_be_between",
                        "kwargs": {"column": column, "min_value": low, "max_value": high},
                    }
                ],
            },
            {"dataset": folder},
        )
        for folder, (column, low, high) in facts.items()
    ]
    refused = [Case({**cases[0].config, "engine": "spark"}, {"dataset": table})]
    check_component(ValidateDataset, cases, refused=refused)
