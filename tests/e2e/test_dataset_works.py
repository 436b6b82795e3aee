"""Datasets by the command, through Airflow's scheduler: import, operate, export, all as runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from plugins.command import Command

from aileron.data.card import read_card
from aileron.data.definition import load_expectations


@pytest.fixture(scope="module")
def imported(aileron: Command) -> str:
    """The tag of the imported digits."""
    done = aileron("dataset", "import", "handwritten_digits", "--json").json
    assert done["state"] == "succeeded", done
    return str(done["dataset_version"])


def test_a_second_import_of_the_same_makes_no_version(imported: str, aileron: Command) -> None:
    again = aileron("dataset", "import", "handwritten_digits", "--json").json
    assert again["dataset_version"] == imported
    assert {task["state"] for task in again["tasks"]} == {"reused"}


def test_a_sample_becomes_a_dataset_that_knows_its_parent(
    imported: str, aileron: Command, tmp_path: Path
) -> None:
    options = ("-o", "count=100", "--to", "few_digits")
    done = aileron("dataset", "sample", "handwritten_digits", *options, "--json").json
    assert done["dataset_version"] == "default/few_digits@v1"
    relabelled = ("-o", 'rename={"0": zero}')
    done = aileron("dataset", "relabel", "few_digits", *relabelled, "--json").json
    assert done["dataset_version"] == "default/few_digits@v2"
    aileron("dataset", "checkout", "few_digits", str(tmp_path / "few"))
    card = read_card(tmp_path / "few")
    assert card.parent == "default/few_digits@v1"
    assert card.counts.rows == 100
    assert "zero" in (card.classes or ())


def test_an_operation_on_nothing_starts_no_run(imported: str, aileron: Command) -> None:
    refused = aileron("dataset", "sample", "no_such", "-o", "count=3", code=None)
    assert refused.code
    assert "no_such" in refused.err
    assert "handwritten_digits" in refused.err


def test_a_dataset_of_a_pipeline_is_named_by_its_version(
    imported: str, aileron: Command, stack_workspace: Path
) -> None:
    file = stack_workspace / "configs" / "pipelines" / "fewer_digits.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(
        "apiVersion: aileron/v1\nkind: Pipeline\nname: fewer_digits\nnodes:\n"
        "  - {name: draw, step: data.sample, config: {count: 20, name: fewer_digits},\n"
        '     inputs: {dataset: "dataset:handwritten_digits@v1"}}\n'
        "  - {name: version, step: data.version, inputs: {dataset: draw.dataset}}\n",
        encoding="utf-8",
    )
    try:
        done = aileron("lifecycle", "run", "fewer_digits", "--wait", "--json").json
    finally:
        file.unlink()
    assert done["dataset_version"] == "default/fewer_digits@v1"


def test_a_lifecycle_learns_from_a_version_as_it_is(
    aileron: Command, stack_workspace: Path
) -> None:
    aileron("dataset", "import", "breast_cancer")
    options = ("-o", "fraction=0.5", "--to", "half_of_them")
    aileron("dataset", "sample", "breast_cancer", *options)
    file = stack_workspace / "configs" / "lifecycles" / "learn_half.yaml"
    text = (
        "apiVersion: aileron/v1\nkind: Lifecycle\nname: learn_half\ndataset: half_of_them\n"
        "dataset_version: {}\ntrain: {{algorithm: {}}}\npackage: false\nrelease: false\n"
    )
    try:
        file.write_text(text.format("latest", "logistic_regression"), encoding="utf-8")
        done = aileron("lifecycle", "run", "learn_half", "--wait", "--json").json
        assert done["state"] == "succeeded", done
        assert done["dataset_version"] == "default/half_of_them@v1"
        again = aileron("dataset", "versions", "half_of_them", "--json").json
        assert len(again["history"]) == 1, "nothing was versioned anew"
        file.write_text(text.format("1", "image_cnn"), encoding="utf-8")
        refused = aileron("lifecycle", "run", "learn_half", "--wait", "--json", code=1).json
        assert "half_of_them" in refused["reason"]
    finally:
        file.unlink()


def test_expectations_are_proposed_and_hold(
    imported: str, aileron: Command, stack_workspace: Path
) -> None:
    file = stack_workspace / "datasets" / "handwritten_digits" / "expectations.yaml"
    before = file.read_text(encoding="utf-8")
    refused = aileron("dataset", "expect", "handwritten_digits", "--write", code=None)
    assert refused.code
    assert "has expectations already" in refused.err
    try:
        file.write_text(
            aileron("dataset", "expect", "handwritten_digits", "--drift").out, encoding="utf-8"
        )
        assert load_expectations(file.parent)
        again = aileron("dataset", "import", "handwritten_digits", "--json").json
        assert again["state"] == "succeeded", again
        assert {task["name"]: task["state"] for task in again["tasks"]}["ingest"] == "reused"
    finally:
        file.write_text(before, encoding="utf-8")


def test_imports_add_to_a_dataset(aileron: Command, stack_workspace: Path) -> None:
    folder = stack_workspace / "datasets" / "pears"
    folder.mkdir()
    (folder / "dataset.yaml").write_text(
        "apiVersion: aileron/v1\nkind: Dataset\nname: pears\nsource: {file: pears.csv}\n"
        "target: ripe\ntask: classification\n",
        encoding="utf-8",
    )
    rows = [f"{i},{i % 7},{'yes' if i % 3 else 'no'}\n" for i in range(70)]

    def take(some: list[str], *options: str) -> str:
        text = "".join(["weight,size,ripe\n", *some])
        (folder / "pears.csv").write_text(text, encoding="utf-8")
        done = aileron("dataset", "import", "pears", *options, "--json").json
        assert done["state"] == "succeeded", done
        return str(done["dataset_version"])

    assert take(rows[:40]) == "default/pears@v1"
    assert take(rows[30:60], "--append") == "default/pears@v2"
    assert take(rows[:50], "--append") == "default/pears@v2", "all of it is there already"
    shown = aileron("dataset", "diff", "pears", "1", "2", "--json").json
    assert shown["rows"]["added"] == 20
    lineage = aileron("dataset", "lineage", "pears", "2", "--json").json
    assert lineage["ancestors"][0]["tag"] == "default/pears@v1"
    assert take(rows[60:]) == "default/pears@v3", "another import replaces"
    lineage = aileron("dataset", "lineage", "pears", "3", "--json").json
    assert lineage["ancestors"][0]["tag"] == "default/pears@v2"


def test_an_export_is_a_file_of_its_run(imported: str, aileron: Command, tmp_path: Path) -> None:
    target = tmp_path / "digits.zip"
    aileron("dataset", "export", "handwritten_digits", str(target), "--format", "coco", "--json")
    assert target.stat().st_size > 100_000
    shown = json.loads(aileron("dataset", "lineage", "handwritten_digits", "1", "--json").out)
    assert shown
