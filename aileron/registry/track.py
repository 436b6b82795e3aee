"""Tracks a run in MLflow: one MLflow run per distinct result, however often it is asked for.

The run is found again by its tag ``aileron.key``, so a repeated or broken-off effect fills
the same run. Points carry the run's own start time, so that logging them again adds none.
Metrics are named ``NAME`` on test rows, ``train_NAME`` and ``validation_NAME`` of the final
model, and ``rounds/train_NAME`` by round.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Effect, EffectContext, NoOptions, Record

if TYPE_CHECKING:
    from aileron.registry.mlflow_rest import Metric, Mlflow, MlflowRun

KEY_TAG = "aileron.key"
LONGEST = 500
"""Characters of a parameter; MLflow cuts or refuses longer ones."""


class TrackRun(Effect[NoOptions]):
    """Records parameters, metrics by round, the evaluation, its report and the verdict."""

    name = "registry.track"
    version = 2
    title: ClassVar[Mapping[str, str]] = {"en": "Track in MLflow", "zh": "记录到 MLflow"}
    Config = NoOptions
    records_refusals = True
    inputs: ClassVar[Mapping[str, Port]] = {
        "training": Port(ArtifactKind.METRICS, "metrics of the training, by round"),
        "metrics": Port(ArtifactKind.METRICS, "metrics on the test rows"),
        "report": Port(ArtifactKind.REPORT, "the evaluation's report"),
        "verdict": Port(ArtifactKind.VERDICT, "the gate's verdict"),
        "model": Port(ArtifactKind.MODEL, "the model; its parameters are recorded"),
        "dataset_record": Port(ArtifactKind.RECORD, "the dataset version"),
    }
    outputs: ClassVar[Mapping[str, Port]] = {
        "record": Port(ArtifactKind.RECORD, "mlflow_run_id, experiment, url")
    }

    def observe(
        self,
        context: EffectContext,
        config: NoOptions,  # noqa: ARG002
        inputs: Mapping[str, Path],  # noqa: ARG002
    ) -> Record | None:
        from aileron.registry.mlflow_rest import Mlflow

        with Mlflow.of(context.settings) as mlflow:
            experiment = mlflow.experiment(_experiment(context))
            run = mlflow.find_run(experiment, KEY_TAG, context.key) if experiment else None
            if run is None or run.status != "FINISHED":
                return None
            return _record(mlflow, context, run)

    def apply(
        self,
        context: EffectContext,
        config: NoOptions,  # noqa: ARG002
        inputs: Mapping[str, Path],
    ) -> Record:
        from aileron.registry.mlflow_rest import Mlflow

        found = {
            "card": _read(inputs["model"] / "model.json"),
            "verdict": _read(inputs["verdict"] / "verdict.json"),
            "dataset": _read(inputs["dataset_record"] / "record.json"),
        }
        with Mlflow.of(context.settings) as mlflow:
            experiment = mlflow.ensure_experiment(_experiment(context))
            run = mlflow.find_run(experiment, KEY_TAG, context.key)
            if run is None:
                name = f"{found['card']['algorithm'].partition('.')[2]} {context.key[:8]}"
                tags = {KEY_TAG: context.key}
                run = mlflow.create_run(experiment, name, _now(), tags)
            mlflow.log(
                run.id,
                metrics=list(_metrics(inputs, run.start_time)),
                parameters=_parameters(found["card"]),
                tags=_tags(context, **found),
            )
            mlflow.log_dataset(run.id, _dataset(found["dataset"], found["card"]), "training")
            mlflow.upload(run.artifact_uri, inputs["report"], "report")
            mlflow.upload(run.artifact_uri, inputs["verdict"], "verdict")
            mlflow.finish_run(run.id, "FINISHED", _now())
            context.log(f"MLflow run {run.id} in experiment {_experiment(context)}")
            return _record(mlflow, context, run)

    def undo(
        self,
        context: EffectContext,
        config: NoOptions,  # noqa: ARG002
        record: Record,
    ) -> None:
        from aileron.registry.mlflow_rest import Mlflow

        with Mlflow.of(context.settings) as mlflow:
            mlflow.delete_run(record["mlflow_run_id"])


def _experiment(context: EffectContext) -> str:
    return f"{context.project}/{context.lifecycle}"


def _record(mlflow: Mlflow, context: EffectContext, run: MlflowRun) -> Record:
    return {
        "mlflow_run_id": run.id,
        "experiment": _experiment(context),
        "url": mlflow.run_page(run),
    }


def _metrics(inputs: Mapping[str, Path], at: int) -> Iterator[Metric]:
    from aileron.registry.mlflow_rest import Metric

    for port in ("training", "metrics"):
        for name, value in _read(inputs[port] / "metrics.json")["metrics"].items():
            yield Metric(name, value, at)
    history = (inputs["training"] / "history.jsonl").read_text(encoding="utf-8")
    for line in history.splitlines():
        point = json.loads(line)
        yield Metric(f"rounds/{point['name']}", point["value"], at, point["step"])


def _parameters(card: Mapping[str, Any]) -> dict[str, str]:
    """The algorithm's parameters, and what the model was made for."""
    from aileron.registry import image_form
    from aileron.registry.mlmodel import is_image

    about = {
        "algorithm": card["algorithm"],
        "task": card["task"],
        "best_round": card["best_round"],
    }
    if is_image(card):
        about |= image_form.parameters(card)
    else:
        about |= {"target": card["target"], "features": len(card["features"])}
    return {
        name: (value if isinstance(value, str) else json.dumps(value))[:LONGEST]
        for name, value in (card["parameters"] | about).items()
    }


def _tags(
    context: EffectContext,
    card: Mapping[str, Any],
    verdict: Mapping[str, Any],
    dataset: Mapping[str, Any],
) -> dict[str, str]:
    tags = {
        KEY_TAG: context.key,
        "aileron.project": context.project,
        "aileron.lifecycle": context.lifecycle,
        "aileron.run_id": context.run_id,
        "aileron.algorithm": card["algorithm"],
        "aileron.dataset": dataset["dataset"],
        "aileron.dataset_version": str(dataset["version"]),
        "aileron.dataset_tag": dataset["tag"],
        "aileron.dataset_digest": dataset["digest"],
        "aileron.model_digest": verdict["candidate"]["digest"],
        "aileron.verdict": "accepted" if verdict["accepted"] else "rejected",
        "mlflow.user": context.actor,
        "mlflow.source.type": "PROJECT",
        "mlflow.source.name": _experiment(context),
        "mlflow.note.content": "\n\n".join(reason["sentence"] for reason in verdict["reasons"]),
    }
    commit = context.git_commit
    return tags | ({"mlflow.source.git.commit": commit} if commit else {})


def _dataset(record: Mapping[str, Any], card: Mapping[str, Any]) -> dict[str, str]:
    """The dataset version as MLflow shows inputs; its digests have at most 36 characters."""
    return {
        "name": f"{record['dataset']}@v{record['version']}",
        "digest": record["digest"][:36],
        "source_type": "dvc",
        "source": json.dumps({"tag": record["tag"], "digest": record["digest"]}),
        "schema": json.dumps({"mlflow_colspec": _columns(card)}),
    }


def _columns(card: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The dataset's columns, as far as the model knows them."""
    from aileron.registry import image_form
    from aileron.registry.mlmodel import column, is_image

    if is_image(card):
        return image_form.dataset_columns()
    kind = "double" if card["classes"] is None else "string"
    columns = [column(feature) for feature in card["features"]]
    return [*columns, {"name": card["target"], "type": kind, "required": True}]


def _read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def _now() -> int:
    return int(time.time() * 1000)
