"""Evaluates a model of pictures on the test part: metrics, a report with the pictures it missed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import ConfigDict, Field

from aileron.core.errors import InvalidInput, sentence
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context, StepConfig
from aileron.evaluate.metrics import DEFAULT_PRIMARY, Measured

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aileron.data.images import ImageDataset
    from aileron.evaluate.image_scoring import Scored
    from aileron.serve.image_model import ImageModel

FORMAT_VERSION = 1
MULTI_RULE = "highest micro F1 of all labels on the validation pictures; of equals, nearest to 0.5"


class EvaluateImageConfig(StepConfig):
    """What the evaluation puts first, and how much it shows."""

    model_config = ConfigDict(title="Evaluation")

    primary: str | None = Field(
        None,
        title="Primary metric",
        description="the metric that stands for the model; null is f1_macro",
        examples=["accuracy", "f1_macro", "roc_auc"],
    )
    wrong_shown: int = Field(
        24, ge=0, le=200, title="Wrong pictures", description="wrong answers shown in the report"
    )
    right_shown: int = Field(
        8, ge=0, le=200, title="Right pictures", description="right answers shown in the report"
    )


class EvaluateImage(Component[EvaluateImageConfig]):
    """Scores the model on the test pictures, which neither training nor early stopping saw."""

    name = "evaluate.image"
    version = 1
    title: ClassVar[Mapping[str, str]] = {
        "en": "Evaluate on test pictures",
        "zh": "在测试图片上评估",
    }
    Config = EvaluateImageConfig
    inputs: ClassVar[Mapping[str, Port]] = {
        "model": Port(ArtifactKind.MODEL, "the model to judge"),
        "dataset": Port(ArtifactKind.DATASET, "the pictures"),
        "split": Port(ArtifactKind.SPLIT, "which pictures are for the test"),
    }
    outputs: ClassVar[Mapping[str, Port]] = {
        "metrics": Port(ArtifactKind.METRICS, "metrics on the test pictures"),
        "report": Port(ArtifactKind.REPORT, "the same with figures and the wrong answers"),
    }

    def run(
        self, context: Context, config: EvaluateImageConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        from aileron.data.images import ImageDataset
        from aileron.evaluate.image_measure import measure
        from aileron.evaluate.image_scoring import load_for, score
        from aileron.evaluate.reports import primary_metric, write_report
        from aileron.train.trainer import write_metrics

        dataset = ImageDataset.read(inputs["dataset"], inputs["split"])
        model = load_for(inputs["model"], dataset)
        scored = score(model, dataset, "test", context.log)
        if not len(scored):
            raise InvalidInput("evaluate.no_test_pictures", name=dataset.card.name)
        measured = measure(model, scored)
        primary = primary_metric(config.primary or DEFAULT_PRIMARY[model.card.task], measured)
        context.log(f"{len(scored)} test pictures, {primary} {measured.metrics[primary]:.6g}")
        document, pictures = _document(model, dataset, scored, measured, primary)
        html = _page(context, config, document, pictures, model, scored)
        return {
            "metrics": write_metrics(context.output("metrics"), measured.metrics, primary),
            "report": write_report(context.output("report"), document, pictures, html),
        }


def _document(
    model: ImageModel, dataset: ImageDataset, scored: Scored, measured: Measured, primary: str
) -> tuple[dict[str, Any], dict[str, str]]:
    """The report document without its samples, and the figures."""
    from aileron.evaluate.image_findings import find, wrong_count
    from aileron.evaluate.reports import noted

    card = model.card
    found, pictures = find(model, scored)
    notes = noted(measured)
    if card.task == "multi_label" or len(card.classes) == 2:
        found["threshold"] = _threshold(model, dataset, scored)
        if found["threshold"]["recommended"] is None:
            notes.append(sentence("evaluate.no_validation_pictures", "en"))
    if dataset.card.counts.refused:
        refused = dataset.card.counts.refused
        notes.append(sentence("evaluate.pictures_refused", "en", count=refused))
    document = {
        "format_version": FORMAT_VERSION,
        "dataset": {"name": dataset.card.name, "digest": dataset.card.digest},
        "model": {"algorithm": card.algorithm, "file_digest": card.file_digest},
        "task": card.task,
        "class_count": len(card.classes),
        "part": "test",
        "rows": len(scored),
        "wrong": wrong_count(model, scored),
        "primary": primary,
        "metrics": dict(measured.metrics),
        "notes": notes,
        "pictures": sorted(pictures),
    }
    return document | found, pictures


def _threshold(model: ImageModel, dataset: ImageDataset, scored: Scored) -> dict[str, Any]:
    """The threshold in use, and the one recommended from the validation pictures."""
    from aileron.evaluate.image_scoring import score
    from aileron.evaluate.threshold import RULE, advised

    multi = model.card.task == "multi_label"
    note = sentence(f"evaluate.{'threshold_of_labels' if multi else 'threshold_of_two'}", "en")
    answer: dict[str, Any] = {
        "used": model.threshold if multi else 0.5,
        "recommended": None,
        "rule": MULTI_RULE if multi else RULE,
        "note": note,
    }
    validation = score(model, dataset, "validation")
    if not len(validation):
        return answer
    return answer | advised(_questions(validation, multi), _questions(scored, multi))


def _questions(scored: Scored, multi: bool) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Truth and score of each yes or no: every label of every picture, or the second class."""
    if multi:
        return scored.target.ravel(), scored.scores.ravel()
    return scored.target, scored.scores[:, 1]


def _page(
    context: Context,
    config: EvaluateImageConfig,
    document: dict[str, Any],
    pictures: Mapping[str, str],
    model: ImageModel,
    scored: Scored,
) -> str:
    """The page; the samples that it shows are named in `document`, too."""
    from aileron.evaluate.image_findings import cases
    from aileron.evaluate.image_page import page
    from aileron.evaluate.tiles import tiles_of

    classes = model.card.classes
    wrong = cases(model, scored, True, config.wrong_shown)
    right = cases(model, scored, False, config.right_shown)
    document["worst"] = [case.to_json(classes) for case in wrong]
    context.log(f"{len(wrong) + len(right)} saliency maps")
    shown = [tiles_of(model, scored.part, several) for several in (wrong, right)]
    return page(document, pictures, *shown)
