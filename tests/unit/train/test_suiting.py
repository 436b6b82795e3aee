"""Parameters of boosted trees that follow from a table's size, and only where none is said."""

from __future__ import annotations

import pytest

from aileron.train.suiting import MOST_TREES, MOST_WORK, depth, most_rounds, suited
from aileron.train.xgboost import XGBoostConfig


def test_what_the_user_says_is_kept() -> None:
    said = {"n_estimators": 7, "eta": 0.3, "max_depth": 0, "subsample": 0.5, "colsample_bynode": 1}
    assert suited(XGBoostConfig(**said), 50, 500, 1).to_json() == said


@pytest.mark.parametrize(("rows", "levels"), [(0, 3), (30, 3), (300, 4), (3000, 5), (10**6, 6)])
def test_trees_grow_with_the_table(rows: int, levels: int) -> None:
    assert depth(rows) == levels


def test_a_small_table_is_sampled_and_a_large_one_is_not() -> None:
    small, large = (suited(XGBoostConfig(), rows, rows * 10, 1) for rows in (500, 50_000))
    assert (small.subsample, large.subsample) == (0.8, 1.0)


@pytest.mark.parametrize("trees", [1, 3, 100, 1000])
@pytest.mark.parametrize("cells", [0, 10**4, 10**6, 10**8, 10**10])
def test_work_is_bounded_and_some_rounds_are_left(cells: int, trees: int) -> None:
    rounds = most_rounds(cells, trees)
    assert 10 <= rounds <= 1000
    assert rounds == 10 or rounds * trees <= MOST_TREES
    assert rounds == 10 or rounds * trees * cells <= MOST_WORK


def test_few_rounds_learn_faster() -> None:
    few, many = (suited(XGBoostConfig(), 1000, 10_000, trees) for trees in (1000, 1))
    assert (few.n_estimators, few.eta) == (10, 0.5)
    assert (many.n_estimators, many.eta) == (1000, 0.05)
