"""What all tracking effects share: finding the run of a result, its experiment and its tags."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aileron.core.steps import EffectContext, Record

if TYPE_CHECKING:
    from aileron.registry.mlflow_rest import Metric, Mlflow, MlflowRun

KEY_TAG: Final = "aileron.key"
LONGEST: Final = 500
"""Characters of a parameter; MLflow cuts or refuses longer ones."""


def experiment_name(context: EffectContext) -> str:
    """The experiment of a lifecycle: ``project/lifecycle``."""
    return f"{context.project}/{context.lifecycle}"


def found_record(context: EffectContext) -> Record | None:
    """The record of the run with this effect's key, None unless it is there and finished."""
    from aileron.registry.mlflow_rest import Mlflow

    with Mlflow.of(context.settings) as mlflow:
        experiment = mlflow.experiment(experiment_name(context))
        run = mlflow.find_run(experiment, KEY_TAG, context.key) if experiment else None
        if run is None or run.status != "FINISHED":
            return None
        return record(mlflow, context, run)


def run_of(mlflow: Mlflow, context: EffectContext, name: str) -> MlflowRun:
    """The run with this effect's key, begun under `name` if there is none."""
    experiment = mlflow.ensure_experiment(experiment_name(context))
    run = mlflow.find_run(experiment, KEY_TAG, context.key)
    return run or mlflow.create_run(experiment, name, now(), {KEY_TAG: context.key})


def finished(mlflow: Mlflow, context: EffectContext, run: MlflowRun) -> Record:
    """Its record, once the run is marked as finished."""
    mlflow.finish_run(run.id, "FINISHED", now())
    context.log(f"MLflow run {run.id} in experiment {experiment_name(context)}")
    return record(mlflow, context, run)


def remove_run(context: EffectContext, run_id: str) -> None:
    """Delete the run."""
    from aileron.registry.mlflow_rest import Mlflow

    with Mlflow.of(context.settings) as mlflow:
        mlflow.delete_run(run_id)


def record(mlflow: Mlflow, context: EffectContext, run: MlflowRun) -> Record:
    """mlflow_run_id, experiment, url."""
    return {
        "mlflow_run_id": run.id,
        "experiment": experiment_name(context),
        "url": mlflow.run_page(run),
    }


def points(metrics: Path, at: int, prefix: str = "") -> list[Metric]:
    """The curves of the METRICS directory `metrics`, named with `prefix`, at time `at`."""
    from aileron.registry.mlflow_rest import Metric

    lines = (metrics / "history.jsonl").read_text(encoding="utf-8").splitlines()
    found = (json.loads(line) for line in lines)
    return [Metric(f"{prefix}{p['name']}", p["value"], at, p["step"]) for p in found]


def parameter_texts(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Parameters as MLflow keeps them."""
    return {
        name: (value if isinstance(value, str) else json.dumps(value))[:LONGEST]
        for name, value in parameters.items()
    }


def usual_tags(context: EffectContext) -> dict[str, str]:
    """Where a run comes from."""
    tags = {
        KEY_TAG: context.key,
        "aileron.project": context.project,
        "aileron.lifecycle": context.lifecycle,
        "aileron.run_id": context.run_id,
        "mlflow.user": context.actor,
        "mlflow.source.type": "PROJECT",
        "mlflow.source.name": experiment_name(context),
    }
    commit = context.git_commit
    return tags | ({"mlflow.source.git.commit": commit} if commit else {})


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in `path`."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def now() -> int:
    """Milliseconds since 1970."""
    return int(time.time() * 1000)
