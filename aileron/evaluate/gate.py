"""The gate: thresholds, and comparison with the serving model on the same test samples.

Its verdict is an artifact that later steps require. A model that is not good enough is a
verdict, not an error. A champion that cannot be scored on these samples (other target, other
classes, a feature that is gone, another kind of data) is judged by
`champion.on_incomparable`: ``reject`` (the default, so that nothing replaces a serving
model unseen) or ``accept``, by thresholds alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Final, Literal

from pydantic import ConfigDict, Field, model_validator

from aileron.core.documents import suggestion
from aileron.core.errors import InvalidInput, sentence
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context, StepConfig
from aileron.evaluate.metrics import HIGHER_IS_BETTER

FORMAT_VERSION = 1
Reason = dict[str, Any]
_SLACK = 1e-12
"""Differences below this are rounding, not merit."""
_BY_LAST_WORD: Final[Mapping[str, bool]] = {
    "acc": True, "accuracy": True, "auc": True, "f1": True,
    "loss": False, "logloss": False, "error": False, "rmse": False, "mae": False,
}  # fmt: skip
"""Last word of the name of a job's own metric -> whether a higher value is better."""


class Bounds(StepConfig):
    """What a metric must reach."""

    min: float | None = Field(None, title="At least", description="least accepted value")
    max: float | None = Field(None, title="At most", description="most accepted value")

    @model_validator(mode="after")
    def _bound_something(self) -> Bounds:
        if self.min is None and self.max is None:
            raise ValueError("give min, max or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min is above max; swap them")
        return self


class ChampionRule(StepConfig):
    """How the candidate must compare with the model that serves now."""

    metric: str | None = Field(
        None, title="Metric", description="what to compare; null is the primary metric"
    )
    tolerance: float = Field(
        0.0, ge=0, title="Tolerance", description="by how much the candidate may be worse"
    )
    higher_is_better: bool | None = Field(
        None, title="Higher is better", description="needed only for a metric of your own"
    )
    on_incomparable: Literal["reject", "accept"] = Field(
        "reject",
        title="If incomparable",
        description="the verdict when the serving model cannot be scored on these rows",
    )


class GateConfig(StepConfig):
    """When a model is good enough to serve."""

    model_config = ConfigDict(title="Gate")

    thresholds: Mapping[str, Bounds] = Field(
        {},
        title="Thresholds",
        description="metric -> {min, max}",
        examples=[{"roc_auc": {"min": 0.9}}],
    )
    champion: ChampionRule | None = Field(
        ChampionRule(),
        title="Serving model",
        description="comparison with the model that serves now; null is none",
    )


