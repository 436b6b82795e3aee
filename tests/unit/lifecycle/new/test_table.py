"""`lifecycle new` of a table: what it writes, what it says, and that this is sound."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from plugins.workspaces import Workspace

from aileron.cli import command
from aileron.core.errors import Conflict, InvalidInput
from aileron.data.definition import load_definition, load_expectations
from aileron.lifecycle import lint
from aileron.lifecycle.new import Created, NewOptions, create
from aileron.lifecycle.new.writing import text

CHURN = "id,plan,calls,left\n" + "".join(
    f"{i * 3 + 1},{'ab'[i % 2]},{i % 17},{'yes' if i % 3 else 'no'}\n" for i in range(60)
)


@pytest.fixture
def churn(tmp_path: Path) -> Path:
    path = tmp_path / "churn.csv"
    path.write_text(CHURN)
    return path


def new(workspace: Workspace, source: Path, name: str = "churn", **options: Any) -> Created:
    return create(workspace.settings, name, source, NewOptions(**{"target": "left", **options}))


def read(workspace: Workspace, file: str) -> dict[str, Any]:
    values: dict[str, Any] = yaml.safe_load((workspace.folder / file).read_text(encoding="utf-8"))
    return values


def said(created: Created) -> list[str]:
    return [a.what.message_id.partition(".")[2] for a in created.assumptions]


def test_a_table_becomes_a_dataset_a_suite_and_a_lifecycle(
    workspace: Workspace, churn: Path
) -> None:
    created = new(workspace, churn)
    folder = workspace.folder / "datasets" / "churn"
    assert set(created.files) == {
        folder / "dataset.yaml",
        folder / "expectations.yaml",
        workspace.folder / "configs" / "lifecycles" / "churn.yaml",
    }
    definition = load_definition(folder)
    assert (definition.target, definition.task) == ("left", "classification")
    assert read(workspace, "datasets/churn/dataset.yaml") == {
        "apiVersion": "aileron/v1",
        "kind": "Dataset",
        "name": "churn",
        "source": {"file": str(churn)},
        "target": "left",
        "task": "classification",
        "classes": ["no", "yes"],
        "id_column": "id",
    }
    lifecycle = read(workspace, "configs/lifecycles/churn.yaml")
    assert lifecycle["train"] == {"algorithm": "xgboost"}
    assert lifecycle["gate"]["thresholds"] == {"roc_auc": {"min": 0.6}}
    assert {e.type for e in load_expectations(folder) if e.severity == "critical"} == {
        "expect_table_row_count_to_be_between",
        "expect_table_columns_to_match_set",
        "expect_column_values_to_be_in_set",
    }


def test_lint_has_nothing_to_say_about_what_was_written(workspace: Workspace, churn: Path) -> None:
    new(workspace, churn)
    assert lint(workspace.settings) == []


def test_each_assumption_has_a_reason_and_a_remedy_in_both_languages(
    workspace: Workspace, churn: Path
) -> None:
    created = new(workspace, churn)
    wanted = {"assume_classification", "assume_positive", "assume_key", "new_place"}
    assert wanted | {"new_suite", "new_algorithm", "new_gate"} <= set(said(created))
    for assumption in created.assumptions:
        for part in (assumption.what, assumption.because, assumption.change):
            assert part.render("zh") != part.render("en")


def test_what_exists_is_never_overwritten(workspace: Workspace, churn: Path) -> None:
    created = new(workspace, churn)
    before = {path: path.read_text() for path in created.files}
    for target in ("left", "plan"):
        with pytest.raises(Conflict, match="churn exists already, and nothing is overwritten"):
            new(workspace, churn, target=target)
    with pytest.raises(Conflict, match="fruit exists already"):
        new(workspace, churn, name="fruit")
    (workspace.folder / "configs" / "lifecycles" / "churn.yaml").unlink()
    with pytest.raises(Conflict, match=r"dataset.yaml: churn exists already"):
        new(workspace, churn)
    for path, text_before in before.items():
        if path.exists():
            assert path.read_text() == text_before


def test_a_refusal_leaves_nothing_behind(workspace: Workspace, churn: Path) -> None:
    files = sorted(workspace.folder.rglob("*"))
    with pytest.raises(InvalidInput, match=r"no target column lft; did you mean left\?"):
        new(workspace, churn, target="lft")
    with pytest.raises(InvalidInput, match="There is no file or folder"):
        new(workspace, churn.with_name("other.csv"))
    with pytest.raises(InvalidInput, match="is not a name"):
        new(workspace, churn, name="My churn")
    assert sorted(workspace.folder.rglob("*")) == files


def test_a_file_that_appears_meanwhile_is_kept_and_the_others_are_taken_back(
    workspace: Workspace, churn: Path
) -> None:
    stray = workspace.write("datasets/churn/expectations.yaml", "mine\n")
    with pytest.raises(Conflict, match=r"expectations.yaml: expectations exists already"):
        new(workspace, churn)
    assert stray.read_text() == "mine\n"
    assert not (stray.parent / "dataset.yaml").exists()
    assert not (workspace.folder / "configs/lifecycles/churn.yaml").exists()


def test_a_file_in_the_workspace_is_named_relative_to_the_dataset(workspace: Workspace) -> None:
    inside = workspace.write("raw/churn.csv", CHURN)
    new(workspace, inside)
    assert read(workspace, "datasets/churn/dataset.yaml")["source"] == {
        "file": "../../raw/churn.csv"
    }
    assert lint(workspace.settings) == []


def test_a_test_file_is_the_test_part_and_its_labels_are_matched(
    workspace: Workspace, churn: Path, tmp_path: Path
) -> None:
    other = tmp_path / "later.csv"
    other.write_text("id,plan,calls,left\n1,a,3,Yes.\n2,b,4,No.\n")
    created = new(workspace, churn, test_data=other)
    written = read(workspace, "datasets/churn/dataset.yaml")
    assert written["source"]["test_file"] == str(other)
    assert written["labels"] == {"Yes.": "yes", "No.": "no"}
    assert written["columns"] == {"id": {"role": "ignored"}}
    assert {"assume_labels", "new_test_part"} <= set(said(created))
    assert lint(workspace.settings) == []


@pytest.mark.parametrize(
    ("values", "algorithm", "metric", "least"),
    [
        ([f"{i * 1.7:.2f}" for i in range(60)], "xgboost", "r2", 0.0),
        (["abc"[i % 3] for i in range(60)], "xgboost", "balanced_accuracy", 0.4),
    ],
)
def test_the_gate_asks_for_more_than_guessing(
    workspace: Workspace,
    tmp_path: Path,
    values: list[str],
    algorithm: str,
    metric: str,
    least: float,
) -> None:
    path = tmp_path / "data.csv"
    path.write_text("x,left\n" + "".join(f"{i % 9},{value}\n" for i, value in enumerate(values)))
    new(workspace, path)
    lifecycle = read(workspace, "configs/lifecycles/churn.yaml")
    assert lifecycle["train"]["algorithm"] == algorithm
    assert lifecycle["gate"]["thresholds"] == {metric: {"min": least}}
    assert lint(workspace.settings) == []


def test_texts_alone_are_for_a_linear_model(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    rows = (f"the room {i} was {'fine' if i % 2 else 'bad'} for me,{i % 2}\n" for i in range(60))
    path.write_text("review,left\n" + "".join(rows))
    new(workspace, path)
    assert read(workspace, "configs/lifecycles/churn.yaml")["train"] == {
        "algorithm": "logistic_regression"
    }


def test_a_proposed_suite_stays_readable_for_a_wide_table(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "wide.csv"
    header = ",".join(f"f{i}" for i in range(1000))
    rows = (",".join(str((i * j) % 97) for i in range(1000)) for j in range(40))
    lines = [f"{header},left", *(f"{row},{'ab'[j % 2]}" for j, row in enumerate(rows))]
    path.write_text("\n".join(lines))
    new(workspace, path)
    assert len(load_expectations(workspace.folder / "datasets" / "churn")) <= 50
    longest = max((workspace.folder / "datasets/churn").glob("*"), key=lambda p: p.stat().st_size)
    assert longest.stat().st_size < 20_000


def test_the_command_says_what_it_wrote_and_what_comes_next(
    workspace: Workspace, churn: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AILERON_WORKSPACE", str(workspace.folder))
    monkeypatch.setenv("AILERON_LANG", "en")
    words = ["lifecycle", "new", "churn", "--data", str(churn), "--target", "left"]
    tried = CliRunner().invoke(command, [*words, "--dry-run"], catch_exceptions=False)
    assert "Would write" in tried.output
    assert "kind: Lifecycle" in tried.output
    assert not (workspace.folder / "datasets" / "churn").exists()
    done = CliRunner().invoke(command, words, catch_exceptions=False)
    assert done.output.startswith(" 1. The task is classification: left is a class.\n    Because: ")
    assert done.output.endswith(
        "Next: aileron lifecycle lint churn && aileron lifecycle run churn --wait\n"
    )


def test_the_command_speaks_json_and_chinese(
    workspace: Workspace, churn: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AILERON_WORKSPACE", str(workspace.folder))
    monkeypatch.setenv("AILERON_LANG", "zh")
    words = ["lifecycle", "new", "churn", "--data", str(churn), "--target", "3", "--json"]
    done = CliRunner().invoke(command, words, catch_exceptions=False)
    facts = json.loads(done.output)
    assert {Path(file).name for file in facts["files"]} == {
        "dataset.yaml",
        "expectations.yaml",
        "churn.yaml",
    }
    assert facts["assumptions"][0]["what"] == "目标列为 left。"


@pytest.mark.parametrize(
    "values",
    [
        {"names": ["a: b", "- c", "#d", "yes", "1", "", " x "], "n": 1.5, "none": None},
        {"labels": {"<=50K.": "<=50K", "是": "否"}, "missing": ["", "null", "?", "~"]},
        {"rows": [{"a": {"b": [1, 2]}}, {"c": "d\ne"}], "long": ["word" * 10] * 20},
        {"empty": {}, "no": [], "quote": 'it\'s "so"', "colon": "a: b"},
    ],
)
def test_written_yaml_reads_back_as_it_was_meant(values: dict[str, Any]) -> None:
    assert yaml.safe_load(text(values)) == values
