"""From the columns of a source file to typed columns and their place in the schema.

A declared type must fit every value. An undeclared column is a number if all its values
are, a date if all are ISO dates, a category if it has few distinct values, else text. What
cannot be learnt from is kept and ignored, with the reason in the card.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aileron.core.errors import InvalidInput
from aileron.data.card import Column, ColumnRole, ColumnType
from aileron.data.specs import ColumnSpec, TableSpec

if TYPE_CHECKING:
    import pyarrow as pa

ALMOST_ALL = 0.9
"""Share of numbers from which a column with a few other values is taken for a mistake."""
FIRST = 100_000
"""Values that often tell alone what a column is not."""
ISO_DATES = "2026-01-31, 2026-01-31 08:30"
"""What dates look like that need no format."""


@dataclass(frozen=True)
class Typed:
    """A column of the artifact: its values as float64 or string, and its entry in the card."""

    values: pa.Array
    column: Column


class Typist:
    """Gives columns their types; `where` turns a row number (from 0) into a place to name."""

    def __init__(self, spec: TableSpec, where: Callable[[int], str]) -> None:
        self.spec = spec
        self.where = where

    def feature(self, name: str, values: pa.Array) -> Typed:
        """The column `name` as feature, or ignored with a reason."""
        said = self.spec.columns.get(name, ColumnSpec())
        kind = said.type or ("category" if said.categories else self._infer(name, values))
        converted = self._convert(name, kind, values)
        categories = self._categories(name, converted, said) if kind == "category" else None
        reason = self._reason(said, kind, converted)
        role: ColumnRole = "ignored" if reason else "feature"
        missing = converted.null_count
        column = Column(
            name=name,
            type=kind,
            role=role,
            categories=categories,
            formats=said.formats if kind == "date" else (),
            missing=missing,
            reason=reason,
        )
        return Typed(converted, column)

    def target(self, values: pa.Array) -> Typed:
        """The target: class labels of a classification, numbers of other tasks."""
        name = str(self.spec.target)
        if values.null_count:
            row = _first(values, lambda a: a.is_null())
            raise InvalidInput(
                "data.missing_target", where=self.where(row), target=name, count=values.null_count
            )
        if self.spec.task != "classification":
            converted = self._convert(name, "number", values)
            column = Column(name=name, type="number", role="target", missing=0)
            return Typed(converted, column)
        labels = _labels(values)
        classes = self._categories(name, labels, ColumnSpec(categories=self.spec.classes))
        if len(classes) < 2:
            raise InvalidInput("data.single_class", target=name, label=classes[0])
        column = Column(name=name, type="category", role="target", categories=classes, missing=0)
        return Typed(labels, column)

    def time(self, values: pa.Array) -> Typed:
        """When each row was measured: dates, or numbers that grow."""
        name = str(self.spec.time_column)
        self._all_present(name, values)
        kind = self._infer(name, values)
        if kind not in ("number", "date"):
            text = _as_text(values)
            row = int(_dated(text).index(False).as_py())
            raise InvalidInput(
                "data.no_time",
                where=self.where(row),
                column=name,
                value=text[row].as_py(),
                formats=ISO_DATES,
            )
        converted = self._convert(name, kind, values)
        return Typed(converted, Column(name=name, type=kind, role="time", missing=0))

    def series(self, name: str, values: pa.Array) -> Typed:
        """A column that tells series apart: its values are names."""
        self._all_present(name, values)
        labels = _labels(values)
        categories = self._categories(name, labels, ColumnSpec())
        column = Column(name=name, type="category", role="series", categories=categories, missing=0)
        return Typed(labels, column)

    def _all_present(self, name: str, values: pa.Array) -> None:
        if values.null_count:
            row = _first(values, lambda a: a.is_null())
            raise InvalidInput(
                "data.missing_value",
                where=self.where(row),
                column=name,
                count=values.null_count,
            )

    def _infer(self, name: str, values: pa.Array) -> ColumnType:
        import pyarrow as pa
        import pyarrow.compute as pc

        kind = values.type
        if _is_number(kind):
            return "number"
        if pa.types.is_boolean(kind):
            return "category"
        if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
            return "date"
        if not _is_text(kind):
            return "other"
        present = _as_text(values).drop_null()
        if len(present) == 0:
            return "text"
        if not _few_numbers(present):
            numbers = pc.sum(_numeric(present)).as_py()
            if numbers == len(present):
                return "number"
            if numbers >= ALMOST_ALL * len(present):
                self._refuse_number(name, values)
        if _are_dates(present):
            return "date"
        most = min(self.spec.max_categories, max(20, len(present) // 2))
        return "category" if _distinct(present, most) <= most else "text"

    def _convert(self, name: str, kind: ColumnType, values: pa.Array) -> pa.Array:
        import pyarrow as pa
        import pyarrow.compute as pc

        if kind == "date":
            return self._dates(name, values)
        if kind != "number":
            return _labels(values) if kind == "category" else _as_text(values)
        if not _is_number(values.type):
            values = _as_text(values)
            if not pc.all(_numeric(values.drop_null())).as_py():
                self._refuse_number(name, values)
        numbers = values.cast(pa.float64(), safe=False)
        numbers = pc.if_else(pc.is_nan(numbers), None, numbers)
        infinite = pc.is_inf(numbers).fill_null(False)
        if pc.any(infinite).as_py():
            row = _first(infinite, lambda a: a)
            raise InvalidInput("data.infinite_number", where=self.where(row), column=name)
        return pc.add(numbers, 0.0)  # -0.0 becomes 0.0: equal numbers, equal bytes

    def _dates(self, name: str, values: pa.Array) -> pa.Array:
        """Dates as text, each of which a model can read."""
        import pyarrow.compute as pc

        dates = _as_text(values)
        odd = pc.and_(pc.is_valid(dates), pc.invert(_dated(dates).fill_null(False)))
        if pc.any(odd).as_py():
            row = _first(odd, lambda a: a)
            raise InvalidInput(
                "data.not_a_date",
                where=self.where(row),
                column=name,
                value=dates[row].as_py(),
                formats=ISO_DATES,
            )
        return dates

    def _categories(self, name: str, values: pa.Array, said: ColumnSpec) -> tuple[str, ...]:
        import pyarrow as pa
        import pyarrow.compute as pc

        if said.categories is None:
            return tuple(sorted(values.drop_null().unique().to_pylist(), key=_label_order))
        known = pc.is_in(values, value_set=pa.array(said.categories, pa.string()))
        unknown = pc.and_(pc.invert(known), pc.is_valid(values))
        if pc.any(unknown).as_py():
            row = _first(unknown, lambda a: a)
            raise InvalidInput(
                "data.unknown_category",
                where=self.where(row),
                column=name,
                value=values[row].as_py(),
                known=", ".join(said.categories),
            )
        return said.categories

    def _refuse_number(self, name: str, values: pa.Array) -> None:
        import pyarrow.compute as pc

        text = _as_text(values)
        bad = pc.and_(pc.is_valid(text), pc.invert(_numeric(text).fill_null(False)))
        row = _first(bad, lambda a: a)
        raise InvalidInput(
            "data.not_a_number",
            where=self.where(row),
            column=name,
            value=text[row].as_py(),
            count=pc.sum(bad).as_py(),
        )

    def _reason(self, said: ColumnSpec, kind: ColumnType, values: pa.Array) -> str | None:
        if said.role == "ignored":
            return "ignored by the dataset definition"
        if values.null_count == len(values):
            return "every value is missing"
        return "this type of value is not a feature" if kind == "other" else None


def _is_number(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind))


def _is_text(kind: Any) -> bool:
    from pyarrow import types

    if types.is_dictionary(kind):
        return _is_text(kind.value_type)
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_null(kind))


def _as_text(values: pa.Array) -> pa.Array:
    """Any values as strings, null where missing."""
    import pyarrow as pa

    try:
        return values.cast(pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        return pa.array([None if v is None else repr(v) for v in values.to_pylist()], pa.string())


def _labels(values: pa.Array) -> pa.Array:
    """Values as labels; whole numbers lose their fraction: 1.0 is ``1``."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_floating(values.type):
        whole = pc.all(pc.equal(pc.floor(values), values)).as_py()
        return values.cast(pa.int64()).cast(pa.string()) if whole else _as_text(values)
    return _as_text(values)


