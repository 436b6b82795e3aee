"""The steps of stage `registry` keep what every effect promises, in a real MLflow server."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from plugins.serving import run_step
from plugins.tables import TableInputs
from pydantic import SecretStr

from aileron.core.settings import Settings
from aileron.ledger import Ledger
from aileron.registry.register import RegisterModel
from aileron.registry.track import TrackRun
from aileron.registry.track_job import TrackJob
from aileron.run.conformance import Case, check_effect
from aileron.run.context import PlatformContext
from aileron.train.job.metrics import write_parameters
from aileron.train.trainer import Point, write_metrics

Ports = Mapping[str, Path]
DATASET = {"dataset": "iris", "version": 1, "tag": "default/iris@v1", "digest": "ab" * 32}


@pytest.fixture
def settings(tmp_path: Path, mlflow_server: str, ledger_url: str) -> Settings:
    return Settings(
        workspace=tmp_path,
        home=tmp_path / "home",
        mlflow_url=mlflow_server,
        ledger_url=SecretStr(ledger_url),
    )


@pytest.fixture
def write_record(tmp_path: Path) -> Callable[[str, Any], Path]:
    """Writes a RECORD artifact."""

    def write(name: str, record: Any) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "record.json").write_text(json.dumps(dict(record)))
        return folder

    return write


@pytest.fixture
def judge(
    known_table: Callable[[str], TableInputs],
    write_record: Callable[[str, Any], Path],
    tmp_path: Path,
) -> Callable[..., Ports]:
    """All that comes before the registry: `judge("name", {"accuracy": {"min": 0.9}})`."""

    def run(name: str, thresholds: Any) -> Ports:
        folder = tmp_path / name
        ports = known_table("iris").ports()
        trained = run_step("train.logistic_regression", folder / "train", ports)
        ports |= {"model": trained["model"], "training": trained["metrics"]}
        ports |= run_step("evaluate.table", folder / "evaluate", ports)
        ports |= run_step("evaluate.gate", folder / "gate", ports, thresholds=thresholds)
        return ports | {"dataset_record": write_record(f"{name}_dataset", DATASET)}

    return run


def pick(ports: Ports, step: Any) -> dict[str, Path]:
    return {name: ports[name] for name in step.inputs if name in ports}


def ask(url: str, method: str, path: str, **request: Any) -> dict[str, Any]:
    answer = httpx.request(
        method, f"{url}/api/2.0/mlflow/{path}", trust_env=False, timeout=30, **request
    )
    answer.raise_for_status()
    document: dict[str, Any] = answer.json()
    return document


def runs(url: str) -> Any:
    """The living runs of every experiment, with what was logged."""
    found = ask(url, "GET", "experiments/search", params={"max_results": 1000})["experiments"]
    ids = [experiment["experiment_id"] for experiment in found]
    body = {"experiment_ids": ids, "max_results": 1000}
    listed = ask(url, "POST", "runs/search", json=body).get("runs", [])
    return {run["info"]["run_id"]: (run["info"]["status"], run["data"]) for run in listed}


def versions(url: str) -> Any:
    """The versions of every registered model."""
    listed = ask(url, "GET", "model-versions/search", params={"max_results": 1000})
    return [
        (version["name"], version["version"], version.get("tags", []))
        for version in listed.get("model_versions", [])
    ]


def test_tracking_is_an_effect(judge: Callable[..., Ports], settings: Settings) -> None:
    url = settings.require("mlflow_url")
    given = pick(judge("good", {"accuracy": {"min": 0.5}}), TrackRun)
    check_effect(TrackRun, Case({}, given), settings, world=lambda: runs(url))


def test_tracking_a_job_is_an_effect(settings: Settings, tmp_path: Path) -> None:
    url = settings.require("mlflow_url")
    points = [Point("loss", step, 1 / (step + 1)) for step in range(3)]
    metrics = write_metrics(tmp_path / "metrics", {"accuracy": 0.5, "loss": 0.25}, "loss", points)
    write_parameters(metrics, {"lr": "0.1"})
    config = {"job": "mine", "command": "python train.py", "parameters": {"epochs": 3}}
    check_effect(
        TrackJob,
        Case(config, {"metrics": metrics}),
        settings,
        world=lambda: runs(url),
        refused=[Case({"framework": "unheard-of"}, {"metrics": metrics})],
    )


def test_registration_is_an_effect(
    judge: Callable[..., Ports],
    write_record: Callable[[str, Any], Path],
    settings: Settings,
    ledger: Ledger,
    tmp_path: Path,
) -> None:
    url = settings.require("mlflow_url")
    good, bad = judge("good", {}), judge("bad", {"accuracy": {"min": 1.01}})
    context = PlatformContext(settings, "default", "conformance", "r", "anna", "k", tmp_path)
    tracked = TrackRun().apply(context, TrackRun.Config(), pick(good, TrackRun))
    record = {"track": write_record("track", tracked)}

    def world() -> object:
        rows = [
            (row.name, row.version, row.mlflow_version) for row in ledger.models.list("default")
        ]
        return versions(url), rows, len(ledger.events.list("default"))

    config = {"model": "irises"}
    check_effect(
        RegisterModel,
        Case(config, pick(good, RegisterModel) | record),
        settings,
        world,
        refused=[
            Case(config, pick(bad, RegisterModel) | record),
            Case({"model": "Not A Name"}, pick(good, RegisterModel) | record),
        ],
    )
