"""Splitting: sizes, strata, seeds, and what does not depend on the order of rows."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from plugins.datasets import CARS_CONFIG, Notebook, Workbench
from pydantic import ValidationError

from aileron.core.errors import InvalidInput
from aileron.data import read_split, read_table
from aileron.data.split import SplitConfig, SplitDataset


def cars(classes: str) -> str:
    """A table with one row per letter, which is its class."""
    return "\n".join(["x,fast", *(f"{i},{label}" for i, label in enumerate(classes))])


def split(workbench: Workbench, dataset: Path, seed: int = 0, **config: Any) -> Path:
    context = Notebook(workbench.new(), seed)
    return SplitDataset().run(context, SplitConfig(**config), {"dataset": dataset})["split"]


def facts(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "split.json").read_text())
    return found


def test_each_part_has_each_class_in_its_share(workbench: Workbench) -> None:
    dataset = workbench.ingest(cars("a" * 100 + "b" * 50))
    folder = split(workbench, dataset, test=0.2, validation=0.1)
    labels = read_table(dataset)["fast"]
    counts = Counter(zip(read_split(folder), labels, strict=True))
    assert counts == {
        ("train", "a"): 70,
        ("train", "b"): 35,
        ("validation", "a"): 10,
        ("validation", "b"): 5,
        ("test", "a"): 20,
        ("test", "b"): 10,
    }
    assert facts(folder) == {
        "format_version": 1,
        "seed": 0,
        "fractions": {"train": 0.7, "validation": 0.1, "test": 0.2},
        "stratified_by": "fast",
        "counts": {"train": 105, "validation": 15, "test": 30},
    }


def test_one_seed_gives_one_split_and_another_seed_another(workbench: Workbench) -> None:
    dataset = workbench.ingest(cars("ab" * 50))
    one, again, other = (split(workbench, dataset, seed) for seed in (1, 1, 2))
    for file in ("split.json", "split.parquet"):
        assert (one / file).read_bytes() == (again / file).read_bytes()
    assert not read_split(one).equals(read_split(other))


def test_the_order_of_rows_does_not_matter(workbench: Workbench) -> None:
    config = CARS_CONFIG | {"id_column": "id"}
    rows = [f"s{i},{i},{'ab'[i % 2]}" for i in range(60)]
    forward = workbench.ingest("\n".join(["id,x,fast", *rows]), config)
    backward = workbench.ingest("\n".join(["id,x,fast", *reversed(rows)]), config)
    one, other = read_split(split(workbench, forward)), read_split(split(workbench, backward))
    assert one.to_dict() == other.to_dict()


def test_a_small_class_is_in_every_part(workbench: Workbench) -> None:
    dataset = workbench.ingest(cars("a" * 97 + "bbb"))
    parts = read_split(split(workbench, dataset))
    assert set(parts[read_table(dataset)["fast"] == "b"]) == {"train", "validation", "test"}


def test_a_class_with_fewer_samples_than_parts_is_refused_by_name(workbench: Workbench) -> None:
    dataset = workbench.ingest(cars("a" * 20 + "b"))
    with pytest.raises(InvalidInput, match="There are 1 samples of fast = b and 3 parts"):
        split(workbench, dataset, stratify=True)


def test_by_default_a_class_that_is_too_small_is_for_training_alone(workbench: Workbench) -> None:
    dataset = workbench.ingest(cars("a" * 20 + "bb" + "ccc"))
    labels = read_table(dataset)["fast"]
    parts = read_split(split(workbench, dataset))
    assert set(parts[labels == "b"]) == {"train"}
    assert set(parts[labels == "c"]) == {"train", "validation", "test"}


def test_without_strata_a_lone_class_is_no_obstacle(workbench: Workbench) -> None:
    folder = split(workbench, workbench.ingest(cars("a" * 19 + "b")), stratify=False)
    assert facts(folder)["stratified_by"] is None
    assert facts(folder)["counts"] == {"train": 12, "validation": 4, "test": 4}


def test_without_validation_there_are_two_parts(workbench: Workbench) -> None:
    folder = split(workbench, workbench.ingest(cars("ab" * 10)), validation=0.0)
    assert facts(folder)["counts"] == {"train": 16, "validation": 0, "test": 4}


def test_a_regression_is_stratified_by_tenths_when_asked(workbench: Workbench) -> None:
    rows = "\n".join(["x,y", *(f"{i},{i * i}" for i in range(100))])
    dataset = workbench.ingest(rows, {"name": "cars", "target": "y", "task": "regression"})
    assert facts(split(workbench, dataset))["stratified_by"] is None
    folder = split(workbench, dataset, stratify=True)
    assert facts(folder)["stratified_by"] == "y"
    parts = read_split(folder).tolist()
    assert all(parts[i : i + 10].count("test") == 2 for i in range(0, 100, 10))


@pytest.mark.parametrize("sizes", [{"test": 0}, {"test": 1}, {"test": 0.6, "validation": 0.4}])
def test_impossible_sizes_are_refused(sizes: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        SplitConfig(**sizes)
