"""The evaluation of pictures: its metrics are scikit-learn's, its report shows what went wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plugins.image_models import write_image_model
from plugins.image_services import Pictured, pictured
from plugins.serving import run_step
from sklearn import metrics as sk

from aileron.core.errors import InvalidInput
from aileron.data.images import ImageDataset
from aileron.evaluate.image_findings import cases
from aileron.evaluate.image_measure import measure
from aileron.evaluate.image_scoring import Scored, load_for, score
from aileron.evaluate.metrics import HIGHER_IS_BETTER

__all__ = ["pictured"]

Make = Callable[[str], Pictured]


@pytest.fixture
def evaluate(pictured: Make, tmp_path: Path) -> Callable[..., tuple[Any, Any, str]]:
    """Metrics, report.json and report.html of a kind, perhaps of another model."""

    def run(kind: str, model: Path | None = None, **config: Any) -> tuple[Any, Any, str]:
        ports = pictured(kind).ports() | ({"model": model} if model else {})
        outputs = run_step("evaluate.image", tmp_path / "out", ports, **config)
        metrics = json.loads((outputs["metrics"] / "metrics.json").read_text())
        report = json.loads((outputs["report"] / "report.json").read_text())
        return metrics, report, (outputs["report"] / "report.html").read_text()

    return run


def scored(found: Pictured) -> tuple[Any, Scored]:
    dataset = ImageDataset.read(found.dataset, found.split)
    model = load_for(found.model, dataset)
    return model, score(model, dataset, "test")


def test_scores_stand_in_the_order_of_the_models_classes(pictured: Make) -> None:
    """The dataset sorts its classes, the hand-made model does not."""
    model, found = scored(pictured("single"))

    assert model.card.classes != tuple(sorted(model.card.classes))
    folders = [sample.split("/")[0] for sample in found.part.sample_ids]
    assert [model.card.classes[i] for i in found.target] == folders
    assert np.mean(found.scores.argmax(axis=1) == found.target) > 0.8


def test_metrics_of_one_label_are_those_of_scikit_learn(
    pictured: Make, evaluate: Callable[..., Any]
) -> None:
    _, found = scored(pictured("single"))
    answers = found.scores.argmax(axis=1)

    metrics, report, _ = evaluate("single")

    values = metrics["metrics"]
    assert metrics["primary"] == report["primary"] == "f1_macro"
    assert values["accuracy"] == sk.accuracy_score(found.target, answers)
    assert values["f1_macro"] == sk.f1_score(found.target, answers, average="macro")
    assert values["log_loss"] == pytest.approx(sk.log_loss(found.target, found.scores), abs=1e-6)
    assert report["confusion"]["matrix"] == sk.confusion_matrix(found.target, answers).tolist()
    assert report["wrong"] == int((answers != found.target).sum()) > 0
    assert set(values) <= set(HIGHER_IS_BETTER)


def test_two_classes_have_an_area_and_a_threshold(evaluate: Callable[..., Any]) -> None:
    metrics, report, html = evaluate("binary")

    assert 0.9 < metrics["metrics"]["roc_auc"] <= 1
    assert 0 < report["threshold"]["recommended"] < 1
    assert report["threshold"]["used"] == 0.5
    assert "compare the score of the second class" in html


def test_metrics_of_many_labels_are_those_of_scikit_learn(pictured: Make) -> None:
    model, found = scored(pictured("multi"))
    noisy = Scored(found.part, found.target, (found.scores * 0.6 + 0.25).clip(0, 1))
    noisy.scores[::3] = noisy.scores[::3, ::-1]
    answers = (noisy.scores >= 0.5).astype(int)

    values = measure(model, noisy).metrics

    assert values["exact_match"] == sk.accuracy_score(found.target, answers)
    assert values["hamming_loss"] == pytest.approx(sk.hamming_loss(found.target, answers))
    for average in ("micro", "macro"):
        wanted = sk.f1_score(found.target, answers, average=average)
        assert values[f"f1_{average}"] == pytest.approx(wanted)
    wanted = sk.average_precision_score(found.target, noisy.scores, average="macro")
    assert values["mean_average_precision"] == pytest.approx(wanted)
    wanted = sk.roc_auc_score(found.target, noisy.scores, average="macro")
    assert values["roc_auc"] == pytest.approx(wanted)
    assert set(values) <= set(HIGHER_IS_BETTER)


def test_labels_that_never_occur_are_noted_not_counted(pictured: Make) -> None:
    model, found = scored(pictured("multi"))
    without = found.target.copy()
    without[:, 1] = 0
    nothing = np.zeros_like(without)

    partly = measure(model, Scored(found.part, without, found.scores))
    empty = measure(model, Scored(found.part, nothing, found.scores))

    assert partly.metrics["mean_average_precision"] == pytest.approx(1)
    assert {note.metric for note in empty.notes} == {"mean_average_precision", "roc_auc"}
    assert np.isfinite(list(empty.metrics.values())).all()


def test_a_threshold_is_recommended_for_many_labels(
    evaluate: Callable[..., Any], tmp_path: Path
) -> None:
    timid = write_image_model(tmp_path / "timid", task="multi_label", threshold=0.99999)

    metrics, report, html = evaluate("multi", timid)

    found = report["threshold"]
    assert found["used"] == 0.99999
    assert found["recommended"] < 0.9
    assert found["test_f1"] > metrics["metrics"]["f1_micro"]
    assert "unless a request says otherwise" in html


def test_the_report_shows_each_wrong_picture_beside_its_map(
    evaluate: Callable[..., Any], tmp_path: Path
) -> None:
    turned = np.roll(np.eye(3, dtype=np.float32) * 8, 1, axis=1)
    wrong = write_image_model(tmp_path / "wrong", weights=turned)

    _, report, html = evaluate("single", wrong, wrong_shown=5, right_shown=0)

    assert report["wrong"] > 5
    assert len(report["worst"]) == 5
    errors = [case["error"] for case in report["worst"]]
    assert errors == sorted(errors, reverse=True)
    for case in report["worst"]:
        assert case["true"] != case["predicted"]
        assert case["sample_id"] in html
    assert html.count('src="data:image/jpeg;base64,') == 10
    assert "5 of" in html
    assert not re.search(r'(src|href)="(?!data:)', html)
    assert "<script" not in html


def test_a_perfect_model_says_so_and_shows_what_it_looked_at(
    evaluate: Callable[..., Any],
) -> None:
    _, report, html = evaluate("multi", right_shown=3)

    assert report["wrong"] == 0
    assert report["worst"] == []
    assert "Not one error." in html
    assert html.count('src="data:image/jpeg;base64,') == 6


def test_right_examples_show_every_class(pictured: Make) -> None:
    model, found = scored(pictured("single"))

    shown = cases(model, found, wrong=False, most=3)

    assert {case.looked_at for case in shown} == {0, 1, 2}
    assert all(case.true == case.predicted for case in shown)


@pytest.mark.parametrize(
    ("kind", "made", "said"),
    [
        ("single", {"classes": ("red", "green")}, "the dataset has 'blue'"),
        ("single", {"classes": ("red", "green", "grey")}, "It knows the classes"),
        ("single", {"task": "multi_label"}, "The model is multi_label"),
        ("multi", {}, "labels of the type multi"),
    ],
)
def test_a_model_of_something_else_is_refused(
    kind: str, made: dict[str, Any], said: str, evaluate: Callable[..., Any], tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput, match=said):
        evaluate(kind, write_image_model(tmp_path / "other", **made))


@pytest.mark.parametrize(("primary", "said"), [("rmse", "no metric"), ("f1_macr", "f1_macro")])
def test_an_unknown_primary_metric_is_refused_with_a_hint(
    primary: str, said: str, evaluate: Callable[..., Any]
) -> None:
    with pytest.raises(InvalidInput, match=said):
        evaluate("single", primary=primary)


@pytest.fixture
def judge(pictured: Make, tmp_path: Path) -> Callable[..., Any]:
    """The gate's last reason for a candidate of kind `single` against a champion."""

    def run(champion: Path, **rule: Any) -> Any:
        ports = pictured("single").ports()
        ports |= run_step("evaluate.image", tmp_path / "evaluated", ports, right_shown=0)
        record = tmp_path / "record"
        record.mkdir()
        facts = {"model": "colours", "version": 4, "fence": 9, "digest": "f" * 64}
        (record / "record.json").write_text(json.dumps(facts))
        ports |= {"champion": champion, "champion_record": record}
        verdict = run_step("evaluate.gate", tmp_path / "gate", ports, champion=rule)["verdict"]
        return json.loads((verdict / "verdict.json").read_text())["reasons"][-1]

    return run


