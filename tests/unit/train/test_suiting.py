"""Parameters of boosted trees that follow from a table's size, and only where none is said."""

from __future__ import annotations

import pytest

from aileron.train.suiting import MOST_TREES, MOST_WORK, Size, bins, depth, most_rounds, suited
from aileron.train.xgboost import XGBoostConfig


def test_what_the_user_says_is_kept() -> None:
    said = {
        "n_estimators": 7,
        "eta": 0.3,
        "max_depth": 0,
        "max_bin": 999,
        "subsample": 0.5,
        "colsample_bynode": 1,
    }
    assert suited(XGBoostConfig(**said), Size(50, 10, 500)).to_json() == said


@pytest.mark.parametrize(("rows", "levels"), [(0, 3), (30, 3), (300, 4), (3000, 5), (10**6, 6)])
def test_trees_grow_with_the_table(rows: int, levels: int) -> None:
    assert depth(Size(rows, 0, 0)) == levels


def test_trees_are_shallow_and_learn_faster_where_there_are_more_columns_than_rows() -> None:
    chosen = [suited(XGBoostConfig(), Size(2000, columns, 0)) for columns in (2000, 2001)]
    assert [(one.max_depth, one.eta) for one in chosen] == [(5, 0.05), (3, 0.1)]


@pytest.mark.parametrize(("columns", "count"), [(1, 256), (1250, 256), (5000, 64), (10**6, 32)])
def test_histograms_are_coarser_in_a_table_of_thousands_of_columns(
    columns: int, count: int
) -> None:
    assert bins(columns) == count


def test_a_small_table_is_sampled_and_a_large_one_is_not() -> None:
    small, large = (suited(XGBoostConfig(), Size(rows, 10, rows * 10)) for rows in (500, 50_000))
    assert (small.subsample, large.subsample) == (0.8, 1.0)


@pytest.mark.parametrize("trees", [1, 3, 100, 1000])
@pytest.mark.parametrize("cells", [0, 10**4, 10**6, 10**8, 10**10])
def test_work_is_bounded_and_some_rounds_are_left(cells: int, trees: int) -> None:
    rounds = most_rounds(cells, trees)
    assert 10 <= rounds <= 1000
    assert rounds == 10 or rounds * trees <= MOST_TREES
    assert rounds == 10 or rounds * trees * cells <= MOST_WORK


def test_few_rounds_learn_faster() -> None:
    few, many = (suited(XGBoostConfig(), Size(1000, 10, 10_000, trees)) for trees in (1000, 1))
    assert (few.n_estimators, few.eta) == (30, 0.5)
    assert (many.n_estimators, many.eta) == (1000, 0.05)
