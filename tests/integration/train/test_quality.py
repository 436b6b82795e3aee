"""What defaults alone reach on real tables, by the real steps, from file to metrics."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plugins.shared_data import shared
from plugins.tables import ADULT_COLUMNS, HOUSING_COLUMNS, RecordingContext

from aileron.data.ingest import Ingest, IngestConfig
from aileron.data.split import SplitConfig, SplitDataset
from aileron.evaluate.table import EvaluateConfig, EvaluateTable
from aileron.serve.model import Model, load
from aileron.train.linear import TrainLogisticRegression
from aileron.train.xgboost import TrainXGBoost

NewContext = Callable[..., RecordingContext]

ADULT: dict[str, Any] = {
    "name": "adult",
    "header": False,
    "names": ADULT_COLUMNS,
    "missing": ["?"],
    "target": "income",
    "task": "classification",
    "labels": {"<=50K.": "<=50K", ">50K.": ">50K"},
}
HOUSING: dict[str, Any] = {
    "name": "housing",
    "header": False,
    "names": HOUSING_COLUMNS,
    "target": "medv",
    "task": "regression",
}
REVIEWS: dict[str, Any] = {
    "name": "reviews",
    "target": "label",
    "task": "classification",
    "columns": {"review": {"type": "text"}},
}


def source(folder: Path, data: str, test: str | None = None) -> Path:
    """A SOURCE artifact of files of the shared data."""
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "data.csv").symlink_to(shared(data))
    if test is None:
        return folder / "data"
    (folder / "test").mkdir()
    (folder / "test" / "test.csv").symlink_to(shared(test))
    return folder


def judge(
    new_context: NewContext, dataset: Path, trainer: Any, seed: int = 0
) -> tuple[dict[str, float], Model]:
    """Split, train and evaluate with defaults; metrics on the test rows, and the model."""
    ports = {"dataset": dataset}
    ports |= SplitDataset().run(new_context(seed=seed), SplitConfig(), ports)
    ports |= {"model": trainer.run(new_context(), trainer.Config(), ports)["model"]}
    outputs = EvaluateTable().run(new_context(), EvaluateConfig(), ports)
    metrics = json.loads((outputs["metrics"] / "metrics.json").read_text())["metrics"]
    return metrics, load(ports["model"])


def imported(new_context: NewContext, folder: Path, definition: dict[str, Any]) -> Path:
    outputs = Ingest().run(
        new_context(), IngestConfig.model_validate(definition), {"source": folder}
    )
    return outputs["dataset"]


def test_the_census_is_predicted_on_its_own_test_file(
    tmp_path: Path, new_context: NewContext
) -> None:
    files = source(tmp_path, "adult_income/adult-train.csv", "adult_income/adult-test.csv")
    dataset = imported(new_context, files, ADULT)
    metrics, model = judge(new_context, dataset, TrainXGBoost())
    assert model.card.classes == ("<=50K", ">50K")
    assert metrics["roc_auc"] >= 0.925


def test_house_prices_are_predicted_whichever_rows_are_held_out(
    tmp_path: Path, new_context: NewContext
) -> None:
    dataset = imported(new_context, source(tmp_path, "housing/housing.csv"), HOUSING)
    found = [judge(new_context, dataset, TrainXGBoost(), seed)[0]["r2"] for seed in range(5)]
    assert np.mean(found) >= 0.83


@pytest.mark.parametrize("trainer", [TrainXGBoost(), TrainLogisticRegression()])
def test_chinese_reviews_are_told_apart_by_their_words(
    trainer: Any, tmp_path: Path, new_context: NewContext
) -> None:
    files = source(tmp_path, "hotel_reviews_zh/ChnSentiCorp_htl_all.csv")
    dataset = imported(new_context, files, REVIEWS)
    metrics, model = judge(new_context, dataset, trainer)
    assert metrics["roc_auc"] >= 0.93
    assert metrics["accuracy"] >= 0.85
    bad, good = model.predict(
        [
            {"review": "房间又小又脏，服务态度极差，再也不会来了"},
            {"review": "酒店位置很好，早餐丰富，服务热情，下次还会入住"},
        ]
    )
    assert (bad["label"], good["label"]) == ("0", "1")
