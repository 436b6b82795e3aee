"""Contexts refuse what a step did not declare, and numbers that are none."""

import json
import math
from pathlib import Path

import pytest

from aileron.core.errors import StepFailed
from aileron.core.ports import ArtifactKind
from aileron.run.context import ComponentContext, LazyInputs
from aileron.store import open_store


@pytest.fixture
def context(tmp_path: Path) -> ComponentContext:
    return ComponentContext(
        step="sample.step",
        seed=1,
        work=tmp_path,
        outputs=tmp_path / "outputs",
        ports=frozenset({"model"}),
        metrics=tmp_path / "metrics.jsonl",
        checkpoint=tmp_path / "checkpoint",
    )


def test_an_output_has_a_path_that_does_not_exist_yet(context: ComponentContext) -> None:
    assert not context.output("model").exists()
    with pytest.raises(StepFailed, match="an output report that it does not declare"):
        context.output("report")


def test_metrics_are_lines_of_json(context: ComponentContext) -> None:
    context.metric("loss", 0.5, 2)
    context.metric("loss", 0.25, 3)
    lines = context.metrics.read_text().splitlines()
    assert [json.loads(line)["value"] for line in lines] == [0.5, 0.25]


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_diverged_metric_is_refused_in_words(context: ComponentContext, value: float) -> None:
    with pytest.raises(StepFailed, match="stopped being a number at 7"):
        context.metric("loss", value, 7)


def test_inputs_of_effects_are_fetched_when_looked_at(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    reference = store.put_json(ArtifactKind.RECORD, "record.json", {"a": 1})
    inputs = LazyInputs(store, {"record": reference}, tmp_path / "inputs")
    assert list(inputs) == ["record"]
    assert not (tmp_path / "inputs").exists()
    assert json.loads((inputs["record"] / "record.json").read_text()) == {"a": 1}
    assert inputs["record"] == inputs["record"]
    with pytest.raises(KeyError):
        inputs["other"]
