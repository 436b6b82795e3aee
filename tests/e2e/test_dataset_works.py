"""Datasets by the command, through Airflow's scheduler: import, operate, export, all as runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from plugins.command import Command

from aileron.data.card import read_card


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
    refused = aileron("dataset", "sample", "no_such", "-o", "count=3", code=2)
    assert "no_such" in refused.stderr
    assert "handwritten_digits" in refused.stderr


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


def test_an_export_is_a_file_of_its_run(imported: str, aileron: Command, tmp_path: Path) -> None:
    target = tmp_path / "digits.zip"
    aileron("dataset", "export", "handwritten_digits", str(target), "--format", "coco", "--json")
    assert target.stat().st_size > 100_000
    shown = json.loads(aileron("dataset", "lineage", "handwritten_digits", "1", "--json").stdout)
    assert shown
