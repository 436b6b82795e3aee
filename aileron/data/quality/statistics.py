"""What the values of each column of a relation are like, by SQL: one column at a time.

Memory does not grow with the rows; what is counted exactly in small tables is estimated in
large ones, and says so. Sums are rounded, since threads add in any order.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

from aileron.data.quality.connection import name_
from aileron.data.quality.profile import (
    ColumnProfile,
    Histogram,
    TopValue,
    ValueType,
    Words,
)

if TYPE_CHECKING:
    import duckdb

QUANTILES: Final = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
COUNTED: Final = 10_000
"""Estimated distinct values up to which they are counted, however many rows there are."""
BINS: Final = 20
TOP: Final = 20
LONGEST: Final = 80
"""Characters of a value that a profile shows."""
EXACT: Final = 1_000_000
"""Rows up to which distinct values are counted."""
FEW: Final = 50
"""A column of whole numbers with so few values has a bar for each of its values."""


class Statistics:
    """Profiles the columns of one relation."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, relation: str, rows: int) -> None:
        self._connection = connection
        self._relation = relation
        self._exact = rows <= EXACT

    def profile(
        self,
        name: str,
        kind: ValueType,
        about: Literal["sample", "object"] = "sample",
        role: str | None = None,
        title: Words | None = None,
    ) -> ColumnProfile:
        """The profile of column `name`."""
        facts: dict[str, Any] = {"name": name, "about": about, "type": kind}
        facts |= {"role": role, "title": title}
        if kind == "number":
            return ColumnProfile(**facts, **self._number(name_(name)))
        return ColumnProfile(**facts, **self._words(name_(name), kind))

    def _number(self, column: str) -> dict[str, Any]:
        value = f"CAST({column} AS DOUBLE)"
        distinct = self._distinct(column)
        finite = f"FILTER (WHERE isfinite({value}))"
        found = self._one(
            f"count({column}), count(*), {distinct}, min({value}), max({value}),"
            f" avg({value}) {finite}, stddev_samp({value}) {finite},"
            f" quantile_cont({value}, {list(QUANTILES)}) {finite}"
        )
        count, rows, distinct_count, low, high, mean, std, quantiles = found
        facts = self._counts(column, count, rows, distinct_count)
        if not count or quantiles is None:
            return facts
        names = [f"{q:g}" for q in QUANTILES]
        return facts | {
            "min": short(low),
            "max": short(high),
            "mean": short(mean),
            "std": short(std),
            "quantiles": {n: short(v) for n, v in zip(names, quantiles, strict=True)},
            "histogram": self._histogram(value, low, high),
            "top": self._top(column) if 0 < facts["distinct"] <= FEW else (),
        }

    def _words(self, column: str, kind: ValueType) -> dict[str, Any]:
        value = f"CAST({column} AS VARCHAR)"
        low, high = f"min({value})", f"max({value})"
        mean = quantiles = "NULL"
        if kind == "text":
            low, high, mean = (f"{f}(length({value}))" for f in ("min", "max", "avg"))
            quantiles = f"quantile_cont(length({value}), {list(QUANTILES)})"
        elif kind != "date":
            low = high = "NULL"
        count, rows, distinct, lowest, highest, middle, spread = self._one(
            f"count({column}), count(*), {self._distinct(column)}, {low}, {high}, {mean},"
            f" {quantiles}"
        )
        facts = self._counts(column, count, rows, distinct)
        names = [f"{q:g}" for q in QUANTILES]
        return facts | {
            "min": lowest,
            "max": highest,
            "mean": short(middle),
            "quantiles": dict(zip(names, map(short, spread), strict=True)) if spread else None,
            "histogram": self._histogram(f"length({value})", lowest, highest)
            if kind == "text" and count
            else None,
            "top": self._top(column) if kind != "text" or facts["distinct"] < count else (),
        }

    def _counts(self, column: str, count: int, rows: int, distinct: int) -> dict[str, Any]:
        exact = self._exact
        if not exact and distinct <= COUNTED:
            (distinct,), exact = self._one(f"count(DISTINCT {column})"), True
        return {
            "count": count,
            "missing": rows - count,
            "distinct": distinct,
            "distinct_exact": exact,
        }

    def _distinct(self, column: str) -> str:
        return f"count(DISTINCT {column})" if self._exact else f"approx_count_distinct({column})"

    def _histogram(self, value: str, low: float, high: float) -> Histogram | None:
        """Equal intervals from the lowest value to the highest one."""
        if not (math.isfinite(low) and math.isfinite(high)) or math.isinf(high - low):
            return None
        if low == high:
            (count,) = self._one(f"count({value})")
            return Histogram(edges=(low, high), counts=(count,))
        width = (high - low) / BINS
        place = f"least(CAST(floor(({value} - ?) / ?) AS INTEGER), {BINS - 1})"
        rows = self._rows(
            f"{place} AS place, count(*) FROM {self._relation}"
            f" WHERE {value} IS NOT NULL GROUP BY 1",
            [low, width],
        )
        found: dict[int, int] = dict(rows)
        edges = [*(low + i * width for i in range(BINS)), high]
        return Histogram(
            edges=tuple(rounded(edge) for edge in edges),
            counts=tuple(found.get(i, 0) for i in range(BINS)),
        )

    def _top(self, column: str) -> tuple[TopValue, ...]:
        rows = self._rows(
            f"left(CAST({column} AS VARCHAR), {LONGEST}) AS value, count(*) AS n"
            f" FROM {self._relation} WHERE {column} IS NOT NULL"
            f" GROUP BY 1 ORDER BY n DESC, value LIMIT {TOP}"
        )
        return tuple(TopValue(value=value, count=count) for value, count in rows)

    def _one(self, cells: str) -> Sequence[Any]:
        row: Sequence[Any] = self._rows(f"{cells} FROM {self._relation}")[0]
        return row

    def _rows(self, query: str, values: Iterable[Any] = ()) -> list[Any]:
        return self._connection.execute(f"SELECT {query}", list(values)).fetchall()


def short(value: Any) -> float | None:
    """`value` with ten digits; None if it is no finite number."""
    if value is None or not math.isfinite(value):
        return None
    return rounded(float(value))


def rounded(value: float) -> float:
    return float(f"{value:.10g}")
