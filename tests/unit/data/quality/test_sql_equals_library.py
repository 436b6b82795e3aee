"""What DuckDB says of an expectation is what Great Expectations' own engine says."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aileron.data.quality.connection import connect, parquet_
from aileron.data.quality.sql import BY_SQL, Unsupported, run_by_sql
from aileron.data.specs import ExpectationSpec
from aileron.data.suite import RESULT_FORMAT, _expectation, _validate

KINDS: Mapping[str, Any] = {"x": "number", "y": "number", "s": "category", "t": "text"}
Table = dict[str, list[Any]]

PLAIN: Table = {
    "x": [1.0, 2.0, 2.0, None, -1.5, 9.0, 0.0, 2.5],
    "y": [0.0, 2.0, None, None, 3.0, 1.0, 0.0, 7.25],
    "s": ["a", "b", "a", None, "ccc", "a", "", "张三"],
    "t": ["a1\n", "2024-01-05", None, "ab", "٣", "a\nb", "x" * 40, "é"],
}
EMPTY: Table = {name: [None, None, None] for name in KINDS}
ONE: Table = {"x": [4.0], "y": [4.0], "s": ["a"], "t": ["a"]}
SAME: Table = {"x": [3.0] * 5, "y": [3.0] * 5, "s": ["a"] * 5, "t": ["a"] * 5}
EXTREME: Table = {
    "x": [1e300, -1e300, 5e-324, 0.0, -0.0, 1e15 + 1],
    "y": [1.0, 2.0, 3.0, 4.0, 5.0, 5.0],
    "s": ["'", '"', "\\", "%", "_", ";"],
    "t": ["a'b", "line\n", "\t", " ", "\u200b", "𝒳"],
}
NONE: Table = {name: [] for name in KINDS}
TABLES = {
    "plain": PLAIN, "empty": EMPTY, "one": ONE, "same": SAME, "extreme": EXTREME, "none": NONE,
}  # fmt: skip


def cases() -> Iterator[tuple[str, dict[str, Any]]]:
    for column in ("x", "s"):
        known: list[Any] = [1.0, 2, 9] if column == "x" else ["a", "b", "'"]
        on = {"column": column}
        yield "expect_column_values_to_not_be_null", on
        yield "expect_column_values_to_not_be_null", on | {"mostly": 0.8}
        yield "expect_column_values_to_be_null", on | {"mostly": 0.1}
        yield "expect_column_values_to_be_unique", on
        yield "expect_column_values_to_be_unique", on | {"mostly": 0.4}
        for name in ("values_to_be_in_set", "values_to_not_be_in_set",
                     "distinct_values_to_be_in_set", "distinct_values_to_contain_set",
                     "distinct_values_to_equal_set", "most_common_value_to_be_in_set"):  # fmt: skip
            yield f"expect_column_{name}", on | {"value_set": known}
        yield "expect_column_values_to_be_in_set", on | {"value_set": known, "mostly": 0.5}
        yield "expect_column_values_to_be_in_set", on | {"value_set": []}
        yield "expect_column_unique_value_count_to_be_between", on | {"min_value": 2}
        yield "expect_column_proportion_of_unique_values_to_be_between", on | {"max_value": 0.7}
        yield "expect_column_proportion_of_non_null_values_to_be_between", on | {"min_value": 0.9}
    x = {"column": "x"}
    yield "expect_column_values_to_be_between", x | {"min_value": 0, "max_value": 2}
    yield "expect_column_values_to_be_between", x | {"min_value": 0, "strict_min": True}
    yield "expect_column_values_to_be_between", x | {"max_value": 2, "strict_max": True}
    yield "expect_column_values_to_be_between", x | {"min_value": -2.5, "mostly": 0.9}
    for name in ("mean", "median", "min", "max", "stdev", "sum"):
        yield f"expect_column_{name}_to_be_between", x | {"min_value": 0.5, "max_value": 2.5}
    quantiles = {"quantiles": [0, 0.1, 0.25, 0.5, 0.75, 1], "value_ranges": [[0, 3]] * 6}
    yield "expect_column_quantile_values_to_be_between", x | {"quantile_ranges": quantiles}
    for both in (True, False):
        z = {"threshold": 1.2, "double_sided": both}
        yield "expect_column_value_z_scores_to_be_less_than", x | z
    t = {"column": "t"}
    yield "expect_column_value_lengths_to_be_between", t | {"min_value": 1, "max_value": 5}
    yield "expect_column_value_lengths_to_equal", t | {"value": 1}
    for regex in ("a", r"^\d", r"\d$", "b$", "^a.", r"\w", r"(?i)A", "[^a]", r"^$", r"\d{4}-\d\d",
                  "(?:1|b)+$", r"\s", r"\bab", "a(?=1)", r"[\d-]+", "."):  # fmt: skip
        yield "expect_column_values_to_match_regex", t | {"regex": regex}
        yield "expect_column_values_to_not_match_regex", t | {"regex": regex, "mostly": 0.5}
    for match_on in ("any", "all"):
        several = {"regex_list": ["a", r"\d"], "match_on": match_on}
        yield "expect_column_values_to_match_regex_list", t | several
    yield "expect_column_values_to_not_match_regex_list", t | {"regex_list": ["b", r"\d"]}
    pair = {"column_A": "x", "column_B": "y"}
    for ignored in ("both_values_are_missing", "either_value_is_missing", "neither"):
        for more in ({}, {"or_equal": True}):
            yield (
                "expect_column_pair_values_a_to_be_greater_than_b",
                (pair | more | {"ignore_row_if": ignored}),
            )
        yield "expect_column_pair_values_to_be_equal", pair | {"ignore_row_if": ignored}
    words = {"column_A": "s", "column_B": "t"}
    yield "expect_column_pair_values_to_be_equal", words
    for ignored in ("all_values_are_missing", "any_value_is_missing", "never"):
        columns = {"column_list": ["x", "y"], "ignore_row_if": ignored}
        yield "expect_compound_columns_to_be_unique", columns
        yield "expect_multicolumn_sum_to_equal", columns | {"sum_total": 4}
        yield "expect_select_column_values_to_be_unique_within_record", columns
    weights = {"values": ["a", "b"], "weights": [0.5, 0.5]}
    yield (
        "expect_column_kl_divergence_to_be_less_than",
        ({"column": "s", "partition_object": weights, "threshold": 0.1}),
    )
    smoothed = {"tail_weight_holdout": 0.1}
    whole = {"values": ["a", "b", "ccc", "", "张三"], "weights": [0.4, 0.2, 0.1, 0.1, 0.2]}
    yield (
        "expect_column_kl_divergence_to_be_less_than",
        ({"column": "s", "partition_object": whole, "threshold": 0.5} | smoothed),
    )
    yield "expect_column_to_exist", {"column": "x"}
    yield "expect_column_to_exist", {"column": "absent"}
    yield "expect_table_column_count_to_equal", {"value": 5}
    yield "expect_table_column_count_to_be_between", {"max_value": 4}
    yield "expect_table_columns_to_match_set", {"column_set": ["x", "y"], "exact_match": False}
    yield "expect_table_columns_to_match_set", {"column_set": ["x", "z"]}
    yield "expect_table_columns_to_match_ordered_list", {"column_list": ["sample_id", *KINDS]}
    yield "expect_table_row_count_to_equal", {"value": 8}
    yield "expect_table_row_count_to_be_between", {"min_value": 2}


CASES = list(cases())


def both(table: Table, suite: list[tuple[str, dict[str, Any]]], folder: Path) -> list[Any]:
    """DuckDB's and the library's result of each expectation."""
    specs = [ExpectationSpec(type=name, kwargs=arguments) for name, arguments in suite]
    built = [_expectation(i, spec, list(KINDS)) for i, spec in enumerate(specs)]
    ids = [f"r{i:08d}" for i in range(len(table["x"]))]
    types = {
        name: pa.float64() if kind == "number" else pa.string() for name, kind in KINDS.items()
    }
    columns = {name: pa.array(table[name], types[name]) for name in KINDS}
    rows = pa.table({"sample_id": pa.array(ids, pa.string())} | columns)
    pq.write_table(rows, folder / "rows.parquet")
    with connect(folder) as connection:
        source = parquet_([folder / "rows.parquet"])
        connection.execute(f"CREATE VIEW facts AS SELECT * FROM {source}")
        ours = run_by_sql(connection, KINDS, built, RESULT_FORMAT)
    frame: pd.DataFrame = rows.to_pandas()
    theirs = _validate(frame, built)
    return [(one, theirs[i]) for i, one in enumerate(ours)]


def assert_equal(ours: Any, theirs: Any) -> None:
    assert ours["success"] == theirs["success"]
    assert close(ours["result"], theirs["result"]), (ours["result"], theirs["result"])


def close(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            set(one[key]) == set(other[key])  # the library's order is that of a Python set
            if key == "partial_missing_list"
            else close(one[key], other[key])
            for key in one
        )
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(close, one, other))
    if isinstance(one, float) and isinstance(other, float | int):
        same = math.isnan(one) and math.isnan(other)
        return same or math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-300)
    return bool(one == other)


def raised(result: Mapping[str, Any]) -> bool:
    info = result.get("exception_info") or {}
    entries = [info] if "raised_exception" in info else info.values()
    return any(entry["raised_exception"] for entry in entries)


@pytest.mark.parametrize("name", TABLES)
def test_every_supported_expectation_says_the_same(name: str, tmp_path: Path) -> None:
    for case, (ours, theirs) in zip(CASES, both(TABLES[name], CASES, tmp_path), strict=True):
        assert not isinstance(ours, Unsupported), (case, ours)
        assert not raised(theirs), (case, theirs)
        assert_equal(ours, theirs)


def test_every_supported_expectation_is_compared() -> None:
    assert {name for name, _ in CASES} == set(BY_SQL)


numbers = st.none() | st.sampled_from([0.0, 1.0, 2.0, -1.5]) | st.floats(-1e6, 1e6, width=32)
words = st.none() | st.sampled_from(["a", "b", "a1", "1"]) | st.text(max_size=6)
CHEAP = [case for case in CASES if "regex" not in case[0]][::3] + [
    ("expect_column_values_to_match_regex", {"column": "t", "regex": regex})
    for regex in (r"\d$", r"^[a-z]+\d?$", r"\w", "a|1")
]


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=st.lists(st.tuples(numbers, numbers, words, words), max_size=30))
def test_any_rows_say_the_same(rows: list[tuple[Any, ...]], tmp_path: Path) -> None:
    table = {name: [row[i] for row in rows] for i, name in enumerate(KINDS)}
    for case, (ours, theirs) in zip(CHEAP, both(table, CHEAP, tmp_path), strict=True):
        assert not isinstance(ours, Unsupported), (case, ours)
        assert_equal(ours, theirs)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("expect_column_values_to_be_increasing", {"column": "x"}),
        ("expect_column_values_to_be_between", {"column": "s", "min_value": 1}),
        ("expect_column_values_to_be_in_set", {"column": "x", "value_set": ["1"]}),
        ("expect_column_values_to_be_in_set", {"column": "s", "value_set": [1]}),
        ("expect_column_mean_to_be_between", {"column": "s", "min_value": 1}),
        ("expect_column_value_lengths_to_equal", {"column": "x", "value": 1}),
        ("expect_column_values_to_match_regex", {"column": "t", "regex": "("}),
        ("expect_column_pair_values_to_be_equal", {"column_A": "x", "column_B": "s"}),
        ("expect_multicolumn_sum_to_equal", {"column_list": ["s", "t"], "sum_total": 1}),
        ("expect_column_values_to_be_of_type", {"column": "x", "type_": "float64"}),
    ],
)
def test_what_would_not_mean_the_same_is_not_run(
    name: str, arguments: dict[str, Any], tmp_path: Path
) -> None:
    ((ours, _),) = both(PLAIN, [(name, arguments)], tmp_path)
    assert isinstance(ours, Unsupported)


def test_what_the_library_refuses_of_values_is_refused_alike(tmp_path: Path) -> None:
    case = ("expect_column_kl_divergence_to_be_less_than", {
        "column": "s", "threshold": 1, "internal_weight_holdout": 0.1,
        "partition_object": {"values": ["a"], "weights": [1.0]},
    })  # fmt: skip
    ((ours, theirs),) = both(PLAIN, [case], tmp_path)
    assert raised(ours)
    assert raised(theirs)
