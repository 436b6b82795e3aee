"""Metrics about a whole column or table, by SQL."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from aileron.data.quality.connection import name_
from aileron.data.quality.facts import VIEW
from aileron.data.quality.sql.conditions import Arguments, Kinds, literal_, number_
from aileron.data.quality.sql.support import Unsupported

if TYPE_CHECKING:
    import duckdb

IN_SCAN: Final[Mapping[str, str]] = {
    "column.mean": "avg({})",
    "column.median": "median({})",
    "column.min": "min({})",
    "column.max": "max({})",
    "column.standard_deviation": "stddev_samp({})",
    "column.sum": "coalesce(sum({}), 0)",
}
"""Metric of a column of numbers -> its aggregate; all of a suite are computed in one scan."""
OF_ANY: Final[Mapping[str, str]] = {
    "column_values.nonnull.count": "count({})",
    "column.non_null_proportion": "CASE WHEN count(*) = 0 THEN 0 ELSE count({0}) / count(*) END",
}


def in_scan(metric: str, kinds: Kinds, domain: Arguments) -> str | None:
    """The aggregate of `metric`; None if it takes a query of its own."""
    if metric in OF_ANY:
        return OF_ANY[metric].format(name_(domain["column"]))
    if metric in IN_SCAN:
        return IN_SCAN[metric].format(number_(domain["column"], kinds))
    return "count(*)" if metric == "table.row_count" else None


def number_or_nan(value: Any) -> Any:
    """As pandas says it of no values."""
    return math.nan if value is None else value


Query = Callable[["duckdb.DuckDBPyConnection", str, Kinds, Arguments], Any]


def _distinct(connection: duckdb.DuckDBPyConnection, column: str) -> int:
    return int(_one(connection, f"count(DISTINCT {name_(column)})")[0])


def _unique_proportion(connection: duckdb.DuckDBPyConnection, column: str, *_: Any) -> float:
    there = _one(connection, f"count({name_(column)})")[0]
    return _distinct(connection, column) / there if there else 0


def _quantiles(
    connection: duckdb.DuckDBPyConnection, column: str, kinds: Kinds, arguments: Arguments
) -> list[float]:
    """The nearest value, a half rounded to even, as numpy does."""
    if arguments.get("allow_relative_error"):
        raise Unsupported("quantiles with allow_relative_error")
    name = number_(column, kinds)
    count = _one(connection, f"count({name})")[0]
    if not count:
        return [math.nan for _ in arguments["quantiles"]]
    places = [round(quantile * (count - 1)) for quantile in arguments["quantiles"]]
    shares = [(place + 0.5) / count for place in places]
    found: list[float] = _one(connection, f"quantile_disc({name}, {shares})")[0]
    return found


def _unknown(
    connection: duckdb.DuckDBPyConnection, column: str, kinds: Kinds, arguments: Arguments
) -> list[Any]:
    """Distinct values that are not in the set, sorted."""
    known = ", ".join(literal_(value, kinds[column]) for value in arguments["value_set"] or ())
    name = name_(column)
    where = f" AND {name} NOT IN ({known})" if known else ""
    rows = connection.execute(
        f"SELECT DISTINCT {name} FROM {VIEW} WHERE {name} IS NOT NULL{where} ORDER BY 1"
    )
    return [value for (value,) in rows.fetchall()]


def _absent(
    connection: duckdb.DuckDBPyConnection, column: str, kinds: Kinds, arguments: Arguments
) -> list[Any]:
    """Values of the set that no row has, in its order."""
    values = list(arguments["value_set"] or ())
    known = ", ".join(literal_(value, kinds[column]) for value in values)
    if not known:
        return []
    name = name_(column)
    rows = connection.execute(f"SELECT DISTINCT {name} FROM {VIEW} WHERE {name} IN ({known})")
    there = {value for (value,) in rows.fetchall()}
    return [value for value in dict.fromkeys(values) if value not in there]


def _most_common(connection: duckdb.DuckDBPyConnection, column: str, *_: Any) -> list[Any]:
    name = name_(column)
    rows = connection.execute(
        f"WITH c AS (SELECT {name} AS value, count(*) AS n FROM {VIEW}"
        f" WHERE {name} IS NOT NULL GROUP BY 1)"
        " SELECT value FROM c WHERE n = (SELECT max(n) FROM c) ORDER BY 1"
    )
    return [value for (value,) in rows.fetchall()]


def _value_counts(connection: duckdb.DuckDBPyConnection, column: str, *_: Any) -> Any:
    import pandas as pd

    name = name_(column)
    rows = connection.execute(
        f"SELECT {name}, count(*) FROM {VIEW} WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY 1"
    ).fetchall()
    index = pd.Index([value for value, _ in rows], name="value")
    return pd.Series([count for _, count in rows], index=index, name="count", dtype="int64")


OF_COLUMN: Final[Mapping[str, Query]] = {
    "column.distinct_values.count": lambda connection, column, *_: _distinct(connection, column),
    "column.distinct_values.missing_from_column": _absent,
    "column.distinct_values.missing_from_column.count": lambda *a: len(_absent(*a)),
    "column.distinct_values.not_in_set": _unknown,
    "column.distinct_values.not_in_set.count": lambda *a: len(_unknown(*a)),
    "column.most_common_value": _most_common,
    "column.quantile_values": _quantiles,
    "column.unique_proportion": _unique_proportion,
    "column.value_counts": _value_counts,
}
"""Metric -> its query."""


def _one(connection: duckdb.DuckDBPyConnection, cells: str) -> Any:
    return connection.execute(f"SELECT {cells} FROM {VIEW}").fetchone()
