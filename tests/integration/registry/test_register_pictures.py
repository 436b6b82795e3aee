"""Models of pictures in a real MLflow server: tracked, registered, loaded again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plugins.image_models import COLOURS, base64_of, picture
from plugins.image_services import Pictured, pictured
from plugins.serving import run_step

from aileron.core.steps import NoOptions
from aileron.registry.register import RegisterConfig, RegisterModel
from aileron.registry.track import TrackRun
from aileron.serve.image_model import load
from aileron.serve.pictures import read

__all__ = ["pictured"]

CONFIG = RegisterConfig(model="colours")
FILES = [picture("red"), picture("blue"), picture("lime", form="JPEG")]


@pytest.fixture
def registered(
    pictured: Callable[[str], Pictured],
    publisher: Callable[..., Any],
    record_folder: Callable[[Any], Path],
    ledger_url: str,
    tmp_path: Path,
) -> Callable[[str], tuple[dict[str, Any], Any, Any]]:
    """The track record, the register record and the context of a judged model."""

    def run(kind: str) -> tuple[dict[str, Any], Any, Any]:
        ports = pictured(kind).ports()
        training = tmp_path / "training"
        training.mkdir()
        metrics = {"format_version": 1, "metrics": {"train_loss": 0.5}, "primary": "train_loss"}
        (training / "metrics.json").write_text(json.dumps(metrics))
        points = [{"name": "train_loss", "step": i, "value": 1 / (i + 1)} for i in range(3)]
        (training / "history.jsonl").write_text("".join(json.dumps(p) + "\n" for p in points))
        ports |= run_step("evaluate.image", tmp_path / "evaluate", ports, right_shown=1)
        ports |= run_step("evaluate.gate", tmp_path / "gate", ports)
        version = {"dataset": "colours", "version": 1, "tag": "default/colours@v1"}
        ports["dataset_record"] = record_folder(version | {"digest": "ab" * 32, "created": True})
        ports["training"] = training
        track = TrackRun().apply(publisher(), NoOptions(), ports)
        context = publisher(ledger_url)
        inputs = ports | {"track": record_folder(track)}
        return track, dict(RegisterModel().apply(context, CONFIG, inputs)), context

    return run


@pytest.mark.parametrize("kind", ["single", "multi"])
def test_mlflow_itself_loads_the_model_and_answers_as_the_service_does(
    kind: str, registered: Callable[[str], Any], pictured: Callable[[str], Pictured], client: Any
) -> None:
    import mlflow
    import pandas as pd

    _, record, context = registered(kind)
    uri = f"models:/{context.project}.colours/{record['mlflow_version']}"
    loaded = mlflow.pyfunc.load_model(uri)
    answers = loaded.predict(pd.DataFrame({"image": FILES}))

    if kind == "multi":
        assert answers["labels"].tolist() == [["red"], ["blue"], ["green"]]
    else:
        assert answers["label"].tolist() == ["red", "blue", "green"]
    model = load(pictured(kind).model)
    prepared = [read(file, model.card.preparation) for file in FILES]
    wanted = model.scores(prepared)
    for place, name in enumerate(COLOURS):
        assert np.abs(answers[f"probability_{name}"] - wanted[:, place]).max() < 1e-6
    graph = mlflow.onnx.load_model(uri)
    assert [port.name for port in graph.graph.output] == ["scores"]
    assert [column.name for column in loaded.metadata.signature.inputs] == ["image"]
    assert loaded.input_example["image"].map(type).tolist() == [bytes]
    assert loaded.predict(loaded.input_example)["probability_red"].between(0, 1).all()


def test_the_pyfunc_takes_base64_too(pictured: Callable[[str], Pictured]) -> None:
    import pandas as pd

    from aileron.serve.image_pyfunc import _load_pyfunc

    model = _load_pyfunc(str(pictured("single").model))
    both = [
        model.predict(pd.DataFrame({"image": values}))
        for values in (FILES, [base64_of(file) for file in FILES])
    ]

    assert both[0].equals(both[1])
    assert model.predict(pd.DataFrame({"image": []})).empty


def test_the_run_shows_what_the_model_is_made_for(
    registered: Callable[[str], Any], client: Any
) -> None:
    track, record, context = registered("single")
    run = client.get_run(track["mlflow_run_id"])

    assert run.data.params["classes"] == "3"
    assert run.data.params["picture"] == "[16, 16]"
    assert run.data.metrics["f1_macro"] > 0.9
    history = client.get_metric_history(track["mlflow_run_id"], "rounds/train_loss")
    assert [point.step for point in history] == [0, 1, 2]
    version = client.get_model_version(f"{context.project}.colours", record["mlflow_version"])
    assert version.description == "train.hand_made, single label, 3 classes of pictures"
    assert version.tags["aileron.format"] == "onnx"
