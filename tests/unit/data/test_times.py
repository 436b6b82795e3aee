"""Clusterings have no target; forecastings have times, and parts that follow one another."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plugins.datasets import Notebook, Workbench

from aileron.core.errors import InvalidInput
from aileron.data import read_split, read_table
from aileron.data.card import Card, read_table_card
from aileron.data.layout import PARTS
from aileron.data.split import SplitConfig, SplitDataset
from aileron.data.times import divide_by_time
from aileron.data.version_files import verify_dataset

FORECAST = {
    "name": "load",
    "task": "forecasting",
    "target": "load",
    "time_column": "hour",
    "series": ["line"],
}
CLUSTERS = {"name": "points", "task": "clustering"}


def hours(count: int = 20, lines: str = "ab") -> str:
    """Rows from the last hour to the first: their order says nothing."""
    rows = [
        f"2026-01-{1 + h // 24:02d} {h % 24:02d}:00,{line},{h + ord(line)}"
        for h in reversed(range(count))
        for line in lines
    ]
    return "hour,line,load\n" + "\n".join(rows) + "\n"


def split(workbench: Workbench, dataset: Path, **config: Any) -> tuple[Path, list[str]]:
    notebook = Notebook(workbench.new())
    checked = SplitConfig.model_validate(config)
    return SplitDataset().run(notebook, checked, {"dataset": dataset})["split"], notebook.lines


def test_a_table_without_a_target_is_for_clustering(workbench: Workbench) -> None:
    folder = workbench.ingest("x,y\n1,2\n3,4\n5,6\n7,8\n9,10\n", CLUSTERS)
    card = read_table_card(folder)
    assert (card.task, card.target, card.classes, len(card.features)) == (
        "clustering", None, None, 2,
    )  # fmt: skip
    verify_dataset(folder, card.digest)
    with pytest.raises(InvalidInput, match="no column to predict"):
        _ = card.predicted
    part, _ = split(workbench, folder)
    assert read_split(part).value_counts().to_dict() == {"train": 3, "validation": 1, "test": 1}
    with pytest.raises(InvalidInput, match="clustering is not stratified"):
        split(workbench, folder, stratify=True)


def test_a_forecasting_knows_its_time_and_its_series(workbench: Workbench) -> None:
    card = read_table_card(workbench.ingest(hours(), FORECAST))
    roles = {column.name: (column.type, column.role) for column in card.columns}
    assert roles == {
        "hour": ("date", "time"),
        "line": ("category", "series"),
        "load": ("number", "target"),
    }
    assert (card.time_column, card.series, card.features) == ("hour", ("line",), ())
    assert Card.model_validate_json(card.text()) == card


def test_parts_follow_one_another_in_time(workbench: Workbench) -> None:
    folder = workbench.ingest(hours(), FORECAST)
    part, _ = split(workbench, folder, test=0.2, validation=0.1)
    times = read_table(folder)["hour"].groupby(read_split(part))
    assert times.count().to_dict() == {"train": 28, "validation": 4, "test": 8}
    assert times.max()["train"] < times.min()["validation"]
    assert times.max()["validation"] < times.min()["test"]
    with pytest.raises(InvalidInput, match="forecasting is not stratified"):
        split(workbench, folder, stratify=True)


def test_numbers_can_be_times(workbench: Workbench) -> None:
    rows = "step,load\n" + "".join(f"{step},1.5\n" for step in (10, 9, 100, 2, 1))
    config = {name: value for name, value in FORECAST.items() if name != "series"}
    folder = workbench.ingest(rows, config | {"time_column": "step"})
    part, _ = split(workbench, folder, test=0.2, validation=0.2)
    steps = read_table(folder)["step"].groupby(read_split(part)).apply(list)
    assert (sorted(steps["train"]), steps["validation"], steps["test"]) == (
        [1.0, 2.0, 9.0], [10.0], [100.0],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "change", "sentence"),
    [
        (hours() + "2026-01-01 03:00,a,1\n", {}, r"series a has two rows at 2026-01-01 03:00"),
        (hours(), {"series": []}, "series - has two rows"),
        (hours() + "soon,a,1\n", {}, r"cars.csv:42: .*'soon' is neither a date"),
        (hours() + ",a,1\n", {}, r"cars.csv:42: Column hour has no value here"),
        (hours() + "2027-01-01,,1\n", {}, r"cars.csv:42: Column line has no value"),
        (hours() + "2027-01-01,a,\n", {}, r"cars.csv:42: .*load"),
        (hours(), {"time_column": "hours"}, "no column hours; did you mean hour"),
        (hours(), {"series": ["lines"]}, "no column lines"),
    ],
)
def test_what_is_no_series_is_refused(
    workbench: Workbench, content: str, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        workbench.ingest(content, FORECAST | change)


@given(
    moments=st.lists(st.integers(0, 40), min_size=1, max_size=60),
    test=st.floats(0.01, 0.5),
    validation=st.floats(0.0, 0.4),
)
def test_every_part_has_moments_and_none_overlaps(
    moments: list[int], test: float, validation: float
) -> None:
    times = {f"r{i}": float(moment) for i, moment in enumerate(moments)}
    shares = {"train": 1 - test - validation, "validation": validation, "test": test}
    wanted = {part: share for part, share in shares.items() if share > 0}
    if len(set(moments)) < len(wanted):
        with pytest.raises(InvalidInput):
            divide_by_time(times, wanted, "load")  # type: ignore[arg-type]
        return
    parts = divide_by_time(times, wanted, "load")  # type: ignore[arg-type]
    spans = [
        [times[sample] for sample, part in parts.items() if part == name]
        for name in PARTS
        if name in wanted
    ]
    assert all(spans)
    assert all(max(one) < min(other) for one, other in pairwise(spans))
