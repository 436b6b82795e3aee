"""Running an expectation suite with Great Expectations, in memory or with DuckDB's metrics.

Its result objects become plain records here; nothing else of Aileron knows the library.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from aileron.core.documents import suggestion
from aileron.core.errors import InvalidInput
from aileron.data.card import AnyCard
from aileron.data.layout import SAMPLE_ID
from aileron.data.quality.connection import connect
from aileron.data.quality.facts import columns_of, fact_frame, open_facts
from aileron.data.quality.sql import Unsupported, run_by_sql
from aileron.data.specs import ExpectationSpec

if TYPE_CHECKING:
    import pandas as pd

SAMPLE_ROWS = 20
"""Failing rows that a report shows."""
MOST_ROWS: Final = 1_000_000
"""Rows up to which Great Expectations' own engine runs a suite, in memory."""
RESULT_FORMAT: Final[Mapping[str, Any]] = {
    "result_format": "SUMMARY",
    "unexpected_index_column_names": [SAMPLE_ID],
    "partial_unexpected_count": SAMPLE_ROWS,
    "include_unexpected_rows": False,
}
Engine = Literal["auto", "duckdb", "great_expectations"]
_COLUMN_ARGUMENTS = ("column", "column_A", "column_B")
_PLACE = "aileron_place"


class FailingRow(BaseModel):
    """A row that does not meet an expectation."""

    model_config = ConfigDict(frozen=True)

    sample_id: str
    value: Any


class Outcome(BaseModel):
    """What one expectation found."""

    model_config = ConfigDict(frozen=True)

    type: str
    arguments: Mapping[str, Any]
    severity: str
    column: str | None
    success: bool
    observed: Any = None
    """The aggregate that was compared, if the expectation is about one."""
    element_count: int | None = None
    unexpected_count: int | None = None
    """Rows that do not meet it, if the expectation is about rows."""
    unexpected_percent: float | None = None
    rows: tuple[FailingRow, ...] = ()
    error: str | None = None
    """Why the expectation could not be evaluated."""

    @property
    def subject(self) -> str:
        """``type`` or ``type on column``."""
        return f"{self.type} on {self.column}" if self.column else self.type

    def wanted(self) -> str:
        """Its arguments, without the column."""
        rest = {k: v for k, v in self.arguments.items() if k not in _COLUMN_ARGUMENTS}
        return ", ".join(f"{key}={value}" for key, value in rest.items()) or "-"

    def observed_text(self) -> str:
        """What was found, for people."""
        if self.error is not None:
            return self.error
        if self.unexpected_count is None:
            return "-" if self.observed is None else str(self.observed)
        percent = f"{self.unexpected_percent or 0:.2g} %"
        return f"{self.unexpected_count} of {self.element_count} rows ({percent}) do not meet it"

    def line(self) -> str:
        """One line for the log."""
        state = "passed" if self.success else f"FAILED ({self.severity})"
        return f"{state}: {self.subject} [{self.wanted()}] {self.observed_text()}"


def run_suite(
    folder: Path,
    card: AnyCard,
    expectations: Sequence[ExpectationSpec],
    work: Path,
    engine: Engine = "auto",
) -> tuple[Outcome, ...]:
    """The outcome of each expectation, in order, on the DATASET artifact in `folder`.

    Of a table these are about its rows, of pictures, texts and recordings about their facts.

    Args:
        work: where what is computed on the way goes.
        engine: what runs them; `auto` is DuckDB above `MOST_ROWS`.

    Raises:
        InvalidInput: an expectation does not exist, its arguments do not fit, or it cannot be
            run on so many rows.
    """
    if not expectations:
        return ()
    columns = columns_of(card)
    suite = [_expectation(i, spec, list(columns)) for i, spec in enumerate(expectations)]
    with connect(work) as connection:
        open_facts(connection, folder, card, work, wanted=_wanted(expectations))
        results: list[Mapping[str, Any] | Unsupported] = [Unsupported()] * len(suite)
        if engine == "duckdb" or (engine == "auto" and card.counts.rows > MOST_ROWS):
            results = run_by_sql(connection, columns, suite, RESULT_FORMAT)
            _check_size(card, expectations, results)
        rest = [one for one, found in zip(suite, results, strict=True) if _open(found)]
        by_library = _validate(fact_frame(connection, folder, card), rest) if rest else {}
    found = [by_library[i] if _open(one) else one for i, one in enumerate(results)]
    return tuple(_outcome(*pair) for pair in zip(expectations, found, strict=True))  # type: ignore[arg-type]


def _open(result: Mapping[str, Any] | Unsupported) -> bool:
    return isinstance(result, Unsupported)


