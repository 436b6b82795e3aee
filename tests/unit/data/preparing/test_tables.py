"""Tables are filled, scaled, encoded, sorted and joined; numbers come from part train."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plugins.datasets import Workbench
from plugins.operations import Operations, Result

from aileron.core.errors import InvalidInput
from aileron.data.card import Card
from aileron.data.layout import read_table

ROWS = """\
age,city,when,buy
10,Rome,2024-01-02,yes
,Oslo,2023-01-02,no
30,,2024-05-02,yes
20,Rome,,no
1000,Oslo,2022-01-02,no
20,Rome,2024-01-02,no
"""
CONFIG = {"name": "cars", "target": "buy", "task": "classification"}


class Desk:
    """Prepares one table, and reads what came of it."""

    def __init__(self, operations: Operations, workbench: Workbench) -> None:
        self._operations, self.workbench = operations, workbench
        self.before = Result(workbench.ingest(ROWS, CONFIG))

    def split(self, parts: Sequence[Any]) -> None:
        """Give the rows to parts."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        from aileron.data.table_files import table_digest

        file = self.before.folder / "samples.parquet"
        samples = pq.read_table(file).append_column("split", pa.array(list(parts), pa.string()))
        pq.write_table(samples, file)
        card = self.card(self.before)
        digest = table_digest(self.before.folder, card.columns)
        card.model_copy(update={"digest": digest}).write(self.before.folder)

    def prepare(self, *operations: dict[str, Any]) -> Result:
        return self._operations.run("prepare_table", self.before, operations=operations)

    def join(self, other: Path, **config: Any) -> Result:
        return self._operations.run("join_table", self.before, inputs={"other": other}, **config)

    @staticmethod
    def card(result: Result) -> Card:
        assert isinstance(result.card, Card)
        return result.card

    @staticmethod
    def column(result: Result, name: str) -> list[Any]:
        values = read_table(result.folder)[name].tolist()
        return [None if isinstance(v, float) and math.isnan(v) else v for v in values]

    @staticmethod
    def fitted(result: Result) -> list[list[dict[str, Any]]]:
        text = (result.folder.parent / "report" / "report.json").read_text(encoding="utf-8")
        return [done["fitted"] for done in json.loads(text)["operations"]]


@pytest.fixture
def desk(operations: Operations, workbench: Workbench) -> Desk:
    return Desk(operations, workbench)


@pytest.mark.parametrize(("method", "value"), [("mean", 216.0), ("median", 20.0), ("mode", 20.0)])
def test_missing_numbers_are_filled(desk: Desk, method: str, value: float) -> None:
    done = desk.prepare({"operation": "fill", "method": method, "columns": ["age"]})
    assert desk.column(done, "age") == [10, value, 30, 20, 1000, 20]
    assert desk.fitted(done) == [[{"column": "age", "value": value}]]
    assert next(c for c in desk.card(done).columns if c.name == "age").missing == 0


def test_a_constant_becomes_a_category(desk: Desk) -> None:
    done = desk.prepare({"operation": "fill", "method": "constant", "value": "其他"})
    assert desk.column(done, "city")[2] == "其他"
    city = next(c for c in desk.card(done).columns if c.name == "city")
    assert city.categories == ("Oslo", "Rome", "其他")


def test_filling_forward_takes_the_last_value(desk: Desk) -> None:
    done = desk.prepare({"operation": "fill", "method": "forward"})
    assert desk.column(done, "age")[1] == 10
    assert desk.column(done, "city")[2] == "Oslo"


def test_numbers_are_scaled_by_what_part_train_has(desk: Desk) -> None:
    desk.split(["train", "train", "train", None, "test", "test"])
    done = desk.prepare({"operation": "scale", "method": "minmax"})
    assert desk.fitted(done) == [[{"column": "age", "centre": 10.0, "spread": 20.0}]]
    assert desk.column(done, "age") == [0, None, 1, 0.5, 49.5, 0.5]
    assert done.parts == desk.before.parts


def test_values_of_the_test_part_are_no_columns(desk: Desk) -> None:
    desk.split(["test", "train", "train", "test", "train", "test"])
    done = desk.prepare({"operation": "encode", "columns": ["city"]})
    assert [c.name for c in desk.card(done).columns] == ["age", "city=Oslo", "when", "buy"]
    assert desk.column(done, "city=Oslo") == [0, 1, 0, 0, 1, 0]


def test_categories_become_places(desk: Desk) -> None:
    sorted_ = desk.prepare({"operation": "encode", "method": "ordinal"})
    assert desk.column(sorted_, "city") == [1, 0, None, 1, 0, 1]
    order = ["Rome", "Oslo"]
    given_ = desk.prepare({"operation": "encode", "method": "ordinal", "order": order})
    assert desk.column(given_, "city") == [0, 1, None, 0, 1, 0]


