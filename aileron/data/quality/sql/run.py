"""Runs expectations: all counts and aggregates in one scan, then what needs a query of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from aileron.data.layout import SAMPLE_ID
from aileron.data.quality.facts import VIEW
from aileron.data.quality.sql import aggregates
from aileron.data.quality.sql.conditions import Kinds, literal_, number_
from aileron.data.quality.sql.regex import add_python_search
from aileron.data.quality.sql.rows import RowCondition
from aileron.data.quality.sql.support import BY_SQL, Unsupported

if TYPE_CHECKING:
    import duckdb

_COUNT: Final = ".unexpected_count"
_KEPT: Final = ".filtered_row_count"
_VALUES: Final = ".unexpected_values"
_PLACES: Final = ".unexpected_index_list"
_QUERY: Final = ".unexpected_index_query"
_OF_ROWS: Final = (_COUNT, _KEPT, _VALUES, _PLACES, _QUERY)


def run_by_sql(
    connection: duckdb.DuckDBPyConnection,
    kinds: Kinds,
    expectations: Sequence[Any],
    result_format: Mapping[str, Any],
) -> list[Mapping[str, Any] | Unsupported]:
    """The library's result of each expectation as JSON, or why DuckDB cannot run it.

    Args:
        connection: with the view `facts`.
        kinds: its columns beside sample_id.
    """
    add_python_search(connection)
    planned = [_planned(one, kinds, result_format) for one in expectations]
    scan = _Scan()
    for item in planned:
        if isinstance(item, _Plan):
            item.ask(scan)
    scan.run(connection)
    return [
        item if isinstance(item, Unsupported) else item.result(connection, scan) for item in planned
    ]


def _planned(
    expectation: Any, kinds: Kinds, result_format: Mapping[str, Any]
) -> _Plan | Unsupported:
    try:
        return _Plan(expectation, kinds, result_format)
    except Unsupported as unsupported:
        return unsupported


class _Scan:
    """Aggregates of one scan of all rows, each computed once."""

    def __init__(self) -> None:
        self._cells: dict[str, int] = {}
        self._found: Sequence[Any] = ()

    def ask(self, cell: str) -> None:
        self._cells.setdefault(cell, len(self._cells))

    def run(self, connection: duckdb.DuckDBPyConnection) -> None:
        if self._cells:
            query = f"SELECT {', '.join(self._cells)} FROM {VIEW}"
            self._found = connection.execute(query).fetchone() or ()

    def __getitem__(self, cell: str) -> Any:
        return self._found[self._cells[cell]]


class _Plan:
    """One expectation and the metrics that it asks for."""

    def __init__(self, expectation: Any, kinds: Kinds, result_format: Mapping[str, Any]) -> None:
        from great_expectations.execution_engine import PandasExecutionEngine

        if expectation.expectation_type not in BY_SQL:
            raise Unsupported(f"DuckDB has no {expectation.expectation_type}")
        if getattr(expectation, "row_condition", None) is not None:
            raise Unsupported("row_condition")
        self._expectation, self._kinds = expectation, kinds
        self._engine = PandasExecutionEngine()
        self._format = dict(result_format)
        needs = expectation.get_validation_dependencies(
            execution_engine=self._engine,
            runtime_configuration={"result_format": dict(self._format)},
        )
        self._metrics = list(needs.metric_configurations.values())
        self._conditions = {
            base: RowCondition.of(base, kinds, metric.metric_domain_kwargs, _values(metric))
            for metric in self._metrics
            if (base := _base(metric.metric_name)) is not None
        }
        for metric in self._metrics:
            self._check(metric)

    def _check(self, metric: Any) -> None:
        name = metric.metric_name
        if _base(name) or name in ("table.columns", "table.column_count"):
            return
        if name in aggregates.OF_COLUMN:
            for value in _values(metric).get("value_set") or ():
                kind = self._kinds[metric.metric_domain_kwargs["column"]]
                literal_(value, kind)
            if name == "column.quantile_values":
                number_(metric.metric_domain_kwargs["column"], self._kinds)
                if _values(metric).get("allow_relative_error"):
                    raise Unsupported("quantiles with allow_relative_error")
        elif aggregates.in_scan(name, self._kinds, metric.metric_domain_kwargs) is None:
            raise Unsupported(f"DuckDB has no {name}")

    def ask(self, scan: _Scan) -> None:
        """Say what is needed of the scan."""
        for condition in self._conditions.values():
            scan.ask(condition.kept_count)
            if condition.repeats is None:
                scan.ask(condition.counted)
        for metric in self._metrics:
            if _base(metric.metric_name) is None:
                cell = aggregates.in_scan(
                    metric.metric_name, self._kinds, metric.metric_domain_kwargs
                )
                if cell is not None:
                    scan.ask(cell)

    def result(self, connection: duckdb.DuckDBPyConnection, scan: _Scan) -> Mapping[str, Any]:
        """The library's own judgement of the metrics, as JSON."""
        found = _Found(connection, scan)
        metrics = {metric.id: self._value(metric, found) for metric in self._metrics}
        try:
            verdict = self._expectation.metrics_validate(
                metrics,
                runtime_configuration={"result_format": dict(self._format)},
                execution_engine=self._engine,
            )
        except Exception as error:  # noqa: BLE001 - the library catches them all, too
            info = {"raised_exception": True, "exception_message": str(error)}
            return {"success": False, "result": {}, "exception_info": info}
        json: Mapping[str, Any] = verdict.to_json_dict()
        return json

    def _value(self, metric: Any, found: _Found) -> Any:
        name = metric.metric_name
        base = _base(name)
        if base is not None:
            return found.of_rows(self._conditions[base], name, self._format)
        if name == "table.columns":
            return [SAMPLE_ID, *self._kinds]
        if name == "table.column_count":
            return len(self._kinds) + 1
        cell = aggregates.in_scan(name, self._kinds, metric.metric_domain_kwargs)
        if cell is not None:
            return aggregates.number_or_nan(found.scan[cell])
        column = metric.metric_domain_kwargs["column"]
        query = aggregates.OF_COLUMN[name]
        return query(found.connection, column, self._kinds, _values(metric))


