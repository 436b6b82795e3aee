"""Conditions on columns: a name, a comparison and a value, and nothing that is run as code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import eq, ge, gt, le, lt, ne
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from aileron.core.documents import suggestion
from aileron.core.errors import InvalidInput
from aileron.data.operations.modality import ColumnKind

if TYPE_CHECKING:
    import numpy as np

    from aileron.data.operations.base import Opened

Comparison = Literal[
    "eq", "ne", "lt", "le", "gt", "ge", "in", "not_in", "contains", "missing", "present"
]
Scalar = bool | int | float | str

ORDERED: Final[Mapping[str, Callable[[Any, Any], bool]]] = {"lt": lt, "le": le, "gt": gt, "ge": ge}
LISTED: Final = ("in", "not_in")
UNARY: Final = ("missing", "present")
NEGATIVE: Final = ("ne", "not_in")
"""What holds of a missing value: it differs from every value."""


class Condition(BaseModel):
    """One condition, which a sample meets or not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str = Field(
        description="of a table; width, characters, attributes.NAME, ... of others",
        json_schema_extra={"suggests": "facts"},
    )
    op: Comparison = Field("eq", title="Comparison", description="how the value is compared")
    value: Scalar | tuple[Scalar, ...] | None = Field(
        None,
        description="what with: a list for in and not_in, nothing for missing and present",
        json_schema_extra={
            "compared": {"column": "column", "op": "op", "lists": [*LISTED], "none": [*UNARY]}
        },
    )

    @model_validator(mode="after")
    def _fitting(self) -> Condition:
        if (self.value is None) != (self.op in UNARY):
            raise ValueError(f"`{self.op}` takes {'no' if self.op in UNARY else 'a'} value")
        if isinstance(self.value, tuple) != (self.op in LISTED):
            raise ValueError("a list belongs to `in` and `not_in`, which need one")
        return self

    @property
    def values(self) -> tuple[Scalar, ...]:
        """What is compared with."""
        if self.value is None:
            return ()
        return self.value if isinstance(self.value, tuple) else (self.value,)


def met(opened: Opened, conditions: Sequence[Condition]) -> np.ndarray[Any, Any]:
    """Whether each sample meets all `conditions`.

    Raises:
        InvalidInput: there is no such column, or its values cannot be compared like that.
    """
    import numpy as np

    tests = [_test(opened, condition) for condition in conditions]
    columns = [condition.column for condition in conditions]
    found = []
    for batch in opened.modality.values(opened.folder, opened.card, columns):
        flags = [
            [test(value) for value in column] for test, column in zip(tests, batch, strict=True)
        ]
        found.append(np.logical_and.reduce(np.array(flags, dtype=bool)))
    return np.concatenate(found)


def _test(opened: Opened, condition: Condition) -> Callable[[Any], bool]:
    kind = opened.modality.kind(opened.card, condition.column)
    if kind is None:
        known = list(opened.modality.columns(opened.card))
        hint = suggestion(condition.column, known)
        where = opened.card.name
        raise InvalidInput("data.no_column", where=where, column=condition.column, hint=hint)
    read = _reader(opened, condition.column) if kind == "date" else _same
    wanted = [_checked(value, condition, kind, read) for value in condition.values]
    op = condition.op
    if op in UNARY:
        return lambda value: (value is None) == (op == "missing")
    if op in LISTED:
        return lambda value: (value is not None and read(value) in wanted) == (op == "in")
    if op == "contains":
        return lambda value: isinstance(value, str) and str(wanted[0]) in value
    compare = ORDERED.get(op) or (eq if op == "eq" else ne)
    return lambda value: _compared(value, wanted[0], compare, read, op)


def _compared(
    value: Any,
    wanted: Any,
    compare: Callable[[Any, Any], bool],
    read: Callable[[Any], Any],
    op: str,
) -> bool:
    if value is None:
        return op in NEGATIVE
    found = read(value)
    if op in ORDERED and isinstance(found, str) != isinstance(wanted, str):
        return False  # attributes of other samples may be of another kind
    return bool(compare(found, wanted))


def _checked(
    value: Scalar, condition: Condition, kind: ColumnKind, read: Callable[[Any], Any]
) -> Any:
    """The value in the terms of the column."""
    is_text = isinstance(value, str)
    ordered = condition.op in ORDERED
    fits = {"number": not is_text, "text": is_text and not ordered, "date": is_text, "any": True}
    if condition.op == "contains":
        fits |= {"number": False, "date": False}
    wanted = read(value) if fits[kind] else None
    if wanted is None:
        raise InvalidInput(
            "data.operations.condition",
            column=condition.column, op=condition.op, value=str(value), kind=kind,
        )  # fmt: skip
    return wanted


def _reader(opened: Opened, column: str) -> Callable[[Any], Any]:
    """Reads a date of that column as days; None if it is none."""
    from aileron.serve.dates import date_parts

    formats = next((c.formats for c in getattr(opened.card, "columns", ()) if c.name == column), ())

    def days(text: str) -> float | None:
        parts = date_parts(text, formats)
        return parts[0] if parts else None

    return days


def _same(value: Any) -> Any:
    return value
