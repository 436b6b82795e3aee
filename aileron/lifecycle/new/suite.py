"""A proposed expectation suite: what held for these rows and should hold for the next ones.

Bounded, so that a table of ten thousand columns gets a suite that a person can read. What
would make a model meaningless is critical; what merely looks like drift is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from aileron.data.card import Column
from aileron.data.inspection import Inspection
from aileron.data.quality.written import Expectation, critical, share, warning, widened

MOST_COLUMNS: Final = 20
"""Features that get expectations of their own; the first ones of each table."""
MOST_NAMES: Final = 200
"""Columns up to which their names are expected; beyond, their number."""
MOST_CATEGORIES: Final = 50
ROWS_SHARE: Final = 0.5
MOSTLY: Final = 0.99
SLACK: Final = 0.1
"""By how much the share of missing values may grow."""


def propose_suite(found: Inspection) -> list[Expectation]:
    """The expectations, those about the whole table first."""
    features = [column for column in found.columns if column.role == "feature"]
    target = next(column for column in found.columns if column.role == "target")
    suite = [*_table(found), *_target(target)]
    for column in features[:MOST_COLUMNS]:
        suite += _column(found, column)
    return suite


def _table(found: Inspection) -> Iterator[Expectation]:
    least = max(1, int(found.rows * ROWS_SHARE))
    yield critical("expect_table_row_count_to_be_between", min_value=least)
    if len(found.columns) <= MOST_NAMES:
        names = [column.name for column in found.columns]
        yield critical("expect_table_columns_to_match_set", column_set=names, exact_match=False)
    else:
        yield critical("expect_table_column_count_to_be_between", min_value=len(found.columns))


def _target(target: Column) -> Iterator[Expectation]:
    if target.categories is not None:
        values = list(target.categories)
        yield critical("expect_column_values_to_be_in_set", column=target.name, value_set=values)


def _column(found: Inspection, column: Column) -> Iterator[Expectation]:
    present = 1 - column.missing / found.rows
    mostly = 1.0 if column.missing == 0 else max(0.0, round(present - SLACK, 2))
    if mostly > 0:
        yield warning("expect_column_values_to_not_be_null", column=column.name, **share(mostly))
    if column.type == "number":
        low, high = _range(found, column.name)
        yield warning(
            "expect_column_values_to_be_between",
            column=column.name,
            min_value=low,
            max_value=high,
            **share(MOSTLY),
        )
    elif column.categories is not None and len(column.categories) <= MOST_CATEGORIES:
        yield warning(
            "expect_column_values_to_be_in_set",
            column=column.name,
            value_set=list(column.categories),
            **share(MOSTLY),
        )


def _range(found: Inspection, name: str) -> tuple[float, float]:
    import pyarrow.compute as pc

    seen = pc.min_max(found.table[name]).as_py()
    return widened(seen["min"], seen["max"])
