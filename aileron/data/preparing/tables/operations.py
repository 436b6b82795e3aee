"""The operations on tables, as a config names them.

To add one: a class with its name in `operation`, and `apply`, which says the SELECT; enter it in
`TableOperation`. What it computes of rows it computes of part train, and returns it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field, model_validator
from pydantic.config import JsonDict

from aileron.core.errors import InvalidInput
from aileron.core.steps import StepConfig
from aileron.data.labels import label_order
from aileron.data.quality.connection import name_, text_

if TYPE_CHECKING:
    from aileron.data.card import Column, ColumnType
    from aileron.data.preparing.tables.working import Computed, Working

Fitted = list[dict[str, Any]]
"""What was computed: a column, and its numbers or values."""
ALL: Final[Sequence[ColumnType]] = ("number", "category", "text", "date", "other")
Names = tuple[str, ...]
COLUMNS: Final[JsonDict] = {"suggests": "columns"}
"""What a form suggests for a field: see `aileron.client.local.option_forms`."""


class RowOperation(StepConfig):
    """Base of the operations on tables."""

    @abstractmethod
    def apply(self, table: Working) -> Fitted:
        """Change the rows of `table`.

        Raises:
            InvalidInput: it cannot be done with these columns.
        """


class Fill(RowOperation):
    """Missing values get a value."""

    operation: Literal["fill"]
    columns: Names = Field(
        (), description="by default all features that the method is for", json_schema_extra=COLUMNS
    )
    method: Literal["constant", "mean", "median", "mode", "forward"] = "median"
    value: float | str | None = Field(
        None, description="of constant", json_schema_extra={"compared": {"column": "columns"}}
    )

    @model_validator(mode="after")
    def _has_value(self) -> Fill:
        if (self.method == "constant") != (self.value is not None):
            raise ValueError("give value with method constant, and only there")
        return self

    def apply(self, table: Working) -> Fitted:
        columns = table.chosen(self.operation, self.columns, self._types())
        if self.method == "forward":
            return self._forward(table, columns)
        fitted: Fitted = []
        changes: dict[str, Sequence[Computed]] = {}
        for column in columns:
            value = self._value(table, column)
            if value is None:
                continue
            filled = f"coalesce({name_(column.name)}, {_literal(value)})"
            changes[column.name] = [(_with_value(column, value), filled)]
            fitted.append({"column": column.name, "value": value})
        table.put(self.operation, changes)
        return fitted

    def _types(self) -> Sequence[ColumnType]:
        if self.method in ("mean", "median"):
            return ("number",)
        if self.method == "constant" and not self.columns:
            return ("number",) if isinstance(self.value, float | int) else ("category", "text")
        return ALL

    def _value(self, table: Working, column: Column) -> float | str | None:
        """What missing values of `column` become; None where none is missing."""
        name = name_(column.name)
        [[missing]] = table.ask(f"SELECT count(*) FROM {table.relation} WHERE {name} IS NULL")
        if not missing:
            return None
        if self.method == "constant":
            return self._constant(table, column)
        if self.method == "mode":
            found = _mode(table, name)
        else:
            [found] = table.of_train([f"{'favg' if self.method == 'mean' else 'median'}({name})"])
        if found is None:
            _nothing_known(table, self.operation, column)
        value: float | str | None = found
        return value

    def _constant(self, table: Working, column: Column) -> float | str:
        value = self.value
        if column.type == "number":
            try:
                return float(value if value is not None else "")
            except ValueError:
                raise InvalidInput(
                    "data.preparing.bad_value", where=table.card.name, operation=self.operation,
                    value=str(value), column=column.name, type=column.type,
                ) from None  # fmt: skip
        return str(value)

    def _forward(self, table: Working, columns: Sequence[Column]) -> Fitted:
        from aileron.data.preparing.tables.working import ROW

        series = ", ".join(map(name_, table.card.series))
        within = f"PARTITION BY {series} " if series else ""
        over = f"OVER ({within}ORDER BY {ROW} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
        changes: dict[str, Sequence[Computed]] = {
            one.name: [(one, f"last_value({name_(one.name)} IGNORE NULLS) {over}")]
            for one in columns
        }
        table.put(self.operation, changes)
        table.keep("")
        return []


class Scale(RowOperation):
    """Numbers in other units: (value - centre) / spread."""

    operation: Literal["scale"]
    columns: Names = Field(
        (), description="by default all features that are numbers", json_schema_extra=COLUMNS
    )
    method: Literal["standard", "minmax", "robust"] = Field(
        "standard", description="mean and deviation; least and most; median and quartiles"
    )

    def apply(self, table: Working) -> Fitted:
        columns = table.chosen(self.operation, self.columns, ("number",))
        fitted: Fitted = []
        changes: dict[str, Sequence[Computed]] = {}
        for column in columns:
            name = name_(column.name)
            centre, spread = table.of_train(_CENTRES[self.method](name))
            if centre is None:
                _nothing_known(table, self.operation, column)
            spread = spread or 1.0
            fitted.append({"column": column.name, "centre": centre, "spread": spread})
            scaled = f"({name} - {_literal(centre)}) / {_literal(spread)}"
            changes[column.name] = [(column, scaled)]
        table.put(self.operation, changes)
        return fitted


class Encode(RowOperation):
    """Categories become numbers."""

    operation: Literal["encode"]
    columns: Names = Field(
        (), description="by default all features that are categories", json_schema_extra=COLUMNS
    )
    method: Literal["one_hot", "ordinal"] = Field(
        "one_hot",
        description="a column of 0 and 1 for each value, or one column with its place among them",
    )
    order: Names = Field((), description="of ordinal: the values in order; else they are sorted")
    limit: int = Field(50, ge=2, le=1000, description="of one_hot: most values of a column")

    def apply(self, table: Working) -> Fitted:
        columns = table.chosen(self.operation, self.columns, ("category",))
        fitted: Fitted = []
        changes: dict[str, Sequence[Computed]] = {}
        for column in columns:
            values = list(self.order) or _values(table, column)
            fitted.append({"column": column.name, "values": values})
            changes[column.name] = self._encoded(table, column, values)
        table.put(self.operation, changes)
        return fitted

    def _encoded(self, table: Working, column: Column, values: list[str]) -> Sequence[Computed]:
        name = name_(column.name)
        number = column.model_copy(update={"type": "number", "categories": None})
        if self.method == "ordinal":
            listed = ", ".join(map(text_, values))
            place = f"nullif(list_position([{listed}]::VARCHAR[], {name}), 0)"
            return [(number, f"({place} - 1)::DOUBLE")]
        if len(values) > self.limit:
            raise InvalidInput(
                "data.preparing.too_many_columns", where=table.card.name,
                operation=self.operation, column=column.name, count=len(values), limit=self.limit,
            )  # fmt: skip
        return [
            (
                number.model_copy(update={"name": f"{column.name}={value}", "missing": 0}),
                f"(CASE WHEN {name} = {text_(value)} THEN 1 ELSE 0 END)::DOUBLE",
            )
            for value in values
        ]


class Drop(RowOperation):
    """Columns go."""

    operation: Literal["drop"]
    columns: Names = Field(min_length=1, description="what goes", json_schema_extra=COLUMNS)

    def apply(self, table: Working) -> Fitted:
        table.check_free(self.operation, table.find(self.operation, self.columns))
        table.put(self.operation, {name: [] for name in self.columns})
        id_column = table.card.id_column
        if id_column in self.columns:
            table.card = table.card.model_copy(update={"id_column": None})
        return []


class Rename(RowOperation):
    """Columns get other names."""

    operation: Literal["rename"]
    names: Mapping[str, str] = Field(
        min_length=1, description="name -> new name", json_schema_extra=COLUMNS
    )

    def apply(self, table: Working) -> Fitted:
        new = dict(self.names)
        found = table.find(self.operation, list(new))
        changes = {
            one.name: [(one.model_copy(update={"name": new[one.name]}), name_(one.name))]
            for one in found
        }
        table.put(self.operation, changes)
        card = table.card
        update: dict[str, Any] = {"series": tuple(new.get(one, one) for one in card.series)}
        for field in ("target", "time_column", "id_column"):
            if (name := getattr(card, field)) is not None:
                update[field] = new.get(name, name)
        table.card = card.model_copy(update=update)
        return []


class Sort(RowOperation):
    """Rows in another order; dates are ISO 8601 and sort as text, what is missing comes last."""

    operation: Literal["sort"]
    by: Names = Field(
        min_length=1,
        description="columns; the first one counts most",
        json_schema_extra=COLUMNS,
    )
    descending: bool = False

    def apply(self, table: Working) -> Fitted:
        way = "DESC" if self.descending else "ASC"
        columns = table.find(self.operation, self.by)
        table.order(", ".join(f"{name_(column.name)} {way} NULLS LAST" for column in columns))
        return []


class Deduplicate(RowOperation):
    """Of rows that are equal in these columns, the first one stays."""

    operation: Literal["deduplicate"]
    columns: Names = Field((), description="by default all", json_schema_extra=COLUMNS)

    def apply(self, table: Working) -> Fitted:
        from aileron.data.preparing.tables.working import ROW

        names = [c.name for c in table.find(self.operation, self.columns or table.names)]
        by = ", ".join(map(name_, names))
        table.keep(f"QUALIFY row_number() OVER (PARTITION BY {by} ORDER BY {ROW}) = 1")
        return []


class Outliers(RowOperation):
    """Numbers far from the others; what is missing is none."""

    operation: Literal["outliers"]
    columns: Names = Field(
        (), description="by default all features that are numbers", json_schema_extra=COLUMNS
    )
    method: Literal["iqr", "z_score"] = "iqr"
    limit: float | None = Field(
        None, gt=0, description="quartile ranges from the quartiles (1.5), or deviations (3)"
    )
    action: Literal["clip", "drop"] = Field(
        "clip", description="the nearest value within; or the row goes, if it is of part train"
    )

    def apply(self, table: Working) -> Fitted:
        from aileron.data.preparing.tables.working import TRAIN

        columns = table.chosen(self.operation, self.columns, ("number",))
        bounds = [(column, *self._bounds(table, column)) for column in columns]
        if self.action == "clip":
            changes = {one.name: [(one, _clipped(one, low, high))] for one, low, high in bounds}
            table.put(self.operation, changes)
        elif bounds:
            far = " OR ".join(
                f"{name_(c.name)} NOT BETWEEN {_literal(low)} AND {_literal(high)}"
                for c, low, high in bounds
            )
            table.keep(f"WHERE NOT coalesce(({TRAIN}) AND ({far}), false)")
        return [{"column": c.name, "low": low, "high": high} for c, low, high in bounds]

    def _bounds(self, table: Working, column: Column) -> tuple[float, float]:
        name = name_(column.name)
        if self.method == "z_score":
            mean, deviation = table.of_train(_CENTRES["standard"](name))
            low, high, reach = mean, mean, (self.limit or 3.0) * (deviation or 0.0)
        else:
            low, high = table.of_train(
                [f"quantile_cont({name}, 0.25)", f"quantile_cont({name}, 0.75)"]
            )
            reach = (self.limit or 1.5) * (0.0 if low is None else high - low)
        if low is None:
            _nothing_known(table, self.operation, column)
        return low - reach, high + reach


TableOperation = Annotated[
    Fill | Scale | Encode | Drop | Rename | Sort | Deduplicate | Outliers,
    Field(discriminator="operation"),
]


def _standard(name: str) -> list[str]:
    return [f"favg({name})", f"stddev_pop({name})"]


def _minmax(name: str) -> list[str]:
    return [f"min({name})", f"max({name}) - min({name})"]


def _robust(name: str) -> list[str]:
    quartiles = (f"quantile_cont({name}, {share})" for share in (0.75, 0.25))
    return [f"median({name})", " - ".join(quartiles)]


_CENTRES: Final = {"standard": _standard, "minmax": _minmax, "robust": _robust}
"""Method -> SQL of centre and spread."""


def _mode(table: Working, name: str) -> Any:
    """The commonest value in part train; of several, the least."""
    from aileron.data.preparing.tables.working import TRAIN

    rows = table.ask(
        f"SELECT {name} FROM {table.relation} WHERE {name} IS NOT NULL AND {TRAIN}"
        f" GROUP BY {name} ORDER BY count(*) DESC, {name} LIMIT 1"
    )
    return rows[0][0] if rows else None


def _values(table: Working, column: Column) -> list[str]:
    """The values of a category in part train, sorted."""
    from aileron.data.preparing.tables.working import TRAIN

    name = name_(column.name)
    rows = table.ask(
        f"SELECT DISTINCT {name} FROM {table.relation} WHERE {name} IS NOT NULL AND {TRAIN}"
    )
    return sorted((row[0] for row in rows), key=label_order)


def _with_value(column: Column, value: float | str) -> Column:
    if column.categories is None or value in column.categories:
        return column
    known = sorted({*column.categories, str(value)}, key=label_order)
    return column.model_copy(update={"categories": tuple(known)})


def _clipped(column: Column, low: float, high: float) -> str:
    name = name_(column.name)
    within = f"greatest({_literal(low)}, least({_literal(high)}, {name}))"
    return f"CASE WHEN {name} IS NULL THEN NULL ELSE {within} END"


def _literal(value: float | str) -> str:
    return text_(value) if isinstance(value, str) else f"({value!r})::DOUBLE"


def _nothing_known(table: Working, operation: str, column: Column) -> None:
    raise InvalidInput(
        "data.preparing.nothing_known",
        where=table.card.name, operation=operation, column=column.name,
    )  # fmt: skip
