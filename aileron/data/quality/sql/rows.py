"""Metrics about rows: how many do not meet a condition, and the first of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from aileron.data.layout import SAMPLE_ID
from aileron.data.quality.connection import name_
from aileron.data.quality.facts import VIEW
from aileron.data.quality.sql.conditions import OF_COLUMN, OF_COLUMNS, Arguments, Kinds, kept_
from aileron.data.quality.sql.support import Unsupported

if TYPE_CHECKING:
    import duckdb

_UNIQUE: Final = "column_values.unique"
_COMPOUND: Final = "compound_columns.unique"
_PAIRS: Final = "column_pair_values."


@dataclass(frozen=True)
class RowCondition:
    """An expectation about rows."""

    metric: str
    columns: tuple[str, ...]
    kept: str
    """Rows that it is about."""
    failing: str
    """Rows, of those, that do not meet it."""
    repeats: str | None = None
    """The expression that must be unique, where that is the expectation."""
    numbers: frozenset[str] = frozenset()
    """Those of its columns that hold numbers."""

    @classmethod
    def of(cls, metric: str, kinds: Kinds, domain: Arguments, arguments: Arguments) -> RowCondition:
        """The condition of the library's map metric `metric`.

        Raises:
            Unsupported: DuckDB has no such condition, or not on such columns.
        """
        found = cls._of(metric, kinds, domain, arguments)
        numbers = frozenset(name for name in found.columns if kinds[name] == "number")
        return replace(found, numbers=numbers)

    @classmethod
    def _of(
        cls, metric: str, kinds: Kinds, domain: Arguments, arguments: Arguments
    ) -> RowCondition:
        columns = _columns(domain)
        if metric in ("column_values.nonnull", "column_values.null"):
            name = name_(columns[0])
            failing = f"{name} IS NULL" if metric.endswith("nonnull") else f"{name} IS NOT NULL"
            return cls(metric, columns, "true", failing)
        if metric in (_UNIQUE, _COMPOUND):
            return _unique(metric, columns, domain)
        if metric in OF_COLUMN:
            kept = f"{name_(columns[0])} IS NOT NULL"
            met = OF_COLUMN[metric](columns[0], kinds, arguments)
        elif metric in OF_COLUMNS:
            _of_one_kind(metric, columns, kinds)
            kept = kept_(columns, domain["ignore_row_if"])
            met = OF_COLUMNS[metric](columns, arguments)
        else:
            raise Unsupported(f"DuckDB has no {metric}")
        return cls(metric, columns, kept, f"NOT coalesce({met}, false)")

    @property
    def counted(self) -> str:
        """SQL of the number of failing rows, within a scan of all; not of repeats."""
        return f"count(*) FILTER (WHERE ({self.kept}) AND ({self.failing}))"

    @property
    def kept_count(self) -> str:
        return f"count(*) FILTER (WHERE {self.kept})"

    def repeated(self) -> str:
        """SQL of the number of rows whose values other rows have, too."""
        groups = (
            f"SELECT count(*) AS n FROM {VIEW} WHERE {self.kept}"
            f" GROUP BY {self.repeats} HAVING count(*) > 1"
        )
        return f"SELECT coalesce(sum(n), 0)::BIGINT FROM ({groups})"

    def first(self, connection: duckdb.DuckDBPyConnection, most: int) -> list[Mapping[str, Any]]:
        """The first failing rows: their columns and sample id."""
        cells = ", ".join(name_(column) for column in (*self.columns, SAMPLE_ID))
        if self.repeats is None:
            where = self.failing
        else:
            inner = (
                f"SELECT {self.repeats} FROM {VIEW} WHERE {self.kept}"
                f" GROUP BY {self.repeats} HAVING count(*) > 1"
            )
            same = " AND ".join(
                f"f_.{name} IS NOT DISTINCT FROM r_.{name}" for name in map(name_, self.columns)
            )
            where = f"EXISTS (SELECT 1 FROM ({inner}) AS r_ WHERE {same})"
        rows = connection.execute(
            f"SELECT {cells} FROM {VIEW} AS f_ WHERE ({self.kept}) AND ({where}) LIMIT {most}"
        ).fetchall()
        names = (*self.columns, SAMPLE_ID)
        shown = [map(self._as_in_pandas, names, row) for row in rows]
        return [dict(zip(names, row, strict=True)) for row in shown]

    def _as_in_pandas(self, name: str, value: Any) -> Any:
        """A number that is missing is a NaN, and each of them another one."""
        return float("nan") if value is None and name in self.numbers else value

    def value(self, row: Mapping[str, Any]) -> Any:
        """What the library lists of a failing row: a value, a pair, or an object."""
        if len(self.columns) == 1 and self.metric != _COMPOUND:
            return row[self.columns[0]]
        if self.metric.startswith(_PAIRS):
            return tuple(row[column] for column in self.columns)
        return {column: row[column] for column in self.columns}


def _columns(domain: Arguments) -> tuple[str, ...]:
    if "column_list" in domain:
        return tuple(domain["column_list"])
    names = ("column",) if "column" in domain else ("column_A", "column_B")
    return tuple(domain[name] for name in names)


def _unique(metric: str, columns: tuple[str, ...], domain: Arguments) -> RowCondition:
    if metric == _UNIQUE:
        kept = f"{name_(columns[0])} IS NOT NULL"
    else:
        kept = kept_(columns, domain["ignore_row_if"])
    return RowCondition(metric, columns, kept, "true", ", ".join(map(name_, columns)))


def _of_one_kind(metric: str, columns: Sequence[str], kinds: Kinds) -> None:
    found = {"number" if kinds[column] == "number" else "text" for column in columns}
    if len(found) > 1 or (metric == "multicolumn_sum.equal" and found != {"number"}):
        raise Unsupported(f"{metric} is about columns of one kind")
