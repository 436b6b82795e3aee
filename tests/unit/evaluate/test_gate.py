"""The gate: what passes, what does not, and the sentence that says why."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from plugins.tables import RecordingContext, TableInputs
from pydantic import ValidationError

from aileron.core.errors import InvalidInput, sentence
from aileron.core.ports import ArtifactKind
from aileron.evaluate.gate import Gate, GateConfig
from aileron.evaluate.table import EvaluateConfig, EvaluateTable
from aileron.store import open_store
from aileron.train.xgboost import TrainXGBoost

KnownTable = Callable[[str], TableInputs]
NewContext = Callable[..., RecordingContext]
UNSAID = object()


@pytest.fixture
def judge(new_context: NewContext, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Runs the gate on a model, its inputs and perhaps a champion; gives the verdict."""

    def run(
        inputs: TableInputs,
        model: Path,
        champion: Path | None = None,
        thresholds: Any = None,
        rule: Any = UNSAID,
    ) -> dict[str, Any]:
        config = {"thresholds": thresholds or {}}
        if rule is not UNSAID:
            config["champion"] = rule
        ports = inputs.ports(model=model)
        outputs = EvaluateTable().run(new_context(), EvaluateConfig(), ports)
        ports["metrics"] = outputs["metrics"]
        if champion is not None:
            record = tmp_path / "champion_record"
            record.mkdir(exist_ok=True)
            facts = {"model": "m", "version": 4, "fence": 9, "digest": "f" * 64}
            (record / "record.json").write_text(json.dumps(facts))
            ports |= {"champion": champion, "champion_record": record}
        gate = GateConfig.model_validate(config)
        folder = Gate().run(new_context(), gate, ports)["verdict"]
        verdict: dict[str, Any] = json.loads((folder / "verdict.json").read_text())
        return verdict

    return run


@pytest.fixture
def train(new_context: NewContext) -> Callable[..., Path]:
    def run(inputs: TableInputs, **config: Any) -> Path:
        trainer = TrainXGBoost()
        config = {"n_estimators": 30} | config
        return Path(trainer.run(new_context(), trainer.Config(**config), inputs.ports())["model"])

    return run


def failed(verdict: dict[str, Any]) -> list[str]:
    return [reason["message_id"] for reason in verdict["reasons"] if not reason["passed"]]


def test_a_model_above_its_thresholds_is_accepted_with_a_sentence_for_each(
    known_table: KnownTable, train: Callable[..., Path], judge: Callable[..., dict[str, Any]]
) -> None:
    inputs = known_table("breast_cancer")
    thresholds = {"roc_auc": {"min": 0.9}, "log_loss": {"max": 0.5}}
    verdict = judge(inputs, train(inputs), thresholds=thresholds)
    assert verdict["accepted"] is True
    assert [reason["rule"] for reason in verdict["reasons"]] == ["max", "min", "champion"]
    assert "at least 0.9" in verdict["reasons"][1]["sentence"]
    assert verdict["champion"] is None


@pytest.mark.parametrize(
    ("thresholds", "reason"),
    [
        ({"roc_auc": {"min": 0.9999}}, "evaluate.below_minimum"),
        ({"log_loss": {"max": 0.0001}}, "evaluate.over_maximum"),
        ({"rmse": {"max": 1}}, "evaluate.not_measured"),
    ],
)
def test_a_model_that_misses_a_threshold_is_rejected_not_failed(
    thresholds: Any,
    reason: str,
    known_table: KnownTable,
    train: Callable[..., Path],
    judge: Callable[..., dict[str, Any]],
) -> None:
    inputs = known_table("breast_cancer")
    verdict = judge(inputs, train(inputs, max_depth=1, n_estimators=5), thresholds=thresholds)
    assert verdict["accepted"] is False
    assert failed(verdict) == [reason]


def test_a_metric_that_does_not_exist_is_an_error_with_a_suggestion(
    known_table: KnownTable, train: Callable[..., Path], judge: Callable[..., dict[str, Any]]
) -> None:
    inputs = known_table("breast_cancer")
    with pytest.raises(InvalidInput, match="did you mean roc_auc"):
        judge(inputs, train(inputs), thresholds={"roc_uac": {"min": 0.5}})


@pytest.mark.parametrize("bounds", [{}, {"min": 2, "max": 1}, {"minimum": 1}])
def test_bounds_that_say_nothing_or_contradict_themselves_are_refused(bounds: Any) -> None:
    with pytest.raises(ValidationError):
        GateConfig.model_validate({"thresholds": {"roc_auc": bounds}})