class _Found:
    """Metrics about the rows of one expectation; its failing rows are fetched once."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, scan: _Scan) -> None:
        self.connection, self.scan = connection, scan
        self._counts: dict[str, int] = {}
        self._rows: dict[str, list[Mapping[str, Any]]] = {}

    def of_rows(self, condition: RowCondition, name: str, result_format: Mapping[str, Any]) -> Any:
        """The value of metric `name` about `condition`."""
        if name.endswith(_KEPT):
            return self.scan[condition.kept_count]
        if name.endswith(_COUNT):
            return self._count(condition)
        if name.endswith(_QUERY):
            return None
        rows = self._first(condition, result_format["partial_unexpected_count"])
        if name.endswith(_VALUES):
            return [condition.value(row) for row in rows]
        return rows

    def _count(self, condition: RowCondition) -> int:
        if condition.repeats is None:
            return int(self.scan[condition.counted])
        if condition.metric not in self._counts:
            row = self.connection.execute(condition.repeated()).fetchone()
            self._counts[condition.metric] = row[0] if row else 0
        return self._counts[condition.metric]

    def _first(self, condition: RowCondition, most: int) -> list[Mapping[str, Any]]:
        if condition.metric not in self._rows:
            some = self._count(condition) > 0
            self._rows[condition.metric] = condition.first(self.connection, most) if some else []
        return self._rows[condition.metric]


def _base(name: str) -> str | None:
    """The map metric that metric `name` is about; None if it is about no rows."""
    return next((name.removesuffix(end) for end in _OF_ROWS if name.endswith(end)), None)


def _values(metric: Any) -> Mapping[str, Any]:
    values: Mapping[str, Any] = metric.metric_value_kwargs or {}
    return values
