"""Parameters of boosted trees that suit a table, where the user leaves them to us.

The rules look at the table's size alone. Small tables get shallow trees that each see a part
of the rows and features, which is what keeps them from learning by heart; a table of thousands
of columns gets coarser histograms, since trees pay for each bin of each column. The number of
trees is bounded, so that a thousand classes or millions of rows end within an hour or so.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Final

from aileron.train.xgboost import XGBoostConfig

MOST_ROUNDS: Final = 1000
LEAST_ROUNDS: Final = 10
MOST_TREES: Final = 30_000
"""Trees of all classes together: about 30 MB of model. Of a thousand classes this is 30 rounds;
20 more took 60 % longer and were right in one of 200 more rows."""
MOST_WORK: Final = 50_000_000_000
"""Cells times trees: about an hour of one core."""
SMALL_TABLE: Final = 10_000
"""Rows below which each tree sees a sample of them."""
MOST_BINS: Final = 320_000
"""Bins of all columns together: of ten thousand columns they are most of a tree's cost."""
LEAST_BINS: Final = 32
WIDE_DEPTH: Final = 3
WIDE_ETA: Final = 0.1
"""Where there are more columns than rows: one of so many always fits a few rows by chance, so trees
are shallow; and as shallow trees are many, they learn faster."""
REACH: Final = 15.0
"""Rounds times learning rate that a model typically needs."""


@dataclass(frozen=True)
class Suited:
    """Parameters that are null by default, by XGBoost's names."""

    n_estimators: int
    eta: float
    max_depth: int
    max_bin: int
    subsample: float
    colsample_bynode: float

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Size:
    """What training costs depends on."""

    rows: int
    columns: int
    """Of the matrix: a text has many."""
    cells: int
    """Cells with a value."""
    trees: int = 1
    """Trees per round: one per class, but one of two classes."""

    @property
    def is_wide(self) -> bool:
        return self.columns > self.rows


def suited(config: XGBoostConfig, size: Size) -> Suited:
    """`config` with its nulls filled in for a table of such a size."""
    rounds = config.n_estimators or most_rounds(size.cells, size.trees)
    small = size.rows < SMALL_TABLE
    slowest = WIDE_ETA if size.is_wide else 0.05
    return Suited(
        n_estimators=rounds,
        eta=config.eta or round(min(0.5, max(slowest, REACH / rounds)), 4),
        max_depth=depth(size) if config.max_depth is None else config.max_depth,
        max_bin=config.max_bin or bins(size.columns),
        subsample=config.subsample or (0.8 if small else 1.0),
        colsample_bynode=config.colsample_bynode or (0.6 if small else 0.8),
    )


def most_rounds(cells: int, trees: int) -> int:
    """As many rounds as the bounds on trees and on work allow."""
    by_work = MOST_WORK // (max(1, cells) * trees)
    return max(LEAST_ROUNDS, min(MOST_ROUNDS, MOST_TREES // trees, by_work))


def depth(size: Size) -> int:
    """Leaves of a full tree hold about as many rows as there are leaves: 2 ** (2 depth) rows."""
    if size.is_wide:
        return WIDE_DEPTH
    return min(6, max(3, int(math.log2(max(1, size.rows)) / 2)))


def bins(columns: int) -> int:
    """XGBoost's own 256 up to some thousand columns, then fewer."""
    return max(LEAST_BINS, min(256, MOST_BINS // max(1, columns)))