def test_the_gate_compares_with_the_champion_on_the_same_pictures(
    judge: Callable[..., Any], tmp_path: Path
) -> None:
    turned = np.roll(np.eye(3, dtype=np.float32) * 8, 1, axis=1)
    reason = judge(write_image_model(tmp_path / "weak", weights=turned))

    assert reason["passed"]
    assert reason["values"]["champion"] < 0.3 < reason["observed"]


def test_an_equal_champion_is_not_lost_to_rounding(
    judge: Callable[..., Any], pictured: Make
) -> None:
    assert judge(pictured("single").model)["passed"]


@pytest.mark.parametrize(("on_incomparable", "passed"), [("reject", False), ("accept", True)])
def test_a_champion_of_other_classes_or_another_kind_is_incomparable(
    judge: Callable[..., Any], tmp_path: Path, on_incomparable: str, passed: bool
) -> None:
    other = write_image_model(tmp_path / "other", ("cat", "dog"))

    reason = judge(other, on_incomparable=on_incomparable)

    assert reason["passed"] == passed
    assert "It knows the classes 'cat', 'dog'" in reason["sentence"]


def test_a_champion_that_is_a_table_model_is_incomparable(
    judge: Callable[..., Any], tmp_path: Path
) -> None:
    table = tmp_path / "table"
    table.mkdir()
    (table / "model.json").write_text('{"format_version": 1, "framework": "xgboost"}')

    assert "not of a model of pictures" in judge(table)["sentence"]