def _numeric(text: pa.Array) -> pa.Array:
    """Whether each string is a decimal number (or nan, inf)."""
    import pyarrow.compute as pc

    pattern = r"^[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|inf|Infinity|nan|NaN)$"
    return pc.match_substring_regex(text, pattern)


def _few_numbers(present: pa.Array) -> bool:
    """Whether the first strings alone show that less than almost all are numbers."""
    import pyarrow.compute as pc

    first = present.slice(0, len(present) // 8 + 1)
    others = len(first) - pc.sum(_numeric(first)).as_py()
    return bool(len(present) - others < ALMOST_ALL * len(present))


def _distinct(present: pa.Array, most: int) -> int:
    """How many distinct strings there are; above `most`, no less than that."""
    import pyarrow.compute as pc

    first: int = pc.count_distinct(present.slice(0, FIRST)).as_py()
    if first > most or len(present) <= FIRST:
        return first
    all_: int = pc.count_distinct(present).as_py()
    return all_


def _are_dates(text: pa.Array) -> bool:
    import pyarrow.compute as pc

    looks = _look_like_dates(text.slice(0, FIRST)) and _look_like_dates(text.slice(FIRST))
    return looks and bool(pc.all(_dated(text)).as_py())


def _look_like_dates(text: pa.Array) -> bool:
    import pyarrow.compute as pc

    looks = pc.match_substring_regex(text, r"^\d{4}[-/]\d{1,2}[-/]\d{1,2}")
    return bool(pc.all(looks, min_count=0).as_py())


def _dated(text: pa.Array) -> pa.Array:
    """Whether each string is an ISO date, or missing; each distinct string is read once."""
    import pyarrow as pa

    from aileron.serve.dates import date_parts

    coded = text.dictionary_encode()
    known = [date_parts(value) is not None for value in coded.dictionary.to_pylist()]
    return pa.array(known, pa.bool_()).take(coded.indices)


def _label_order(label: str) -> tuple[int, float, str]:
    """Numbers by value, before words by letters."""
    try:
        return (0, float(label), label)
    except ValueError:
        return (1, 0.0, label)


def _first(mask_of: pa.Array, mask: Callable[[Any], Any]) -> int:
    """The index of the first true of ``mask(mask_of)``."""
    import pyarrow.compute as pc

    return int(pc.index(mask(mask_of), True).as_py())