def _check_size(
    card: AnyCard,
    expectations: Sequence[ExpectationSpec],
    results: Sequence[Mapping[str, Any] | Unsupported],
) -> None:
    """Refuse what DuckDB cannot run of a dataset that does not fit into memory."""
    for i, (spec, result) in enumerate(zip(expectations, results, strict=True)):
        if isinstance(result, Unsupported) and card.counts.rows > MOST_ROWS:
            raise InvalidInput(
                "data.quality.too_many_rows",
                where=f"expectations.{i}",
                type=spec.type,
                rows=card.counts.rows,
                most=MOST_ROWS,
                reason=str(result),
            )


def _wanted(expectations: Sequence[ExpectationSpec]) -> set[str] | None:
    """The columns that a suite names; None if it is about all of them."""
    if any(spec.type.startswith("expect_table_column") for spec in expectations):
        return None
    return {column for spec in expectations for _, column in named_columns(spec)}


def named_columns(spec: ExpectationSpec) -> Iterator[tuple[str, str]]:
    """Argument and column, of each column that an expectation names."""
    for argument in _COLUMN_ARGUMENTS:
        if isinstance(spec.kwargs.get(argument), str):
            yield argument, spec.kwargs[argument]
    if not spec.type.startswith("expect_table"):
        yield from (("column_list", str(one)) for one in spec.kwargs.get("column_list") or ())


def _expectation(place: int, spec: ExpectationSpec, columns: Sequence[str]) -> Any:
    from great_expectations.exceptions import ExpectationNotFoundError
    from great_expectations.expectations.registry import (
        get_expectation_impl,
        list_registered_expectation_implementations,
    )

    where = f"expectations.{place}"
    try:
        implementation = get_expectation_impl(spec.type)
    except ExpectationNotFoundError:
        known = list_registered_expectation_implementations()
        hint = suggestion(spec.type, [name for name in known if name.startswith("expect_")])
        raise InvalidInput(
            "data.unknown_expectation", where=where, type=spec.type, hint=hint
        ) from None
    for _, column in named_columns(spec):
        exists = spec.type == "expect_column_to_exist"
        if column not in columns and not exists:
            hint = suggestion(str(column), columns)
            raise InvalidInput("data.no_column", where=where, column=column, hint=hint)
    try:
        return implementation(
            **spec.kwargs, severity=spec.severity, meta={_PLACE: place}, catch_exceptions=True
        )
    except (TypeError, ValueError) as error:
        problem = "; ".join(line.strip() for line in str(error).splitlines()[1:]) or str(error)
        raise InvalidInput(
            "data.bad_expectation", where=where, type=spec.type, problem=problem
        ) from None


def _validate(frame: pd.DataFrame, suite: Sequence[Any]) -> dict[int, Mapping[str, Any]]:
    """Great Expectations' result of each expectation, by its place in the suite."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("memory").add_dataframe_asset("dataset")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    result = batch.validate(
        gx.ExpectationSuite("suite", expectations=list(suite)),
        result_format=dict(RESULT_FORMAT),
    )
    return {r.expectation_config.meta[_PLACE]: r.to_json_dict() for r in result.results}


def _outcome(spec: ExpectationSpec, result: Mapping[str, Any]) -> Outcome:
    found = result.get("result") or {}
    column = spec.kwargs.get("column")
    rows = [
        FailingRow(sample_id=str(row[SAMPLE_ID]), value=_value(row, column))
        for row in found.get("partial_unexpected_index_list") or ()
    ]
    return Outcome(
        type=spec.type,
        arguments=dict(spec.kwargs),
        severity=spec.severity,
        column=str(column) if column is not None else None,
        success=bool(result["success"]),
        observed=_plain(found.get("observed_value")),
        element_count=found.get("element_count"),
        unexpected_count=found.get("unexpected_count"),
        unexpected_percent=found.get("unexpected_percent"),
        rows=tuple(rows[:SAMPLE_ROWS]),
        error=_raised(result.get("exception_info") or {}),
    )


def _value(row: Mapping[str, Any], column: Any) -> Any:
    rest = {key: _plain(value) for key, value in row.items() if key != SAMPLE_ID}
    return rest.get(column, rest)


def _raised(info: Mapping[str, Any]) -> str | None:
    """The message of the exception in `info`, which is flat or keyed by metric."""
    entries = [info] if "raised_exception" in info else list(info.values())
    for entry in entries:
        if entry.get("raised_exception"):
            return str(entry.get("exception_message"))
    return None


def _plain(value: Any) -> Any:
    """`value` as JSON has it: no NaN, no numpy scalar."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value.item() if hasattr(value, "item") else value
