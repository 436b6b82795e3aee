"""Tracks a run in MLflow: one MLflow run per distinct result, however often it is asked for.

The run is found again by its tag ``aileron.key``, so a repeated or broken-off effect fills
the same run. Points carry the run's own start time, so that logging them again adds none.
Metrics are named ``NAME`` on test rows, ``train_NAME`` and ``validation_NAME`` of the final
model, and ``rounds/train_NAME`` by round.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Effect, EffectContext, NoOptions, Record
from aileron.registry.tracked import (
    finished,
    found_record,
    parameter_texts,
    points,
    read_json,
    remove_run,
    run_of,
    usual_tags,
)
from aileron.train.job.metrics import safe_name

if TYPE_CHECKING:
    from aileron.registry.mlflow_rest import Metric


class TrackRun(Effect[NoOptions]):
    """Records parameters, metrics by round, the evaluation, its report and the verdict."""

    name = "registry.track"
    version = 3
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
        return found_record(context)

    def apply(
        self,
        context: EffectContext,
        config: NoOptions,  # noqa: ARG002
        inputs: Mapping[str, Path],
    ) -> Record:
        from aileron.registry.mlflow_rest import Mlflow

        found = {
            "card": read_json(inputs["model"] / "model.json"),
            "verdict": read_json(inputs["verdict"] / "verdict.json"),
            "dataset": read_json(inputs["dataset_record"] / "record.json"),
        }
        with Mlflow.of(context.settings) as mlflow:
            name = f"{found['card']['algorithm'].partition('.')[2]} {context.key[:8]}"
            run = run_of(mlflow, context, name)
            mlflow.log(
                run.id,
                metrics=list(_metrics(inputs, run.start_time)),
                parameters=_parameters(found["card"]),
                tags=_tags(context, **found),
            )
            mlflow.log_dataset(run.id, _dataset(found["dataset"], found["card"]), "training")
            mlflow.upload(run.artifact_uri, inputs["report"], "report")
            mlflow.upload(run.artifact_uri, inputs["verdict"], "verdict")
            return finished(mlflow, context, run)

    def undo(
        self,
        context: EffectContext,
        config: NoOptions,  # noqa: ARG002
        record: Record,
    ) -> None:
        remove_run(context, record["mlflow_run_id"])


def _metrics(inputs: Mapping[str, Path], at: int) -> Iterator[Metric]:
    from aileron.registry.mlflow_rest import Metric

    for port in ("training", "metrics"):
        for name, value in read_json(inputs[port] / "metrics.json")["metrics"].items():
            yield Metric(name, value, at)
    yield from points(inputs["training"], at, "rounds/")


def _parameters(card: Mapping[str, Any]) -> dict[str, str]:
    """The algorithm's parameters, and what the model was made for."""
    from aileron.registry import custom_form, image_form
    from aileron.registry.mlmodel import is_image

    about = {"algorithm": card["algorithm"], "task": card["task"]}
    if custom_form.is_custom(card):
        about |= custom_form.parameters(card)
    elif is_image(card):
        about |= {"best_round": card["best_round"], **image_form.parameters(card)}
    else:
        features = len(card["features"])
        about |= {"best_round": card["best_round"], "target": card["target"], "features": features}
    names = {safe_name(name): value for name, value in card["parameters"].items()}
    return parameter_texts(names | about)


def _tags(
    context: EffectContext,
    card: Mapping[str, Any],
    verdict: Mapping[str, Any],
    dataset: Mapping[str, Any],
) -> dict[str, str]:
    return usual_tags(context) | {
        "aileron.algorithm": card["algorithm"],
        "aileron.dataset": dataset["dataset"],
        "aileron.dataset_version": str(dataset["version"]),
        "aileron.dataset_tag": dataset["tag"],
        "aileron.dataset_digest": dataset["digest"],
        "aileron.model_digest": verdict["candidate"]["digest"],
        "aileron.verdict": "accepted" if verdict["accepted"] else "rejected",
        "mlflow.note.content": "\n\n".join(reason["sentence"] for reason in verdict["reasons"]),
    }


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
    from aileron.registry import custom_form, image_form
    from aileron.registry.mlmodel import column, is_image

    if custom_form.is_custom(card):
        return []
    if is_image(card):
        return image_form.dataset_columns()
    kind = "double" if card["classes"] is None else "string"
    columns = [column(feature) for feature in card["features"]]
    return [*columns, {"name": card["target"], "type": kind, "required": True}]
