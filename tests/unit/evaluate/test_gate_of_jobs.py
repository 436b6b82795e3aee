"""A gate compares models that measured themselves, where they did so on the same samples."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from plugins.serving import run_step
from plugins.tables import TableInputs

from aileron.core.errors import InvalidInput
from aileron.train.job.measured import write_measured

KnownTable = Callable[[str], TableInputs]


@pytest.fixture
def judge(known_table: KnownTable, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """``judge(ours, theirs, table="iris", **rule)``: why the gate says what it does.

    Without `theirs` it is the first model.
    """

    def said(
        ours: dict[str, float], theirs: dict[str, float] | None, table: str = "iris", **rule: Any
    ) -> dict[str, Any]:
        ports, elsewhere = known_table("iris").ports(), known_table(table)
        for name, metrics in (("model", ours), ("champion", theirs)):
            if metrics is None:
                continue
            ports[name] = tmp_path / name
            ports[name].mkdir()
            (ports[name] / "model.json").write_text("{}")
            write_measured(ports[name], elsewhere.dataset, elsewhere.split, metrics)
        ports["metrics"], ports["champion_record"] = tmp_path / "metrics", tmp_path / "record"
        for folder, document in (
            (ports["metrics"] / "metrics.json", {"metrics": ours, "primary": next(iter(ours))}),
            (ports["champion_record"] / "record.json", {"version": 4}),
        ):
            folder.parent.mkdir()
            folder.write_text(json.dumps(document))
        verdict = run_step("evaluate.gate", tmp_path / "out", ports, champion=rule)["verdict"]
        found: dict[str, Any] = json.loads((verdict / "verdict.json").read_text())
        return found

    return said


def test_the_better_figure_wins(judge: Callable[..., dict[str, Any]]) -> None:
    found = judge({"accuracy": 0.9}, {"accuracy": 0.95})
    assert not found["accepted"]
    assert found["reasons"][-1]["message_id"] == "evaluate.worse_than_champion"


def test_a_figure_of_ones_own_is_compared_too(judge: Callable[..., dict[str, Any]]) -> None:
    found = judge({"cells_lost": 3.0}, {"cells_lost": 5.0}, higher_is_better=False)
    assert found["accepted"]


@pytest.mark.parametrize(
    ("metric", "accepted"),
    [("test_accuracy", True), ("val/acc", True), ("test_loss", False), ("eval_rmse", False)],
)
def test_which_way_is_better_is_told_by_the_names_of_figures(
    judge: Callable[..., dict[str, Any]], metric: str, accepted: bool
) -> None:
    assert judge({metric: 0.9}, {metric: 0.8})["accepted"] == accepted


def test_what_the_rule_says_wins_over_the_name(judge: Callable[..., dict[str, Any]]) -> None:
    assert judge({"lost_acc": 0.9}, {"lost_acc": 0.95}, higher_is_better=False)["accepted"]


def test_an_unknown_figure_needs_the_rules_word_once_there_is_another_to_compare(
    judge: Callable[..., dict[str, Any]],
) -> None:
    assert judge({"cells_lost": 3.0}, None)["accepted"]


def test_of_two_with_an_unknown_figure_none_is_better(
    judge: Callable[..., dict[str, Any]],
) -> None:
    with pytest.raises(InvalidInput, match="higher_is_better"):
        judge({"cells_lost": 3.0}, {"cells_lost": 5.0})


@pytest.mark.parametrize("on_incomparable", ["reject", "accept"])
@pytest.mark.parametrize(
    ("theirs", "table", "said"),
    [
        ({"accuracy": 0.5}, "breast_cancer", "another dataset version or split"),
        ({"f1": 0.5}, "iris", "did not measure accuracy"),
    ],
)
def test_what_cannot_be_compared_is_for_the_rule_to_decide(
    judge: Callable[..., dict[str, Any]],
    theirs: dict[str, float],
    table: str,
    said: str,
    on_incomparable: str,
) -> None:
    found = judge({"accuracy": 0.9}, theirs, table, on_incomparable=on_incomparable)
    assert found["accepted"] == (on_incomparable == "accept")
    assert said in found["reasons"][-1]["sentence"]


@pytest.mark.parametrize(
    ("taken_away", "said"),
    [((), "answers in its own form"), (("dataset", "split"), "no dataset and split")],
)
def test_a_jobs_model_that_serves_is_not_scored_by_the_platform(
    known_table: KnownTable, tmp_path: Path, taken_away: tuple[str, ...], said: str
) -> None:
    """One that was published by itself, so that it has no figures of this dataset's samples."""
    ports = known_table("iris").ports()
    documents = {
        "model": ("model.json", {}),
        "champion": ("model.json", {"contract": "custom"}),
        "metrics": ("metrics.json", {"metrics": {"accuracy": 0.9}, "primary": "accuracy"}),
        "champion_record": ("record.json", {"version": 4}),
    }
    for port, (name, document) in documents.items():
        ports[port] = tmp_path / port
        ports[port].mkdir()
        (ports[port] / name).write_text(json.dumps(document))
    for port in taken_away:
        del ports[port]
    verdict = run_step("evaluate.gate", tmp_path / "out", ports)["verdict"]
    reason = json.loads((verdict / "verdict.json").read_text())["reasons"][-1]
    assert not reason["passed"]
    assert said in reason["sentence"]
