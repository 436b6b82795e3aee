"""What a service answers is what the trained model says, for each task and library."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plugins.serving import MODELS, Trained
from plugins.serving_app import LocalService

from aileron.train.tables import SplitTable, encode, plain_rows

Local = Callable[[str], LocalService]


def trained_scores(model: Path, matrix: Any) -> Any:
    """The scores of the model file, by the library's usual interface."""
    card = json.loads((model / "model.json").read_text())
    if card["framework"] == "sklearn":
        import skops.io

        pipeline = skops.io.load(model / card["file"], trusted=["numpy.dtype"])
        regression = card["task"] == "regression"
        return pipeline.predict(matrix) if regression else pipeline.predict_proba(matrix)
    import xgboost

    booster = xgboost.Booster(model_file=model / card["file"])
    data = xgboost.DMatrix(
        matrix,
        feature_types=booster.feature_types,
        feature_names=booster.feature_names,
        enable_categorical=True,
    )
    raw = booster.predict(data, validate_features=False)
    return np.column_stack([1 - raw, raw]) if card["task"] == "binary" else raw


@pytest.mark.parametrize("kind", MODELS)
def test_both_protocols_answer_as_the_trained_model_does(
    kind: str, local: Local, trained: Callable[[str], Trained]
) -> None:
    source, service = trained(kind), local(kind)
    card = service.service.card
    test = SplitTable.read(source.inputs.dataset, source.inputs.split).part("test")
    rows = plain_rows(test, card.features, range(test.num_rows))
    wanted = np.asarray(trained_scores(source.model, encode(test, card.features)), dtype=float)

    answer = service.post("/predict", {"data": rows}).json()["batch_results"]
    columns = [
        {"name": name, "shape": [len(rows)], "datatype": datatype, "data": [r[name] for r in rows]}
        for name, datatype in _inputs(service)
    ]
    outputs = service.post("/v2/models/sample/infer", {"inputs": columns}).json()["outputs"]
    tensors = {output["name"]: output for output in outputs}

    if card.classes is None:
        assert [r["value"] for r in answer] == pytest.approx(wanted.tolist(), abs=1e-6, rel=1e-6)
        assert tensors["value"]["data"] == [r["value"] for r in answer]
        return
    found = [[r["probabilities"][c] for c in card.classes] for r in answer]
    assert np.allclose(found, wanted, rtol=1e-6, atol=1e-6)
    assert tensors["probabilities"]["shape"] == [len(rows), len(card.classes)]
    assert np.allclose(
        np.reshape(tensors["probabilities"]["data"], wanted.shape), wanted, atol=1e-6
    )
    labels = [r["label"] for r in answer]
    assert tensors["label"]["data"] == labels
    assert all(r["score"] == r["probabilities"][r["label"]] for r in answer)
    if card.task == "multiclass":
        assert labels == [card.classes[i] for i in wanted.argmax(axis=1)]


def _inputs(service: LocalService) -> list[tuple[str, str]]:
    metadata = service.get("/v2/models/sample").json()
    assert all(entry["shape"] == [-1] for entry in metadata["inputs"])
    return [(entry["name"], entry["datatype"]) for entry in metadata["inputs"]]


def test_a_binary_model_answers_by_its_threshold(
    local: Local, trained: Callable[[str], Trained], tmp_path: Path
) -> None:
    source = trained("binary_xgboost").model
    changed = tmp_path / "changed"
    changed.mkdir()
    card = json.loads((source / "model.json").read_text())
    (changed / card["file"]).write_bytes((source / card["file"]).read_bytes())
    (changed / "model.json").write_text(json.dumps(card | {"threshold": 1.0}))

    strict = LocalService.of(changed, tmp_path / "src")
    results = strict.post("/predict", {"data": [strict.example] * 3}).json()["batch_results"]

    assert {result["label"] for result in results} == {card["classes"][0]}


def test_include_req_gives_each_row_back_with_its_answer(local: Local) -> None:
    service = local("binary_xgboost")
    rows = [service.example, service.example | {"city": "Wuhan"}]

    plain = service.post("/predict", {"data": rows, "include_req": False}).json()["batch_results"]
    echoed = service.post("/predict", {"data": rows, "include_req": True}).json()["batch_results"]

    assert [result.pop("req") for result in echoed] == rows
    assert echoed == plain


def test_a_missing_value_is_null_where_training_had_missing_values(local: Local) -> None:
    service = local("binary_xgboost")

    answer = service.post("/predict", {"data": [service.example | {"age": None}]})

    assert answer.status_code == 200


def test_log_ids_are_unique_integers(local: Local) -> None:
    service = local("regression_ridge")

    ids = [
        service.post("/predict", {"data": [service.example]}).json()["log_id"] for _ in range(50)
    ]

    assert len(set(ids)) == 50
    assert all(isinstance(i, int) and 0 < i < 2**63 for i in ids)


def test_a_request_id_is_taken_over_or_made(local: Local) -> None:
    service = local("regression_ridge")
    body = {"data": [service.example]}

    given = service.post("/predict", body, headers={"x-request-id": "abc-1"})
    made = [service.post("/predict", body).headers["x-request-id"] for _ in range(2)]
    forged = service.post("/predict", body, headers={"x-request-id": "a b<script>"})

    assert given.headers["x-request-id"] == "abc-1"
    assert len(set(made)) == 2
    assert forged.headers["x-request-id"] != "a b<script>"
    assert service.get("/nothing").headers["x-request-id"]
