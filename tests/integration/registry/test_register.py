"""Registration in a real MLflow server and a real ledger."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plugins.tables import TableInputs

from aileron.core.errors import Conflict, NotFound, Refused
from aileron.core.ports import ArtifactKind
from aileron.core.steps import NoOptions
from aileron.ledger import Ledger
from aileron.registry import champion_alias, set_champion_alias
from aileron.registry.mlflow_rest import Mlflow
from aileron.registry.register import RegisterConfig, RegisterModel
from aileron.registry.track import TrackRun
from aileron.serve.model import load
from aileron.store import open_store
from aileron.train.tables import SplitTable, encode, plain_rows

TRACKED = ("training", "metrics", "report", "verdict", "model", "dataset_record")
CONFIG = RegisterConfig(model="cells")


@pytest.fixture
def register(
    publisher: Callable[..., Any], record_folder: Callable[[Any], Path], ledger_url: str
) -> Callable[..., Any]:
    """Tracks and registers a judged model: (record, context, inputs)."""

    def run(found: Any) -> tuple[Any, Any, dict[str, Path]]:
        track = TrackRun().apply(publisher(), NoOptions(), found.pick(*TRACKED))
        inputs = found.pick("model", "verdict") | {"track": record_folder(track)}
        context = publisher(ledger_url)
        return RegisterModel().apply(context, CONFIG, inputs), context, inputs

    return run


def test_an_accepted_model_becomes_a_version_in_mlflow_and_in_the_ledger(
    judged: Callable[..., Any], register: Callable[..., Any], ledger: Ledger, client: Any
) -> None:
    found = judged("breast_cancer", n_estimators=10)
    record, context, inputs = register(found)
    row = ledger.models.get(context.project, "cells", 1)
    assert row is not None
    assert (row.digest, row.mlflow_version) == (record["digest"], record["mlflow_version"])
    store = open_store(context.settings.store_root)
    store.verify(row.reference)
    assert store.put(ArtifactKind.MODEL, inputs["model"]) == row.reference
    assert row.verdict_reference is not None
    version = client.get_model_version(f"{context.project}.cells", record["mlflow_version"])
    assert version.run_id == record["mlflow_run_id"]
    assert version.tags["aileron.digest"] == record["digest"]
    run = client.get_run(record["mlflow_run_id"])
    assert [m.model_id for m in run.outputs.model_outputs] == [record["mlflow_model_id"]]
    assert client.get_logged_model(record["mlflow_model_id"]).status == "READY"


def test_the_same_content_is_the_same_version_and_other_content_the_next(
    judged: Callable[..., Any], register: Callable[..., Any], ledger: Ledger, client: Any
) -> None:
    first, context, inputs = register(judged("iris", n_estimators=10))
    assert RegisterModel().observe(context, CONFIG, inputs) == first
    assert RegisterModel().apply(context, CONFIG, inputs) == first
    again, _, _ = register(judged("iris", n_estimators=10))
    assert again["version"] == first["version"] == 1
    other, _, _ = register(judged("iris", n_estimators=11))
    assert other["version"] == 2
    name = f"{context.project}.cells"
    assert len(client.search_model_versions(f"name = '{name}'")) == 2
    assert [row.version for row in ledger.models.list(context.project)] == [2, 1]


def test_before_it_is_applied_nothing_is_observed(
    judged: Callable[..., Any],
    publisher: Callable[..., Any],
    record_folder: Callable[[Any], Path],
    ledger_url: str,
) -> None:
    inputs = judged("iris", n_estimators=3).pick("model", "verdict")
    inputs["track"] = record_folder({"mlflow_run_id": "none"})
    assert RegisterModel().observe(publisher(ledger_url), CONFIG, inputs) is None


@pytest.mark.parametrize("cut_at", ["finish_logged_model", "create_version"])
def test_a_registration_that_was_broken_off_is_completed_not_doubled(
    cut_at: str,
    judged: Callable[..., Any],
    publisher: Callable[..., Any],
    record_folder: Callable[[Any], Path],
    ledger_url: str,
    client: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = judged("iris", n_estimators=5)
    track = TrackRun().apply(publisher(), NoOptions(), found.pick(*TRACKED))
    inputs = found.pick("model", "verdict") | {"track": record_folder(track)}

    def cut(*args: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Mlflow, cut_at, cut)
        with pytest.raises(KeyboardInterrupt):
            RegisterModel().apply(publisher(ledger_url), CONFIG, inputs)
    record = RegisterModel().apply(publisher(ledger_url), CONFIG, inputs)
    experiment = client.get_run(track["mlflow_run_id"]).info.experiment_id
    models = client.search_logged_models([experiment])
    assert [model.model_id for model in models] == [record["mlflow_model_id"]]


def test_a_crash_between_mlflow_and_the_ledger_is_repaired_by_the_next_apply(
    judged: Callable[..., Any],
    register: Callable[..., Any],
    publisher: Callable[..., Any],
    record_folder: Callable[[Any], Path],
    ledger: Ledger,
    ledger_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = judged("iris", n_estimators=4)
    with monkeypatch.context() as patch:
        patch.setattr("aileron.registry.register._add_row", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            register(found)
    record, context, inputs = register(found)
    assert record["mlflow_version"] == "1"
    assert RegisterModel().observe(context, CONFIG, inputs) == record
    assert len(ledger.models.list(context.project)) == 1


def _interrupt(*args: Any) -> None:
    raise KeyboardInterrupt


def test_a_rejected_model_is_refused_with_the_reasons(
    judged: Callable[..., Any], publisher: Callable[..., Any], ledger_url: str
) -> None:
    found = judged("iris", thresholds={"accuracy": {"min": 1.01}}, n_estimators=3)
    inputs = found.pick("model", "verdict") | {"track": found.ports["dataset_record"]}
    for act in (RegisterModel().apply, RegisterModel().observe):
        with pytest.raises(Refused, match=r"accuracy is .* below the least accepted 1\.01"):
            act(publisher(ledger_url), CONFIG, inputs)


def test_a_verdict_on_another_model_is_refused(
    judged: Callable[..., Any], publisher: Callable[..., Any], ledger_url: str
) -> None:
    one, two = judged("iris", n_estimators=3), judged("iris", n_estimators=4)
    inputs = {
        "model": one.ports["model"],
        "verdict": two.ports["verdict"],
        "track": one.ports["dataset_record"],
    }
    with pytest.raises(Refused, match="about another model"):
        RegisterModel().apply(publisher(ledger_url), CONFIG, inputs)


def test_undoing_takes_the_version_out_of_mlflow_and_it_can_come_back(
    judged: Callable[..., Any], register: Callable[..., Any], client: Any
) -> None:
    record, context, inputs = register(judged("iris", n_estimators=6))
    for _ in range(2):
        RegisterModel().undo(context, CONFIG, record)
    name = f"{context.project}.cells"
    assert list(client.search_model_versions(f"name = '{name}'")) == []
    assert RegisterModel().observe(context, CONFIG, inputs) is None
    again = RegisterModel().apply(context, CONFIG, inputs)
    assert again["version"] == record["version"]
    assert RegisterModel().observe(context, CONFIG, inputs) == again


def mixed(write_table: Callable[..., TableInputs]) -> TableInputs:
    colours = ["red", "blue", None, "绿"] * 30
    sizes: list[float | None] = [float(i % 11) for i in range(120)]
    sizes[7] = None
    labels = [
        "yes" if c == "red" or (s or 0) > 8 else "no" for c, s in zip(colours, sizes, strict=True)
    ]
    return write_table(
        {"size": sizes, "colour": colours, "label": labels}, "label", "classification"
    )


@pytest.mark.parametrize("algorithm", ["xgboost", "logistic_regression"])
def test_mlflow_itself_loads_the_model_and_answers_as_the_service_does(
    algorithm: str,
    judged: Callable[..., Any],
    register: Callable[..., Any],
    write_table: Callable[..., TableInputs],
    client: Any,
) -> None:
    """Numbers and categories with gaps, by the alias, with pickle forbidden."""
    import mlflow
    import pandas as pd

    found = judged(mixed(write_table), algorithm)
    record, context, inputs = register(found)
    set_champion_alias(context.settings, context.project, "cells", record["mlflow_version"])
    loaded = mlflow.pyfunc.load_model(f"models:/{context.project}.cells@champion")
    model = load(inputs["model"])
    table = SplitTable.read(found.table.dataset, found.table.split).part("test")
    rows = plain_rows(table, model.card.features, range(table.num_rows))
    answers = loaded.predict(pd.DataFrame(rows))
    expected = model.predict(rows)
    assert answers["label"].tolist() == [answer["label"] for answer in expected]
    shares = [answer["probabilities"]["yes"] for answer in expected]
    assert np.abs(answers["probability_yes"] - shares).max() < 1e-6
    assert [c.name for c in loaded.metadata.signature.inputs] == ["size", "colour"]
    assert loaded.input_example.shape == (1, 2)


def test_mlflows_xgboost_flavour_gives_the_booster(
    judged: Callable[..., Any], register: Callable[..., Any], client: Any
) -> None:
    import mlflow

    found = judged("breast_cancer")
    record, context, inputs = register(found)
    uri = f"models:/{context.project}.cells/{record['mlflow_version']}"
    booster = mlflow.xgboost.load_model(uri)
    model = load(inputs["model"])
    table = SplitTable.read(found.table.dataset, found.table.split).part("test")
    matrix = encode(table, model.card.features)
    assert np.abs(booster.inplace_predict(matrix) - model.scores(matrix)[:, 1]).max() < 1e-6


def test_the_alias_follows_and_can_be_taken_away(
    judged: Callable[..., Any], register: Callable[..., Any], client: Any
) -> None:
    record, context, _ = register(judged("iris", n_estimators=7))
    settings, project = context.settings, context.project
    assert champion_alias(settings, project, "cells") is None
    set_champion_alias(settings, project, "cells", record["mlflow_version"])
    assert champion_alias(settings, project, "cells") == record["mlflow_version"]
    assert client.get_model_version_by_alias(f"{project}.cells", "champion").version == "1"
    for _ in range(2):
        set_champion_alias(settings, project, "cells", None)
    assert champion_alias(settings, project, "cells") is None
    assert champion_alias(settings, project, "unknown") is None
    with pytest.raises((NotFound, Conflict)):
        set_champion_alias(settings, project, "cells", "99")
