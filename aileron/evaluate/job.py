"""Takes a job's own figures as its evaluation: own code measures itself on ``./test_data``.

The platform cannot ask a model of any form for its answers; what it sees to is that the test
samples were the split's, and that a comparison is made on the same ones (`aileron.evaluate.gate`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from pydantic import ConfigDict, Field

from aileron.core.documents import suggestion
from aileron.core.errors import InvalidInput, sentence
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context, StepConfig

FORMAT_VERSION = 1


class EvaluateJobConfig(StepConfig):
    """What the evaluation puts first."""

    model_config = ConfigDict(title="Evaluation")

    primary: str | None = Field(
        None,
        title="Primary metric",
        description="the metric that stands for the model; null is the first of "
        "./output/metrics.json, or of what the code printed or logged",
        examples=["accuracy"],
    )


class EvaluateJob(Component[EvaluateJobConfig]):
    """Takes over what the job measured."""

    name = "evaluate.job"
    version = 1
    title: ClassVar[Mapping[str, str]] = {
        "en": "Take a job's own figures",
        "zh": "采用作业自报的指标",
    }
    Config = EvaluateJobConfig
    inputs: ClassVar[Mapping[str, Port]] = {
        "measured": Port(ArtifactKind.METRICS, "the job's figures"),
        "dataset": Port(ArtifactKind.DATASET, "what it learnt from"),
        "split": Port(ArtifactKind.SPLIT, "which samples are for the test"),
    }
    outputs: ClassVar[Mapping[str, Port]] = {
        "metrics": Port(ArtifactKind.METRICS, "the last value of each figure"),
        "report": Port(ArtifactKind.REPORT, "the same for people"),
    }

    def run(
        self, context: Context, config: EvaluateJobConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        from aileron.evaluate.reports import write_report
        from aileron.train.trainer import write_metrics

        found = json.loads((inputs["measured"] / "metrics.json").read_text(encoding="utf-8"))
        metrics: Mapping[str, float] = found["metrics"]
        primary = _primary(config.primary or found["primary"], metrics)
        context.log(f"{primary} {metrics[primary]:.6g}, as the job says")
        document = _document(metrics, primary, inputs)
        return {
            "metrics": write_metrics(context.output("metrics"), metrics, primary),
            "report": write_report(context.output("report"), document, {}, _page(document)),
        }


def _primary(name: str, metrics: Mapping[str, float]) -> str:
    if not metrics:
        raise InvalidInput("evaluate.job_measured_nothing")
    if name not in metrics:
        raise InvalidInput(
            "evaluate.unknown_metric", metric=name, hint=suggestion(name, [*metrics])
        )
    return name


def _document(
    metrics: Mapping[str, float], primary: str, inputs: Mapping[str, Path]
) -> dict[str, Any]:
    from aileron.data.card import read_card
    from aileron.data.layout import read_split

    card = read_card(inputs["dataset"])
    return {
        "format_version": FORMAT_VERSION,
        "dataset": {"name": card.name, "digest": card.digest},
        "model": {"algorithm": "train.job"},
        "task": card.task,
        "part": "test",
        "rows": int((read_split(inputs["split"]) == "test").sum()),
        "primary": primary,
        "metrics": dict(metrics),
        "notes": [sentence("evaluate.measured_by_job", "en")],
        "pictures": [],
    }


def _page(document: Mapping[str, Any]) -> str:
    from html import escape

    from aileron.evaluate.page import framed, metrics_table

    title = f"{document['dataset']['name']}: own code"
    notes = [f"<p>{escape(note)}</p>" for note in document["notes"]]
    count = f"<p>{document['rows']:,} test samples lay in ./test_data.</p>"
    heading = f"<h1>{escape(title)}</h1>"
    return framed(title, [heading, count, "<h2>Metrics</h2>", metrics_table(document), *notes])