def test_an_equal_model_is_good_enough_and_a_worse_one_is_not(
    known_table: KnownTable, train: Callable[..., Path], judge: Callable[..., dict[str, Any]]
) -> None:
    inputs = known_table("breast_cancer")
    good, weak = train(inputs), train(inputs, max_depth=1, n_estimators=2, eta=0.01)
    assert judge(inputs, good, champion=good)["accepted"] is True
    assert judge(inputs, good, champion=weak)["accepted"] is True
    verdict = judge(inputs, weak, champion=good)
    assert failed(verdict) == ["evaluate.worse_than_champion"]
    assert verdict["champion"] == {"model": "m", "version": 4, "fence": 9, "digest": "f" * 64}
    assert "version 4" in verdict["reasons"][-1]["sentence"]


def test_the_tolerance_lets_a_little_less_pass(
    known_table: KnownTable, train: Callable[..., Path], judge: Callable[..., dict[str, Any]]
) -> None:
    inputs = known_table("breast_cancer")
    good, weak = train(inputs), train(inputs, max_depth=1, n_estimators=2, eta=0.01)
    rule = {"metric": "roc_auc", "tolerance": 0.5}
    assert judge(inputs, weak, good, rule=rule)["accepted"] is True


def test_of_an_error_the_lower_value_is_the_better(
    known_table: KnownTable, train: Callable[..., Path], judge: Callable[..., dict[str, Any]]
) -> None:
    inputs = known_table("diabetes")
    good = train(inputs, max_depth=3)
    weak = train(inputs, max_depth=1, n_estimators=1, eta=0.01)
    assert judge(inputs, good, champion=weak)["accepted"] is True
    assert judge(inputs, weak, champion=good)["accepted"] is False


def other_category(write_table: Callable[..., TableInputs], letters: str) -> TableInputs:
    values = [letter for letter in letters for _ in range(30)]
    labels = ["odd" if i % 2 else "even" for i in range(len(values))]
    return write_table({"letter": values, "label": labels}, "label", "classification")


@pytest.mark.parametrize(("policy", "accepted"), [("reject", False), ("accept", True)])
def test_a_champion_that_cannot_take_the_rows_is_judged_by_the_policy(
    policy: str,
    accepted: bool,
    write_table: Callable[..., TableInputs],
    train: Callable[..., Path],
    judge: Callable[..., dict[str, Any]],
) -> None:
    champion = train(other_category(write_table, "ab"))
    inputs = other_category(write_table, "abc")
    model = train(inputs)
    verdict = judge(inputs, model, champion, rule={"on_incomparable": policy})
    assert verdict["accepted"] is accepted
    assert "'letter' is 'c'" in verdict["reasons"][-1]["sentence"]
    assert "on_incomparable" in verdict["reasons"][-1]["sentence"]


@pytest.mark.parametrize("other", ["iris", "diabetes"])
def test_a_champion_with_another_target_is_incomparable(
    other: str,
    known_table: KnownTable,
    train: Callable[..., Path],
    judge: Callable[..., dict[str, Any]],
) -> None:
    inputs = known_table("breast_cancer")
    verdict = judge(inputs, train(inputs), train(known_table(other)))
    assert failed(verdict) == ["evaluate.incomparable_rejected"]


def test_the_comparison_can_be_switched_off(
    known_table: KnownTable, train: Callable[..., Path], judge: Callable[..., dict[str, Any]]
) -> None:
    inputs = known_table("breast_cancer")
    good, weak = train(inputs), train(inputs, max_depth=1, n_estimators=2, eta=0.01)
    assert judge(inputs, weak, good, rule=None)["accepted"] is True


def test_the_verdict_names_the_candidate_by_the_stores_digest(
    known_table: KnownTable,
    train: Callable[..., Path],
    judge: Callable[..., dict[str, Any]],
    tmp_path: Path,
) -> None:
    inputs = known_table("breast_cancer")
    model = train(inputs)
    stored = open_store(str(tmp_path / "store")).put(ArtifactKind.MODEL, model)
    assert judge(inputs, model)["candidate"] == {"digest": stored.digest}


def test_every_reason_can_be_said_in_both_languages(
    known_table: KnownTable, train: Callable[..., Path], judge: Callable[..., dict[str, Any]]
) -> None:
    inputs = known_table("breast_cancer")
    model = train(inputs)
    for reason in judge(inputs, model, model, thresholds={"f1": {"min": 0.1}})["reasons"]:
        assert sentence(reason["message_id"], "en", **reason["values"]) == reason["sentence"]
        assert "。" in sentence(reason["message_id"], "zh", **reason["values"])
