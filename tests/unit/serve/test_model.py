"""Loading a model: only what was trained, only in safe formats."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plugins.tables import RecordingContext, TableInputs

from aileron.serve.model import ModelBroken, load
from aileron.train.linear import TrainLogisticRegression, TrainRidge
from aileron.train.xgboost import TrainXGBoost

KnownTable = Callable[[str], TableInputs]
NewContext = Callable[..., RecordingContext]


@pytest.fixture
def trained(known_table: KnownTable, new_context: NewContext) -> Callable[..., Path]:
    """Trains on a known table and gives the MODEL folder."""

    def train(trainer: Any, table: str, **config: Any) -> Path:
        inputs = known_table(table).ports()
        return Path(trainer().run(new_context(), trainer.Config(**config), inputs)["model"])

    return train


@pytest.mark.parametrize("trainer", [TrainXGBoost, TrainLogisticRegression])
def test_a_classifier_answers_label_score_and_probabilities(
    trained: Callable[..., Path], trainer: Any
) -> None:
    model = load(trained(trainer, "iris"))
    answer = model.predict([dict(model.card.input_example)])[0]
    assert set(answer["probabilities"]) == {"setosa", "versicolor", "virginica"}
    assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-6)
    assert answer["score"] == answer["probabilities"][answer["label"]]
    assert answer["label"] == max(answer["probabilities"], key=answer["probabilities"].get)


@pytest.mark.parametrize("trainer", [TrainXGBoost, TrainRidge])
def test_a_regression_answers_a_value(trained: Callable[..., Path], trainer: Any) -> None:
    model = load(trained(trainer, "diabetes"))
    (answer,) = model.predict([dict(model.card.input_example)])
    assert set(answer) == {"value"}
    assert type(answer["value"]) is float


def test_no_rows_are_no_answers(trained: Callable[..., Path]) -> None:
    assert load(trained(TrainXGBoost, "iris")).predict([]) == []


def test_the_threshold_decides_between_two_classes(trained: Callable[..., Path]) -> None:
    rows = [dict(load(trained(TrainXGBoost, "breast_cancer")).card.input_example)]
    labels = {
        threshold: load(trained(TrainXGBoost, "breast_cancer", threshold=threshold)).predict(rows)
        for threshold in (0.0, 1.0)
    }
    assert labels[0.0][0]["label"] == "malignant"
    assert labels[1.0][0]["label"] == "benign"
    assert labels[0.0][0]["probabilities"] == labels[1.0][0]["probabilities"]


def test_answers_are_plain_json(trained: Callable[..., Path]) -> None:
    for trainer, table in ((TrainXGBoost, "breast_cancer"), (TrainRidge, "diabetes")):
        model = load(trained(trainer, table))
        answer = model.predict([dict(model.card.input_example)])
        assert json.loads(json.dumps(answer)) == answer


def test_many_threads_get_the_same_answers(trained: Callable[..., Path]) -> None:
    model = load(trained(TrainXGBoost, "breast_cancer"))
    row = dict(model.card.input_example)
    rows = [row | {"mean_radius": float(size)} for size in range(50)]
    wanted = model.predict(rows)
    seen: list[Any] = []

    def ask() -> None:
        seen.append([model.predict([row])[0] for row in rows])

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [wanted] * 8


def test_a_changed_model_file_is_not_loaded(trained: Callable[..., Path]) -> None:
    folder = trained(TrainXGBoost, "iris")
    data = bytearray((folder / "model.ubj").read_bytes())
    data[-1] ^= 1
    (folder / "model.ubj").write_bytes(data)
    with pytest.raises(ModelBroken, match="digest differs"):
        load(folder)


def test_a_model_file_outside_the_folder_is_not_loaded(trained: Callable[..., Path]) -> None:
    folder = trained(TrainXGBoost, "iris")
    card = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(card | {"file": "../model/model.ubj"}))
    with pytest.raises(ModelBroken, match="missing"):
        load(folder)


def test_a_skops_file_with_a_type_that_is_not_allowed_is_not_loaded(
    trained: Callable[..., Path],
) -> None:
    import hashlib

    import skops.io
    from sklearn.preprocessing import FunctionTransformer

    folder = trained(TrainRidge, "diabetes")
    evil = skops.io.dumps(FunctionTransformer(np.testing.assert_equal))
    (folder / "model.skops").write_bytes(evil)
    card = json.loads((folder / "model.json").read_text())
    card["file_digest"] = hashlib.sha256(evil).hexdigest()
    (folder / "model.json").write_text(json.dumps(card))
    with pytest.raises(ModelBroken, match="is not loaded"):
        load(folder)


@pytest.mark.parametrize("change", [{"format_version": 2}, {"surplus": 1}])
def test_a_card_of_another_format_is_refused(
    trained: Callable[..., Path], change: dict[str, Any]
) -> None:
    folder = trained(TrainRidge, "diabetes")
    card = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(card | change))
    with pytest.raises(ModelBroken):
        load(folder)


def test_a_folder_without_a_card_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match=r"model\.json"):
        load(tmp_path)
