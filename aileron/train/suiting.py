"""Parameters of boosted trees that suit a table, where the user leaves them to us.

The rules look at the table's size alone. Small tables get shallow trees that each see a part
of the rows and features, which is what keeps them from learning by heart; the number of trees
is bounded, so that a thousand classes or millions of rows end within an hour or so.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Final

from aileron.train.xgboost import XGBoostConfig

MOST_ROUNDS: Final = 1000
LEAST_ROUNDS: Final = 10
MOST_TREES: Final = 10_000
"""Trees of all classes together."""
MOST_WORK: Final = 50_000_000_000
"""Cells times trees: about an hour of one core."""
SMALL_TABLE: Final = 10_000
"""Rows below which each tree sees a sample of them."""
REACH: Final = 15.0
"""Rounds times learning rate that a model typically needs."""


@dataclass(frozen=True)
class Suited:
    """Parameters that are null by default, by XGBoost's names."""

    n_estimators: int
    eta: float
    max_depth: int
    subsample: float
    colsample_bynode: float

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def suited(config: XGBoostConfig, rows: int, cells: int, trees: int) -> Suited:
    """`config` with its nulls filled in for so many rows, cells with a value, trees per round."""
    rounds = config.n_estimators or most_rounds(cells, trees)
    small = rows < SMALL_TABLE
    return Suited(
        n_estimators=rounds,
        eta=config.eta or round(min(0.5, max(0.05, REACH / rounds)), 4),
        max_depth=depth(rows) if config.max_depth is None else config.max_depth,
        subsample=config.subsample or (0.8 if small else 1.0),
        colsample_bynode=config.colsample_bynode or (0.6 if small else 0.8),
    )


def most_rounds(cells: int, trees: int) -> int:
    """As many rounds as the bounds on trees and on work allow."""
    by_work = MOST_WORK // (max(1, cells) * trees)
    return max(LEAST_ROUNDS, min(MOST_ROUNDS, MOST_TREES // trees, by_work))


def depth(rows: int) -> int:
    """Leaves of a full tree hold about as many rows as there are leaves: 2 ** (2 depth) rows."""
    return min(6, max(3, int(math.log2(max(1, rows)) / 2)))
