"""Own tables from a look at the file to a split: real ones, and one of ten thousand columns."""

from __future__ import annotations

import random
import resource
from pathlib import Path
from typing import Any

import pytest
from plugins.datasets import Notebook, Workbench
from plugins.shared_data import shared
from plugins.workspaces import Workspace

from aileron.data import read_card, read_split
from aileron.data.split import SplitConfig, SplitDataset
from aileron.data.validate import ValidateConfig, ValidateDataset
from aileron.lifecycle import lint
from aileron.lifecycle.dataset import load_dataset
from aileron.lifecycle.new import Created, NewOptions, create
from aileron.lifecycle.sources import put_source
from aileron.store import open_store


def imported(workspace: Workspace, workbench: Workbench, name: str) -> Path:
    """The DATASET artifact that a run of lifecycle `name` would make, validated."""
    settings = workspace.settings
    dataset = load_dataset(settings, name)
    store = open_store(settings.store_root)
    reference = put_source(store, settings.home, dataset.source_files(settings))
    source = workbench.new() / "source"
    store.fetch(reference, source)
    folder = workbench.ingest_folder(source, dataset.ingest)
    suite = ValidateConfig.model_validate({"expectations": dataset.expectations})
    context = Notebook(workbench.new())
    ValidateDataset().run(context, suite, {"dataset": folder})
    assert not [line for line in context.lines if line.startswith("FAILED")]
    return folder


def new(workspace: Workspace, source: Path, **options: Any) -> Created:
    created = create(workspace.settings, "own", source, NewOptions(**options))
    assert lint(workspace.settings, "own") == []
    return created


def test_census_income_with_its_test_file(workspace: Workspace, workbench: Workbench) -> None:
    data, test = shared("adult_income/adult-train.csv"), shared("adult_income/adult-test.csv")
    created = new(workspace, data, target="14", header=False, test_data=test)
    labels = next(a for a in created.assumptions if a.what.message_id == "data.assume_labels")
    assert "'<=50K.' = '<=50K'" in labels.what.render("en")
    folder = imported(workspace, workbench, "own")
    card = read_card(folder)
    assert card.classes == ("<=50K", ">50K")
    assert [sum(c.type == kind for c in card.features) for kind in ("number", "category")] == [6, 8]
    missing = {c.name: c.missing for c in card.columns if c.missing}
    assert missing == {"column_1": 2799, "column_6": 2809, "column_13": 857}
    made = SplitDataset().run(Notebook(workbench.new()), SplitConfig(), {"dataset": folder})
    counts = read_split(made["split"]).value_counts().to_dict()
    assert counts == {"train": 26049, "test": 16281, "validation": 6512}


def test_housing_without_header(workspace: Workspace, workbench: Workbench) -> None:
    new(workspace, shared("housing/housing.csv"), target="13", header=False)
    card = read_card(imported(workspace, workbench, "own"))
    assert (card.task, card.target, len(card.features)) == ("regression", "column_13", 13)


def test_chinese_reviews(workspace: Workspace, workbench: Workbench) -> None:
    new(workspace, shared("hotel_reviews_zh/ChnSentiCorp_htl_all.csv"), target="label")
    card = read_card(imported(workspace, workbench, "own"))
    assert [(c.name, c.type) for c in card.features] == [("review", "text")]
    assert card.classes == ("0", "1")


def test_a_transformer_over_time(workspace: Workspace, workbench: Workbench) -> None:
    new(workspace, shared("transformer_oil_temperature/ETTh1.csv"), target="OT")
    card = read_card(imported(workspace, workbench, "own"))
    assert {c.name: c.type for c in card.features}["date"] == "date"
    assert (card.task, len(card.features)) == ("regression", 7)


@pytest.mark.parametrize("shape", [(200, 10_000)])
def test_ten_thousand_columns(
    workspace: Workspace, workbench: Workbench, tmp_path: Path, shape: tuple[int, int]
) -> None:
    rows, columns = shape
    chance = random.Random(0)
    path = tmp_path / "wide.csv"
    with path.open("w") as file:
        file.write(",".join(f"f{i}" for i in range(columns)) + ",y\n")
        for row in range(rows):
            cells = (f"{chance.random():.3f}" for _ in range(columns))
            file.write(",".join(cells) + f",{'uv'[row % 2]}\n")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    new(workspace, path, target="y")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before < 30
    assert len(read_card(imported(workspace, workbench, "own")).features) == columns
