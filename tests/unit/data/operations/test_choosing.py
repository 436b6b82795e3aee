"""Sampling, filtering and dropping repeats: which samples stay."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plugins.datasets import Workbench
from plugins.operations import Operations, Result
from pydantic import ValidationError

from aileron.core.errors import InvalidInput
from aileron.data.operations.choosing import drawn, shares
from aileron.data.operations.filter import FilterConfig

SIZES = st.lists(st.integers(1, 50), min_size=1, max_size=6)


@settings(deadline=None)
@given(sizes=SIZES, share=st.floats(0.0, 1.0))
def test_each_stratum_gives_its_share(sizes: list[int], share: float) -> None:
    count = round(sum(sizes) * share)
    found = shares(sizes, count)
    assert sum(found) == count
    for size, taken in zip(sizes, found, strict=True):
        assert 0 <= taken <= size
        assert abs(taken - size * count / sum(sizes)) < 1


@settings(deadline=None)
@given(sizes=SIZES, seed=st.integers(0, 5))
def test_what_is_drawn_does_not_follow_from_the_order(sizes: list[int], seed: int) -> None:
    strata = np.repeat(np.arange(len(sizes)), sizes)
    ids = pa.array([str(i) for i in range(len(strata))])
    chosen = drawn(ids, strata, len(ids) // 2, seed)
    backwards = drawn(ids.take(list(range(len(ids)))[::-1]), strata[::-1], len(ids) // 2, seed)
    assert chosen.tolist() == backwards[::-1].tolist()


@pytest.fixture
def mixed(operations: Operations) -> Result:
    labels = [("cat",), ("dog",), ("cat", "dog"), ("fox",), ()]
    return operations.images(enumerate(labels), label_type="multi", parts={0: "train", 1: "test"})


@pytest.mark.parametrize(
    ("config", "kept"),
    [
        ({"any_of": ["cat", "fox"]}, "023"),
        ({"all_of": ["cat", "dog"]}, "2"),
        ({"none_of": ["cat"]}, "134"),
        ({"any_of": ["cat"], "none_of": ["dog"]}, "0"),
        ({"parts": ["train", "test"]}, "01"),
        ({"parts": ["none"], "any_of": ["dog"]}, "2"),
        ({"where": [{"column": "width", "op": "gt", "value": 12}]}, "34"),
        ({"where": [{"column": "sample_id", "op": "in", "value": ["s0001", "s0009"]}]}, "1"),
        ({"where": [{"column": "attributes.weather", "op": "missing"}]}, "01234"),
        ({"where": [{"column": "format", "op": "ne", "value": "JPEG"}], "rest": False}, "01234"),
    ],
)
def test_pictures_are_filtered(
    operations: Operations, mixed: Result, config: dict[str, Any], kept: str
) -> None:
    found = operations.run("filter", mixed, **config)
    assert "".join(name[-1] for name in found.labels) == kept


def test_classes_without_a_sample_go_if_wanted(operations: Operations, mixed: Result) -> None:
    kept, dropped = (
        operations.run("filter", mixed, any_of=["fox"], drop_classes=drop) for drop in (False, True)
    )
    assert kept.card.class_counts == {"cat": 0, "dog": 0, "fox": 1}
    assert dropped.card.class_counts == {"fox": 1}


@pytest.fixture
def cars(operations: Operations, workbench: Workbench) -> Result:
    text = (
        "speed,colour,bought,fast\n90,red,2020-01-05,no\n,blue,2021/3/1,no\n"
        "150,,2022-12-31,yes\n200,red,,yes\n"
    )
    config = {"name": "cars", "target": "fast", "task": "classification"}
    return Result(workbench.ingest(text, config))


@pytest.mark.parametrize(
    ("column", "op", "value", "kept"),
    [
        ("speed", "eq", 90, [1]),
        ("speed", "ne", 90, [2, 3, 4]),
        ("speed", "lt", 150, [1]),
        ("speed", "ge", 150, [3, 4]),
        ("speed", "in", [90, 200.0], [1, 4]),
        ("speed", "not_in", [90, 200], [2, 3]),
        ("speed", "missing", None, [2]),
        ("speed", "present", None, [1, 3, 4]),
        ("colour", "eq", "red", [1, 4]),
        ("colour", "ne", "red", [2, 3]),
        ("colour", "contains", "l", [2]),
        ("bought", "le", "2021-03-01", [1, 2]),
        ("bought", "gt", "2021/3/1", [3]),
        ("fast", "eq", "yes", [3, 4]),
    ],
)
def test_rows_are_filtered(
    operations: Operations, cars: Result, column: str, op: str, value: Any, kept: list[int]
) -> None:
    where = [{"column": column, "op": op, "value": value}]
    found = operations.run("filter", cars, where=where)
    assert list(found.labels) == [f"r{number:08d}" for number in kept]


def test_conditions_hold_together(operations: Operations, cars: Result) -> None:
    between = [
        {"column": "speed", "op": "ge", "value": 90},
        {"column": "speed", "op": "lt", "value": 200},
        {"column": "sample_id", "op": "ne", "value": "r00000009"},
    ]
    assert list(operations.run("filter", cars, where=between).labels) == ["r00000001", "r00000003"]
    left = operations.run("filter", cars, where=between, rest=True)
    assert list(left.labels) == ["r00000002", "r00000004"]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({"column": "sped", "value": 1}, "speed"),
        ({"column": "speed", "value": "fast"}, "holds number values, so `eq` cannot"),
        ({"column": "colour", "op": "lt", "value": "red"}, "holds text values"),
        ({"column": "colour", "value": 3}, "holds text values"),
        ({"column": "speed", "op": "contains", "value": 3}, "holds number values"),
        ({"column": "bought", "op": "lt", "value": "yesterday"}, "holds date values"),
    ],
)
def test_conditions_that_cannot_be_asked_are_refused(
    operations: Operations, cars: Result, condition: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        operations.run("filter", cars, where=[condition])


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"where": [{"column": "a", "op": "missing", "value": 1}]},
        {"where": [{"column": "a", "op": "eq"}]},
        {"where": [{"column": "a", "op": "in", "value": 1}]},
        {"where": [{"column": "a", "op": "eq", "value": [1]}]},
        {"where": [{"column": "a", "op": "eval", "value": "1"}]},
    ],
)
def test_a_filter_that_says_nothing_sensible_is_no_config(config: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FilterConfig.model_validate(config)


def test_attributes_of_texts_are_compared_whatever_they_are(operations: Operations) -> None:
    import json

    from plugins.text_sets import Library

    rows = [
        {"id": str(i), "text": "x" * (i + 1), "label": "a", "attributes": {"age": age}}
        for i, age in enumerate((3, "old", 7.5, True))
    ]
    lines = "\n".join(json.dumps(row) for row in rows)
    folder = Library(operations.new()).ingest_file("t.jsonl", lines, format="text_jsonl").folder
    for condition, kept in (
        ({"column": "attributes.age", "op": "gt", "value": 2}, "02"),
        ({"column": "attributes.age", "value": "old"}, "1"),
        ({"column": "characters", "op": "le", "value": 2}, "01"),
    ):
        found = operations.run("filter", Result(folder), where=[condition])
        assert "".join(found.labels) == kept


def test_repeats_that_contradict_each_other_can_all_go(operations: Operations) -> None:
    labels = {0: "cat", 1000: "dog", 1: "cat", 1001: "cat", 2: "fox"}
    whole = operations.images((number, (label,)) for number, label in labels.items())
    first = operations.run("dedupe", whole)
    assert list(first.labels) == ["s0000", "s0001", "s0002"]
    none = operations.run("dedupe", whole, contradictions="drop")
    assert list(none.labels) == ["s0001", "s0002"]
    assert none.lines[:2] == ["3 repeats are left out", "1 contents had different labels"]


def test_a_regression_is_sampled_without_strata(
    operations: Operations, workbench: Workbench
) -> None:
    rows = "\n".join(f"{i},{i * 2}.5" for i in range(20))
    config = {"name": "cars", "target": "price", "task": "regression"}
    whole = Result(workbench.ingest(f"speed,price\n{rows}", config))
    assert len(operations.run("sample", whole, fraction=0.25).labels) == 5
    with pytest.raises(InvalidInput, match="It is a regression"):
        operations.run("relabel", whole, rename={"1.5": "2"})
