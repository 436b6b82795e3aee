"""Tracks a custom job in MLflow: its figures with their steps, its parameters, where it came from.

Printed figures, those logged with MLflow and TensorBoard scalars are one METRICS artifact by
now, so that all appear alike. The run is found again by its key, as those of `registry.track`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Effect, EffectContext, Record, StepConfig
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
from aileron.train.job.metrics import PARAMETERS_FILE, safe_name
from aileron.train.job.spec import Framework, Parameter

if TYPE_CHECKING:
    from aileron.registry.mlflow_rest import Metric


class TrackJobConfig(StepConfig):
    """What the job was asked to do, as far as its artifacts do not say it."""

    job: str = Field("", max_length=200, description="the job's name")
    command: str = Field("", max_length=4000, description="its start command")
    framework: Framework = Field("other", description="what ./output was checked to be")
    parameters: Mapping[str, Parameter] = Field({}, description="passed to the command")
    commit: str | None = Field(None, description="the Git commit of its code")
    train_data: str | None = Field(None, description="what ./train_data was: `cells@v3`")
    test_data: str | None = Field(None, description="what ./test_data was")


class TrackJob(Effect[TrackJobConfig]):
    """Records a job that stands alone."""

    name = "registry.track_job"
    version = 1
    title: ClassVar[Mapping[str, str]] = {
        "en": "Track the job in MLflow",
        "zh": "将作业记录到 MLflow",
    }
    Config = TrackJobConfig
    inputs: ClassVar[Mapping[str, Port]] = {
        "metrics": Port(ArtifactKind.METRICS, "the job's figures, by step"),
        "model": Port(ArtifactKind.MODEL, "what it left as a model", optional=True),
    }
    outputs: ClassVar[Mapping[str, Port]] = {
        "record": Port(ArtifactKind.RECORD, "mlflow_run_id, experiment, url")
    }

    def observe(
        self,
        context: EffectContext,
        config: TrackJobConfig,  # noqa: ARG002
        inputs: Mapping[str, Path],  # noqa: ARG002
    ) -> Record | None:
        return found_record(context)

    def apply(
        self, context: EffectContext, config: TrackJobConfig, inputs: Mapping[str, Path]
    ) -> Record:
        from aileron.registry.mlflow_rest import Mlflow

        with Mlflow.of(context.settings) as mlflow:
            run = run_of(mlflow, context, config.job or f"job {context.key[:8]}")
            mlflow.log(
                run.id,
                metrics=list(_metrics(inputs["metrics"], run.start_time)),
                parameters=_parameters(config, inputs["metrics"]),
                tags=usual_tags(context) | _tags(config, inputs),
            )
            return finished(mlflow, context, run)

    def undo(
        self,
        context: EffectContext,
        config: TrackJobConfig,  # noqa: ARG002
        record: Record,
    ) -> None:
        remove_run(context, record["mlflow_run_id"])


def _metrics(folder: Path, at: int) -> Iterator[Metric]:
    """The curves, and the figures that are none: those of ./output/metrics.json.

    A curve's last value is said once more where ./output/metrics.json says another.
    """
    from aileron.registry.mlflow_rest import Metric

    curves = points(folder, at)
    yield from curves
    last = {point.key: point for point in curves}
    for name, value in read_json(folder / "metrics.json")["metrics"].items():
        point = last.get(safe_name(name))
        if point is None or point.value != value:
            yield Metric(safe_name(name), value, at, point.step + 1 if point else 0)


def _parameters(config: TrackJobConfig, metrics: Path) -> dict[str, str]:
    """What the command was given, and what its code logged; of one name the latter."""
    logged = read_json(metrics / PARAMETERS_FILE)
    both = {**config.parameters, **logged}
    about = {"command": config.command, "framework": config.framework}
    return parameter_texts({safe_name(name): value for name, value in {**about, **both}.items()})


def _tags(config: TrackJobConfig, inputs: Mapping[str, Path]) -> dict[str, str]:
    tags = {
        "aileron.job": config.job,
        "aileron.train_data": config.train_data,
        "aileron.test_data": config.test_data,
        "aileron.code_commit": config.commit,
    }
    if "model" in inputs:
        card = read_json(inputs["model"] / "model.json")
        tags["aileron.files_digest"] = card["file_digest"]
    return {name: value for name, value in tags.items() if value}