class Gate(Component[GateConfig]):
    """Judges a candidate."""

    name = "evaluate.gate"
    version = 3
    title: ClassVar[Mapping[str, str]] = {"en": "Decide by thresholds", "zh": "门禁判定"}
    Config = GateConfig
    inputs: ClassVar[Mapping[str, Port]] = {
        "model": Port(ArtifactKind.MODEL, "the candidate"),
        "metrics": Port(ArtifactKind.METRICS, "its metrics on the test rows"),
        "dataset": Port(ArtifactKind.DATASET, "the rows, to compare on", optional=True),
        "split": Port(ArtifactKind.SPLIT, "which rows are for the test", optional=True),
        "champion": Port(ArtifactKind.MODEL, "the model that serves now", optional=True),
        "champion_record": Port(ArtifactKind.RECORD, "which version that is", optional=True),
    }
    outputs: ClassVar[Mapping[str, Port]] = {
        "verdict": Port(ArtifactKind.VERDICT, "yes or no, why")
    }

    def run(
        self, context: Context, config: GateConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        from aileron.evaluate.identity import artifact_digest

        document = _read(inputs["metrics"] / "metrics.json")
        metrics, primary = document["metrics"], document["primary"]
        champion = _read(inputs["champion_record"] / "record.json") if _has(inputs) else None
        reasons = list(_judge_thresholds(config.thresholds, metrics))
        reasons.append(_judge_champion(config.champion, metrics, primary, champion, inputs))
        verdict = {
            "format_version": FORMAT_VERSION,
            "accepted": all(reason["passed"] for reason in reasons),
            "reasons": reasons,
            "champion": champion,
            "candidate": {"digest": artifact_digest(inputs["model"])},
        }
        for reason in reasons:
            context.log(("passed: " if reason["passed"] else "failed: ") + reason["sentence"])
        folder = context.output("verdict")
        folder.mkdir(parents=True)
        text = json.dumps(verdict, ensure_ascii=False, indent=1, allow_nan=False)
        (folder / "verdict.json").write_text(text + "\n", encoding="utf-8")
        return {"verdict": folder}


def _has(inputs: Mapping[str, Path]) -> bool:
    return "champion" in inputs and "champion_record" in inputs


def _read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def _reason(rule: str, message: str, metric: str | None, passed: bool, **values: Any) -> Reason:
    """A reason in words, and with what another language needs to say it."""
    message_id = f"evaluate.{message}"
    said = {"metric": metric, **values} if metric else values
    return {
        "rule": rule,
        "metric": metric,
        "observed": values.get("observed"),
        "wanted": values.get("wanted", values.get("champion")),
        "passed": passed,
        "message_id": message_id,
        "values": said,
        "sentence": sentence(message_id, "en", **said),
    }


def _judge_thresholds(
    thresholds: Mapping[str, Bounds], metrics: Mapping[str, float]
) -> Iterator[Reason]:
    for metric, bounds in sorted(thresholds.items()):
        observed = metrics.get(metric)
        if observed is None:
            if metric not in HIGHER_IS_BETTER:
                hint = suggestion(metric, list(metrics))
                raise InvalidInput("evaluate.unknown_metric", metric=metric, hint=hint)
            yield _reason("threshold", "not_measured", metric, passed=False)
            continue
        if bounds.min is not None:
            passed = observed >= bounds.min - _SLACK
            message = "above_minimum" if passed else "below_minimum"
            yield _reason("min", message, metric, passed, observed=observed, wanted=bounds.min)
        if bounds.max is not None:
            passed = observed <= bounds.max + _SLACK
            message = "under_maximum" if passed else "over_maximum"
            yield _reason("max", message, metric, passed, observed=observed, wanted=bounds.max)


def _judge_champion(
    rule: ChampionRule | None,
    metrics: Mapping[str, float],
    primary: str,
    champion: Mapping[str, Any] | None,
    inputs: Mapping[str, Path],
) -> Reason:
    if rule is None:
        return _reason("champion", "comparison_off", None, passed=True)
    metric = rule.metric or primary
    if metric not in metrics and metric not in HIGHER_IS_BETTER:
        hint = suggestion(metric, list(metrics))
        raise InvalidInput("evaluate.unknown_metric", metric=metric, hint=hint)
    if champion is None:
        return _reason("champion", "first_model", None, passed=True)
    higher = _higher_is_better(metric, rule)
    if higher is None:
        raise InvalidInput("evaluate.direction_unknown", metric=metric)
    if metric not in metrics:
        return _reason("champion", "not_measured", metric, passed=False)
    try:
        theirs = _champion_metric(metric, inputs)
    except InvalidInput as error:
        accepted = rule.on_incomparable == "accept"
        message = "incomparable_accepted" if accepted else "incomparable_rejected"
        problem = error.render("en")
        return _reason(
            "champion", message, None, accepted, version=champion["version"], problem=problem
        )
    return _compare(rule, metric, metrics[metric], theirs, champion["version"], higher)


def _higher_is_better(metric: str, rule: ChampionRule) -> bool | None:
    """By the table of metrics, else as the rule says, else by the name; None if it is unknown."""
    if metric in HIGHER_IS_BETTER:
        return HIGHER_IS_BETTER[metric]
    if rule.higher_is_better is not None:
        return rule.higher_is_better
    from aileron.train.job.printed import PARTS

    words = [word for word in re.split(r"[\W_]+", metric.lower()) if word not in PARTS]
    known = HIGHER_IS_BETTER.get("_".join(words))
    return _BY_LAST_WORD.get(words[-1]) if known is None and words else known


def _champion_metric(metric: str, inputs: Mapping[str, Path]) -> float:
    """The champion's metric on this dataset's test samples; a job's, as it measured itself.

    Raises:
        InvalidInput: it cannot take them, measured itself on others, or the metric is not
            defined for it.
    """
    if not {"dataset", "split"} <= inputs.keys():
        raise InvalidInput("evaluate.nothing_to_compare_on")
    from aileron.evaluate.champion import champion_metrics
    from aileron.train.job.measured import data_identity, read_measured

    own = read_measured(inputs["champion"])
    if own is not None and own["data"] != data_identity(inputs["dataset"], inputs["split"]):
        raise InvalidInput("evaluate.measured_elsewhere")
    if own is not None and metric not in own["metrics"]:
        raise InvalidInput("evaluate.measured_without", metric=metric)
    found = champion_metrics(inputs) if own is None else own["metrics"]
    if metric not in found:
        hint = suggestion(metric, list(found))
        raise InvalidInput("evaluate.unknown_metric", metric=metric, hint=hint)
    return found[metric]


def _compare(
    rule: ChampionRule, metric: str, ours: float, theirs: float, version: Any, higher: bool
) -> Reason:
    lead = ours - theirs if higher else theirs - ours
    passed = lead >= -rule.tolerance - _SLACK
    return _reason(
        "champion",
        "better_than_champion" if passed else "worse_than_champion",
        metric,
        passed,
        observed=ours,
        champion=theirs,
        version=version,
        tolerance=rule.tolerance,
    )
