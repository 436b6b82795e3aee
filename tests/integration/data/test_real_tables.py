"""Real tables from import to split: mixed types, missing values, no header."""

from __future__ import annotations

import shutil
from typing import Any

from plugins.datasets import Notebook, Workbench
from plugins.shared_data import shared

from aileron.data import read_card, read_split, read_table
from aileron.data.split import SplitConfig, SplitDataset
from aileron.data.validate import ValidateConfig, ValidateDataset
from aileron.data.versions import verify_dataset

ADULT_NAMES = """age workclass fnlwgt education education_num marital_status occupation relationship
race sex capital_gain capital_loss hours_per_week native_country income"""
HOUSING_NAMES = "crim zn indus chas nox rm age dis rad tax ptratio b lstat medv"
ADULT: dict[str, Any] = {
    "name": "adult_income",
    "header": False,
    "names": ADULT_NAMES.split(),
    "missing": ["?"],
    "target": "income",
    "task": "classification",
}
HOUSING: dict[str, Any] = {
    "name": "housing",
    "header": False,
    "names": HOUSING_NAMES.split(),
    "target": "medv",
    "task": "regression",
}


def test_census_income(workbench: Workbench) -> None:
    source = workbench.new()
    shutil.copy(shared("adult_income/adult-train.csv"), source)
    dataset = workbench.ingest_folder(source, ADULT)
    card = read_card(dataset)
    assert card.counts.rows == 32561
    assert card.classes == ("<=50K", ">50K")
    assert sum(c.type == "number" for c in card.features) == 6
    assert sum(c.type == "category" for c in card.features) == 8
    missing = {c.name: c.missing for c in card.columns if c.missing}
    assert missing == {"workclass": 1836, "occupation": 1843, "native_country": 583}
    verify_dataset(dataset, card.digest)

    parts = SplitDataset().run(Notebook(workbench.new()), SplitConfig(), {"dataset": dataset})
    shares = (
        read_table(dataset, ["income"])["income"].eq(">50K").groupby(read_split(parts["split"]))
    )
    assert shares.mean().round(3).nunique() == 1

    suite = {
        "expectations": [
            {
                "type": "expect_column_values_to_be_between",
                "kwargs": {"column": "age", "min_value": 17, "max_value": 90},
            },
            {
                "type": "expect_column_values_to_not_be_null",
                "kwargs": {"column": "occupation", "mostly": 0.9},
            },
        ]
    }
    config = ValidateConfig.model_validate(suite)
    ValidateDataset().run(Notebook(workbench.new()), config, {"dataset": dataset})


def test_house_prices(workbench: Workbench) -> None:
    source = workbench.new()
    shutil.copy(shared("housing/housing.csv"), source)
    dataset = workbench.ingest_folder(source, HOUSING)
    card = read_card(dataset)
    assert card.counts.rows == 506
    assert (card.classes, len(card.features)) == (None, 13)
    assert read_table(dataset)["medv"].iloc[0] == 24.0
