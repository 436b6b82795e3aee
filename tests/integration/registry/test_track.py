"""Tracking in a real MLflow server: one run per result, readable by MLflow's own client."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aileron.core.errors import Unavailable
from aileron.core.steps import NoOptions
from aileron.registry.mlflow_rest import Mlflow
from aileron.registry.track import TrackRun

PORTS = ("training", "metrics", "report", "verdict", "model", "dataset_record")


@pytest.fixture
def inputs(judged: Callable[..., Any]) -> dict[str, Path]:
    picked: dict[str, Path] = judged("breast_cancer", n_estimators=20).pick(*PORTS)
    return picked


def runs(client: Any, project: str) -> list[Any]:
    experiment = client.get_experiment_by_name(f"{project}/demo")
    found: list[Any] = client.search_runs([experiment.experiment_id])
    return found


def test_a_run_shows_parameters_metrics_by_round_and_where_it_came_from(
    inputs: dict[str, Path], publisher: Callable[..., Any], client: Any
) -> None:
    context = publisher()
    record = TrackRun().apply(context, NoOptions(), inputs)
    run = client.get_run(record["mlflow_run_id"])
    assert run.info.status == "FINISHED"
    assert run.data.params["eta"] == "0.5"  # chosen for 20 rounds, and recorded
    assert run.data.params["algorithm"] == "train.xgboost"
    evaluated = json.loads((inputs["metrics"] / "metrics.json").read_text())["metrics"]
    assert run.data.metrics["roc_auc"] == pytest.approx(evaluated["roc_auc"], abs=1e-12)
    history = client.get_metric_history(run.info.run_id, "rounds/validation_log_loss")
    assert [point.step for point in history] == list(range(20))
    tags = run.data.tags
    assert tags["aileron.dataset_version"] == "3"
    assert tags["aileron.dataset_digest"] == "ab" * 32
    assert tags["aileron.verdict"] == "accepted"
    assert tags["mlflow.source.git.commit"] == "c0ffee"
    assert tags["mlflow.user"] == "anna"
    (used,) = run.inputs.dataset_inputs
    assert used.dataset.name == "cells@v3"
    assert "mean_radius" in used.dataset.schema
    assert record["experiment"] == f"{context.project}/demo"


def test_an_experiment_is_of_models_unless_someone_said_otherwise(
    inputs: dict[str, Path], publisher: Callable[..., Any], client: Any
) -> None:
    context = publisher()
    record = TrackRun().apply(context, NoOptions(), inputs)
    assert record["url"].endswith(f"{record['mlflow_run_id']}?workflowType=machine_learning")
    experiment = client.get_experiment_by_name(record["experiment"])
    kind = "mlflow.experimentKind"
    assert experiment.tags[kind] == "custom_model_development"
    client.set_experiment_tag(experiment.experiment_id, kind, "finetuning")
    TrackRun().apply(context, NoOptions(), inputs)
    assert client.get_experiment_by_name(record["experiment"]).tags[kind] == "finetuning"


def test_report_and_pictures_can_be_opened_in_mlflow(
    inputs: dict[str, Path], publisher: Callable[..., Any], client: Any, tmp_path: Path
) -> None:
    record = TrackRun().apply(publisher(), NoOptions(), inputs)
    folder = client.download_artifacts(record["mlflow_run_id"], "report", str(tmp_path))
    for path in inputs["report"].iterdir():
        assert (Path(folder) / path.name).read_bytes() == path.read_bytes()
    assert {path.name for path in Path(folder).iterdir()} >= {"report.html", "roc.svg"}


def test_the_same_effect_again_changes_nothing(
    inputs: dict[str, Path], publisher: Callable[..., Any], client: Any
) -> None:
    context = publisher()
    assert TrackRun().observe(context, NoOptions(), inputs) is None
    first = TrackRun().apply(context, NoOptions(), inputs)
    assert TrackRun().observe(context, NoOptions(), inputs) == first
    assert TrackRun().apply(context, NoOptions(), inputs) == first
    assert len(runs(client, context.project)) == 1
    history = client.get_metric_history(first["mlflow_run_id"], "rounds/train_log_loss")
    assert len(history) == 20


def test_a_run_that_was_broken_off_is_completed_not_doubled(
    inputs: dict[str, Path],
    publisher: Callable[..., Any],
    client: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    context = publisher()

    def cut(*args: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Mlflow, "upload", cut)
        with pytest.raises(KeyboardInterrupt):
            TrackRun().apply(context, NoOptions(), inputs)
    assert TrackRun().observe(context, NoOptions(), inputs) is None
    record = TrackRun().apply(context, NoOptions(), inputs)
    assert [run.info.run_id for run in runs(client, context.project)] == [record["mlflow_run_id"]]


def test_results_that_differ_are_runs_of_one_experiment_to_compare(
    judged: Callable[..., Any], publisher: Callable[..., Any], client: Any
) -> None:
    first = publisher()
    for algorithm in ("xgboost", "logistic_regression"):
        inputs = judged("iris", algorithm).pick(*PORTS)
        TrackRun().apply(publisher(), NoOptions(), inputs)
    found = runs(client, first.project)
    assert {run.data.params["algorithm"] for run in found} == {
        "train.xgboost",
        "train.logistic_regression",
    }
    shared = set.intersection(*(set(run.data.metrics) for run in found))
    assert {"f1_macro", "validation_log_loss", "train_accuracy"} <= shared


def test_a_rejected_result_is_tracked_as_rejected(
    judged: Callable[..., Any], publisher: Callable[..., Any], client: Any
) -> None:
    rejected = judged("iris", "xgboost", {"accuracy": {"min": 1.01}})
    record = TrackRun().apply(publisher(), NoOptions(), rejected.pick(*PORTS))
    tags = client.get_run(record["mlflow_run_id"]).data.tags
    assert tags["aileron.verdict"] == "rejected"
    assert "below the least accepted 1.01" in tags["mlflow.note.content"]


def test_undoing_deletes_the_run_and_undoing_twice_is_harmless(
    inputs: dict[str, Path], publisher: Callable[..., Any], client: Any
) -> None:
    context = publisher()
    record = TrackRun().apply(context, NoOptions(), inputs)
    TrackRun().undo(context, NoOptions(), record)
    TrackRun().undo(context, NoOptions(), record)
    assert runs(client, context.project) == []
    assert TrackRun().observe(context, NoOptions(), inputs) is None
    assert TrackRun().apply(context, NoOptions(), inputs) != record


def test_a_deleted_experiment_comes_back(
    inputs: dict[str, Path], publisher: Callable[..., Any], client: Any
) -> None:
    context = publisher()
    TrackRun().apply(context, NoOptions(), inputs)
    experiment = client.get_experiment_by_name(f"{context.project}/demo")
    client.delete_experiment(experiment.experiment_id)
    again = publisher()
    assert TrackRun().observe(again, NoOptions(), inputs) is None
    TrackRun().apply(again, NoOptions(), inputs)
    assert client.get_experiment(experiment.experiment_id).lifecycle_stage == "active"


def test_without_a_server_the_effect_says_so_and_a_retry_succeeds(
    inputs: dict[str, Path], publisher: Callable[..., Any], client: Any
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{probe.getsockname()[1]}"
    start = time.monotonic()
    with pytest.raises(Unavailable, match="does not answer"):
        TrackRun().apply(publisher(mlflow_url=nowhere, key="k1"), NoOptions(), inputs)
    assert time.monotonic() - start < 30
    context = publisher(key="k1")
    TrackRun().apply(context, NoOptions(), inputs)
    assert len(runs(client, context.project)) == 1