def test_outliers_are_clipped_or_go_from_train_alone(desk: Desk) -> None:
    clipped = desk.prepare({"operation": "outliers"})
    [[bounds]] = desk.fitted(clipped)
    assert (bounds["low"], bounds["high"]) == (5.0, 45.0)
    assert desk.column(clipped, "age") == [10, None, 30, 20, 45, 20]
    assert desk.prepare({"operation": "outliers", "action": "drop"}).card.counts.rows == 5
    desk.split(["train"] * 4 + ["test", "train"])
    assert desk.prepare({"operation": "outliers", "action": "drop"}).card.counts.rows == 6


def test_rows_are_sorted_and_repeats_go(desk: Desk) -> None:
    done = desk.prepare(
        {"operation": "sort", "by": ["when"], "descending": True},
        {"operation": "deduplicate", "columns": ["city", "buy"]},
    )
    assert desk.column(done, "when") == [
        "2024-05-02", "2024-01-02", "2024-01-02", "2023-01-02",
    ]  # fmt: skip


def test_the_task_follows_a_new_name(desk: Desk) -> None:
    done = desk.prepare(
        {"operation": "rename", "names": {"buy": "age", "age": "years"}},
        {"operation": "drop", "columns": ["when"]},
    )
    assert desk.card(done).target == "age"
    assert [c.name for c in desk.card(done).columns] == ["years", "city", "age"]
    assert done.labels == desk.before.labels


@pytest.mark.parametrize(
    ("operation", "says"),
    [
        ({"operation": "drop", "columns": ["buy"]}, "is the target"),
        ({"operation": "drop", "columns": ["aeg"]}, "did you mean age"),
        ({"operation": "scale", "columns": ["city"]}, "holds category values"),
        ({"operation": "rename", "names": {"age": "City"}}, "second column city"),
        ({"operation": "fill", "method": "constant", "value": "x", "columns": ["age"]}, "no value"),
        ({"operation": "encode", "limit": 2, "columns": ["city"]}, None),
    ],
)
def test_what_cannot_be_done_is_said(
    desk: Desk, operation: dict[str, Any], says: str | None
) -> None:
    if says is None:
        assert desk.prepare(operation)
        return
    with pytest.raises(InvalidInput, match=says):
        desk.prepare(operation)


def test_nothing_known_of_train_is_said(desk: Desk) -> None:
    desk.split(["test", "train", "test", "test", "test", "test"])
    with pytest.raises(InvalidInput, match="no row of part train"):
        desk.prepare({"operation": "fill"})


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20))
def test_scaled_numbers_come_back(
    operations: Operations, workbench: Workbench, values: list[float]
) -> None:
    rows = "".join(f"{value!r},{'yes' if n % 2 else 'no'}\n" for n, value in enumerate(values))
    before = Result(workbench.ingest(f"age,buy\n{rows}", CONFIG))
    scale = {"operation": "scale", "method": "standard", "columns": ["age"]}
    done = operations.run("prepare_table", before, operations=[scale])
    [[fit]] = Desk.fitted(done)
    back = [v * fit["spread"] + fit["centre"] for v in Desk.column(done, "age")]
    assert back == pytest.approx(values, rel=1e-6, abs=1e-3)


TOWNS = "town,people,kind\nRome,3,big\nBonn,1,small\n"
TOWNS_CONFIG = {"name": "towns", "target": "kind", "task": "classification"}


def test_columns_of_another_table_join_by_keys(desk: Desk) -> None:
    towns = desk.workbench.ingest(TOWNS, TOWNS_CONFIG, "towns.csv")
    done = desk.join(towns, keys={"city": "town"}, prefix="t_")
    assert desk.column(done, "t_people") == [3, None, None, 3, None, 3]
    assert desk.column(done, "t_kind") == ["big", None, None, "big", None, "big"]
    assert desk.card(done).target == "buy"
    assert "3 rows have no partner in towns" in done.lines
    inner = desk.join(towns, keys={"city": "town"}, how="inner", columns=["people"])
    assert list(inner.labels) == ["r00000001", "r00000004", "r00000006"]


def test_a_key_in_several_rows_is_refused_or_the_first_counts(desk: Desk) -> None:
    twice = desk.workbench.ingest(TOWNS + "Rome,9,big\n", TOWNS_CONFIG, "towns.csv")
    with pytest.raises(InvalidInput, match="such as Rome"):
        desk.join(twice, keys={"city": "town"})
    done = desk.join(twice, keys={"city": "town"}, repeats="first")
    assert desk.column(done, "people")[0] == 3


def test_keys_of_another_type_are_refused(desk: Desk) -> None:
    towns = desk.workbench.ingest(TOWNS, TOWNS_CONFIG, "towns.csv")
    with pytest.raises(InvalidInput, match="cannot be compared"):
        desk.join(towns, keys={"city": "people"})
