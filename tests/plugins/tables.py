"""Fixtures for steps that work on tables: small DATASET and SPLIT artifacts, and a context.

The artifacts are written here, by hand and small, so that tests of training and evaluation
stand without the stages before them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

ADULT_COLUMNS = [
    "age",
    "workclass",
    "fnlwgt",
    "education",
    "education_num",
    "marital_status",
    "occupation",
    "relationship",
    "race",
    "sex",
    "capital_gain",
    "capital_loss",
    "hours_per_week",
    "native_country",
    "income",
]
HOUSING_COLUMNS = [
    "crim",
    "zn",
    "indus",
    "chas",
    "nox",
    "rm",
    "age",
    "dis",
    "rad",
    "tax",
    "ptratio",
    "b",
    "lstat",
    "medv",
]


@dataclass
class TableInputs:
    """Two directories, as a step gets them."""

    dataset: Path
    split: Path

    def ports(self, **more: Path) -> dict[str, Path]:
        return {"dataset": self.dataset, "split": self.split} | more


@dataclass
class RecordingContext:
    """A context that keeps what a step tells it."""

    folder: Path
    seed: int = 0
    lines: list[str] = field(default_factory=list)
    points: list[tuple[str, int, float]] = field(default_factory=list)

    @property
    def work(self) -> Path:
        (self.folder / "work").mkdir(parents=True, exist_ok=True)
        return self.folder / "work"

    @property
    def checkpoint(self) -> Path:
        return self.folder / "checkpoint"

    def output(self, port: str) -> Path:
        return self.folder / port

    def log(self, message: str) -> None:
        self.lines.append(message)

    def metric(self, name: str, value: float, step: int = 0) -> None:
        self.points.append((name, step, value))


def write_inputs(
    folder: Path,
    columns: Mapping[str, Sequence[Any]],
    target: str,
    task: str,
    fractions: tuple[float, float, float] = (0.6, 0.2, 0.2),
    types: Mapping[str, str] | None = None,
    name: str = "sample",
) -> TableInputs:
    """Write a DATASET of `columns` and a seeded, stratified SPLIT of it."""
    values = {
        key: [float(v) if isinstance(v, int) else v for v in column]
        for key, column in columns.items()
    }
    count = len(values[target])
    ids = [f"r{row:08d}" for row in range(1, count + 1)]
    schema = [_column(key, column, target, types or {}) for key, column in values.items()]
    classes = sorted(set(values[target]) - {None}) if task == "classification" else None
    card = {
        "format_version": 1,
        "name": name,
        "task": task,
        "modality": "table",
        "target": target,
        "classes": classes,
        "schema": schema,
        "counts": {"rows": count},
        "digest": sha256(json.dumps(values).encode()).hexdigest(),
        "source": {"file": "sample.csv", "sha256": "0" * 64},
        "created_by": "test@1",
    }
    inputs = TableInputs(folder / "dataset", folder / "split")
    (inputs.dataset / "table").mkdir(parents=True)
    inputs.split.mkdir()
    (inputs.dataset / "card.json").write_text(json.dumps(card))
    table = pa.table({"sample_id": ids} | values)
    pq.write_table(table, inputs.dataset / "table" / "part-00000.parquet")
    strata = values[target] if classes else [0] * count
    parts = pa.table({"sample_id": ids, "split": _parts(strata, fractions)})
    pq.write_table(parts, inputs.split / "split.parquet")
    (inputs.split / "split.json").write_text(json.dumps({"format_version": 1, "seed": 0}))
    return inputs


def _column(name: str, values: list[Any], target: str, types: Mapping[str, str]) -> dict[str, Any]:
    present = {value for value in values if value is not None}
    guessed = "category" if any(isinstance(value, str) for value in present) else "number"
    kind = types.get(name, guessed)
    return {
        "name": name,
        "type": kind,
        "role": "target" if name == target else "feature",
        "categories": sorted(present) if kind == "category" else None,
        "missing": sum(value is None for value in values),
    }


def _parts(strata: Sequence[Any], fractions: tuple[float, float, float]) -> list[str]:
    chance = np.random.default_rng(0)
    parts = np.empty(len(strata), dtype=object)
    keys = np.array([str(value) for value in strata])
    for key in sorted(set(keys)):
        rows = chance.permutation(np.flatnonzero(keys == key))
        ends = (np.cumsum(fractions[:2]) * len(rows)).round().astype(int)
        for part, chosen in zip(("train", "validation", "test"), np.split(rows, ends), strict=True):
            parts[chosen] = part
    return list(parts)


@cache
def _bundled(name: str) -> tuple[dict[str, list[Any]], str, str]:
    """A table that scikit-learn carries: columns, target, task."""
    from sklearn import datasets

    data = getattr(datasets, f"load_{name}")()
    columns = {
        str(key).replace(" ", "_"): data.data[:, place].tolist()
        for place, key in enumerate(data.feature_names)
    }
    if name == "diabetes":
        return columns | {"progression": data.target.tolist()}, "progression", "regression"
    labels = [str(data.target_names[index]) for index in data.target]
    return columns | {"label": labels}, "label", "classification"


@pytest.fixture
def write_table(tmp_path: Path) -> Callable[..., TableInputs]:
    """Writes a dataset of given columns: `write_table(columns, target, task, ...)`."""
    numbers = iter(range(1000))

    def write(*args: Any, **keywords: Any) -> TableInputs:
        return write_inputs(tmp_path / f"inputs{next(numbers)}", *args, **keywords)

    return write


@pytest.fixture(scope="session")
def known_table(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], TableInputs]:
    """Written once: breast_cancer, iris, diabetes."""
    written: dict[str, TableInputs] = {}

    def table(name: str) -> TableInputs:
        if name not in written:
            columns, target, task = _bundled(name)
            folder = tmp_path_factory.mktemp(name)
            written[name] = write_inputs(folder, columns, target, task, name=name)
        return written[name]

    return table


@pytest.fixture
def new_context(tmp_path: Path) -> Callable[..., RecordingContext]:
    """Makes a fresh context: `new_context()` or `new_context(seed=7)`."""
    numbers = iter(range(1000))

    def make(seed: int = 0) -> RecordingContext:
        return RecordingContext(tmp_path / f"context{next(numbers)}", seed)

    return make
