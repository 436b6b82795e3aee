"""A judged model and the contexts of the effects that publish it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from plugins.tables import RecordingContext, TableInputs

from aileron.core.settings import Settings
from aileron.evaluate.gate import Gate, GateConfig
from aileron.evaluate.table import EvaluateConfig, EvaluateTable
from aileron.train.linear import TrainLogisticRegression, TrainRidge
from aileron.train.xgboost import TrainXGBoost


@dataclass
class Publisher:
    """An effect's context: who asks, in which project."""

    settings: Settings
    project: str
    work: Path
    lifecycle: str = "demo"
    run_id: str = "default/demo/manual__1"
    actor: str = "anna"
    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    git_commit: str | None = "c0ffee"
    lines: list[str] = field(default_factory=list)

    def log(self, message: str) -> None:
        self.lines.append(message)


@dataclass
class Judged:
    """Everything that comes before the effects."""

    table: TableInputs
    ports: dict[str, Path]

    def pick(self, *names: str) -> dict[str, Path]:
        return {name: self.ports[name] for name in names}


TRAINERS: dict[str, Any] = {
    "xgboost": TrainXGBoost,
    "logistic_regression": TrainLogisticRegression,
    "ridge": TrainRidge,
}


@pytest.fixture
def judged(
    new_context: Callable[..., RecordingContext],
    known_table: Callable[[str], TableInputs],
    tmp_path: Path,
) -> Callable[..., Judged]:
    """Trains, evaluates and judges: `judged("iris", "xgboost", thresholds={...}, eta=0.2)`."""

    def run(
        table: str | TableInputs,
        algorithm: str = "xgboost",
        thresholds: dict[str, Any] | None = None,
        **config: Any,
    ) -> Judged:
        inputs = known_table(table) if isinstance(table, str) else table
        trainer = TRAINERS[algorithm]()
        trained = trainer.run(new_context(), trainer.Config(**config), inputs.ports())
        ports = inputs.ports(model=trained["model"])
        evaluated = EvaluateTable().run(new_context(), EvaluateConfig(), ports)
        ports |= {"training": trained["metrics"], **evaluated}
        gate = GateConfig.model_validate({"thresholds": thresholds or {}})
        ports |= Gate().run(new_context(), gate, ports)
        ports["dataset_record"] = tmp_path / "dataset_record"
        ports["dataset_record"].mkdir(exist_ok=True)
        record = {
            "dataset": "cells",
            "version": 3,
            "tag": "default/cells@v3",
            "digest": "ab" * 32,
            "created": True,
        }
        (ports["dataset_record"] / "record.json").write_text(json.dumps(record))
        return Judged(inputs, ports)

    return run


@pytest.fixture
def publisher(mlflow_server: str, tmp_path: Path) -> Callable[..., Publisher]:
    """Makes contexts of one fresh project; each has its own key unless one is given."""
    project = f"p{uuid.uuid4().hex[:12]}"

    def make(ledger_url: str | None = None, **facts: Any) -> Publisher:
        settings = Settings.model_validate(
            {
                "workspace": tmp_path,
                "home": tmp_path / "home",
                "mlflow_url": facts.pop("mlflow_url", mlflow_server),
                "ledger_url": ledger_url,
            }
        )
        work = tmp_path / f"work-{uuid.uuid4().hex[:8]}"
        work.mkdir()
        return Publisher(settings, project, work, **facts)

    return make


@pytest.fixture
def client(mlflow_server: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """MLflow's own client, the judge of what we wrote."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", mlflow_server)
    monkeypatch.setenv("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.setenv("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    import mlflow

    mlflow.set_tracking_uri(mlflow_server)
    return mlflow.MlflowClient(mlflow_server)


@pytest.fixture
def record_folder(tmp_path: Path) -> Callable[[Any], Path]:
    """Writes a RECORD artifact."""

    def write(record: Any) -> Path:
        folder = tmp_path / f"record-{uuid.uuid4().hex[:8]}"
        folder.mkdir()
        (folder / "record.json").write_text(json.dumps(dict(record)))
        return folder

    return write
