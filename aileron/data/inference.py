"""From the columns of a source file to typed columns and their place in the schema.

A declared type must fit every value. An undeclared column is a number if all its values
are, a date if all are ISO dates, a category if it has few distinct values, else text. What
cannot be learnt from is kept and ignored, with the reason in the card.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aileron.core.errors import InvalidInput
from aileron.data.card import Column, ColumnRole, ColumnType
from aileron.data.row_faults import Report
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
    """Gives columns their types; rows with cells that do not fit go to `report`.

    A report that does not raise is given all of them, and the columns are drafts then.
    """

    def __init__(
        self,
        spec: TableSpec,
        report: Report,
        max_characters: int | None = None,
        *,
        alone: bool = True,
    ) -> None:
        """See above.

        Args:
            max_characters: of a cell that is text.
            alone: whether there are no other rows, which may be of other classes.
        """
        self.spec = spec
        self._alone = alone
        self._report = report
        self._max_characters = max_characters

    def feature(self, name: str, values: pa.Array) -> Typed:
        """The column `name` as feature, or ignored with a reason."""
        said = self.spec.columns.get(name, ColumnSpec())
        kind = said.type or ("category" if said.categories else self._infer(values))
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
            self._report(values.is_null(), "data.missing_target", lambda _: {"target": name})
        if self.spec.task != "classification":
            converted = self._convert(name, "number", values)
            column = Column(name=name, type="number", role="target", missing=0)
            return Typed(converted, column)
        labels = self._short(name, _labels(values))
        classes = self._categories(name, labels, ColumnSpec(categories=self.spec.classes))
        if self._alone and len(classes) < 2:
            label = classes[0] if classes else "-"
            raise InvalidInput("data.single_class", target=name, label=label)
        column = Column(name=name, type="category", role="target", categories=classes, missing=0)
        return Typed(labels, column)

    def time(self, values: pa.Array) -> Typed:
        """When each row was measured: dates, or numbers that grow."""
        name = str(self.spec.time_column)
        self._all_present(name, values)
        kind = self._infer(values)
        if kind not in ("number", "date"):
            kind = "date"
            values = self._without_others(name, _as_text(values), "data.no_time")
        converted = self._convert(name, kind, values)
        return Typed(converted, Column(name=name, type=kind, role="time", missing=0))

    def series(self, name: str, values: pa.Array) -> Typed:
        """A column that tells series apart: its values are names."""
        self._all_present(name, values)
        labels = self._short(name, _labels(values))
        categories = self._categories(name, labels, ColumnSpec())
        column = Column(name=name, type="category", role="series", categories=categories, missing=0)
        return Typed(labels, column)

    def _all_present(self, name: str, values: pa.Array) -> None:
        if values.null_count:
            self._report(values.is_null(), "data.missing_value", lambda _: {"column": name})

    def _infer(self, values: pa.Array) -> ColumnType:
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
            if numbers >= ALMOST_ALL * len(present):
                return "number"  # the others are slips
        if _are_dates(present):
            return "date"
        most = min(self.spec.max_categories, max(20, len(present) // 2))
        return "category" if _distinct(present, most) <= most else "text"

    def _convert(self, name: str, kind: ColumnType, values: pa.Array) -> pa.Array:
        import pyarrow as pa
        import pyarrow.compute as pc

        if kind == "date":
            return self._without_others(name, _as_text(values), "data.not_a_date")
        if kind != "number":
            return self._short(name, _labels(values) if kind == "category" else _as_text(values))
        if not _is_number(values.type):
            values = self._numbers(name, _as_text(values))
        if not pa.types.is_float64(values.type):
            values = values.cast(pa.float64(), safe=False)
        numbers = values
        if _plain(numbers):
            return numbers
        numbers = pc.if_else(pc.is_nan(numbers), None, numbers)
        infinite = pc.is_inf(numbers)
        if pc.any(infinite).as_py():
            self._report(infinite, "data.infinite_number", lambda _: {"column": name})
        return pc.add(numbers, 0.0)  # -0.0 becomes 0.0: equal numbers, equal bytes

    def _numbers(self, name: str, text: pa.Array) -> pa.Array:
        """Texts of numbers; others are none."""
        import pyarrow.compute as pc

        if pc.all(_numeric(text.drop_null())).as_py():
            return text
        fits = _numeric(text)
        self._report(pc.invert(fits), "data.not_a_number", _value(name, text))
        return pc.if_else(fits, text, None)

    def _without_others(self, name: str, dates: pa.Array, fault: str) -> pa.Array:
        """Dates as text, each of which a model can read; others are none."""
        import pyarrow.compute as pc

        odd = pc.and_(pc.is_valid(dates), pc.invert(_dated(dates).fill_null(False)))
        if not pc.any(odd).as_py():
            return dates
        self._report(odd, fault, _value(name, dates, formats=ISO_DATES))
        return pc.if_else(odd, None, dates)

    def _short(self, name: str, text: pa.Array) -> pa.Array:
        """`text`, each of which is no longer than cells may be."""
        import pyarrow.compute as pc

        most = self._max_characters
        if most is None or not pc.any(pc.greater(pc.binary_length(text), most)).as_py():
            return text
        length = pc.utf8_length(text)
        self._report(
            pc.greater(length, most),
            "data.long_cell",
            lambda row: {"column": name, "length": length[row].as_py(), "most": most},
        )
        return text

    def _categories(self, name: str, values: pa.Array, said: ColumnSpec) -> tuple[str, ...]:
        import pyarrow as pa
        import pyarrow.compute as pc

        if said.categories is None:
            return tuple(sorted(values.drop_null().unique().to_pylist(), key=_label_order))
        known = pc.is_in(values, value_set=pa.array(said.categories, pa.string()))
        unknown = pc.and_(pc.invert(known), pc.is_valid(values))
        if pc.any(unknown).as_py():
            known_ = ", ".join(said.categories)
            self._report(unknown, "data.unknown_category", _value(name, values, known=known_))
        return said.categories

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


def _plain(numbers: pa.Array | pa.ChunkedArray) -> bool:
    """Whether none is NaN, infinite or -0.0."""
    import numpy as np
    import pyarrow as pa

    for piece in numbers.chunks if isinstance(numbers, pa.ChunkedArray) else [numbers]:
        values = (piece.fill_null(1.0) if piece.null_count else piece).to_numpy()
        if not np.isfinite(values).all() or np.signbit(values[values == 0]).any():
            return False
    return True


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


def _value(name: str, values: pa.Array, **more: str) -> Callable[[int], Mapping[str, Any]]:
    """What is said of the cell of a row."""
    return lambda row: {"column": name, "value": values[row].as_py(), **more}
