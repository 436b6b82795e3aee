"""Evaluates a table model on the test rows: metrics, a report for people, pictures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import ConfigDict, Field

from aileron.core.errors import sentence
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context, StepConfig
from aileron.evaluate.metrics import DEFAULT_PRIMARY, Measured

if TYPE_CHECKING:
    from aileron.serve.model import Model, Scores
    from aileron.train.tables import Labelled, SplitTable

FORMAT_VERSION = 1


class EvaluateConfig(StepConfig):
    """What the evaluation puts first."""

    model_config = ConfigDict(title="Evaluation")

    primary: str | None = Field(
        None,
        title="Primary metric",
        description="the metric that stands for the model; null is roc_auc, f1_macro or rmse, "
        "by task",
        examples=["roc_auc", "f1", "rmse"],
    )


class EvaluateTable(Component[EvaluateConfig]):
    """Scores the model on the test rows, which neither training nor early stopping saw."""

    name = "evaluate.table"
    version = 2
    title: ClassVar[Mapping[str, str]] = {"en": "Evaluate on test rows", "zh": "在测试集上评估"}
    Config = EvaluateConfig
    inputs: ClassVar[Mapping[str, Port]] = {
        "model": Port(ArtifactKind.MODEL, "the model to judge"),
        "dataset": Port(ArtifactKind.DATASET, "the rows"),
        "split": Port(ArtifactKind.SPLIT, "which rows are for the test"),
    }
    outputs: ClassVar[Mapping[str, Port]] = {
        "metrics": Port(ArtifactKind.METRICS, "metrics on the test rows"),
        "report": Port(ArtifactKind.REPORT, "the same with figures and the worst errors"),
    }

    def run(
        self, context: Context, config: EvaluateConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        from aileron.evaluate.measure import measure
        from aileron.evaluate.page import page
        from aileron.evaluate.reports import primary_metric, write_report
        from aileron.evaluate.scoring import rows_for
        from aileron.serve.model import load
        from aileron.train.tables import SplitTable, threads_for
        from aileron.train.trainer import write_metrics

        table = SplitTable.read(inputs["dataset"], inputs["split"])
        model = load(inputs["model"], threads_for(table.cells))
        rows = rows_for(model, table, "test")
        scores = model.scores(rows.matrix)
        measured = measure(model, rows, scores)
        primary = primary_metric(config.primary or DEFAULT_PRIMARY[model.card.task], measured)
        context.log(f"{len(rows)} test rows, {primary} {measured.metrics[primary]:.6g}")
        document, pictures = _report(model, table, rows, scores, measured, primary)
        return {
            "metrics": write_metrics(context.output("metrics"), measured.metrics, primary),
            "report": write_report(
                context.output("report"), document, pictures, page(document, pictures)
            ),
        }


def _report(
    model: Model,
    table: SplitTable,
    rows: Labelled,
    scores: Scores,
    measured: Measured,
    primary: str,
) -> tuple[dict[str, Any], dict[str, str]]:
    """The report document, which report.json holds, and the pictures."""
    from aileron.evaluate import findings
    from aileron.evaluate.reports import noted

    card = model.card
    if card.classes is None:
        found, pictures = findings.regression(rows.target, scores)
    else:
        chosen = model.chosen(scores)
        found, pictures = findings.classification(card.classes, rows.target, scores, chosen)
    notes = noted(measured)
    if card.task == "binary":
        found["threshold"] = _threshold(model, table, rows, scores)
        if found["threshold"]["recommended"] is None:
            notes.append(sentence("evaluate.no_validation_rows", "en"))
    document = {
        "format_version": FORMAT_VERSION,
        "dataset": {"name": table.card.name, "digest": table.card.digest},
        "model": {"algorithm": card.algorithm, "file_digest": card.file_digest},
        "task": card.task,
        "target": card.target,
        "part": "test",
        "rows": len(rows),
        "primary": primary,
        "metrics": dict(measured.metrics),
        "notes": notes,
        "pictures": sorted(pictures),
        "worst": findings.worst_errors(model, table, rows, scores),
    }
    return document | found, pictures


def _threshold(model: Model, table: SplitTable, rows: Labelled, scores: Scores) -> dict[str, Any]:
    """The threshold in use, and the one recommended from the validation rows."""
    from aileron.evaluate.scoring import rows_for
    from aileron.evaluate.threshold import RULE, advised

    used = 0.5 if model.card.threshold is None else model.card.threshold
    answer: dict[str, Any] = {"used": used, "recommended": None, "rule": RULE}
    if not table.parts["validation"].num_rows:
        return answer
    validation = rows_for(model, table, "validation")
    known = (validation.target, model.scores(validation.matrix)[:, 1])
    return answer | advised(known, (rows.target, scores[:, 1]))
