"""Running an expectation suite with Great Expectations on a dataset in memory.

Its result objects become plain records here; nothing else of Aileron knows the library.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from aileron.core.documents import suggestion
from aileron.core.errors import InvalidInput
from aileron.data.card import AnyCard, Card
from aileron.data.images.card import ImageCard
from aileron.data.images.facts import FACTS as PICTURE_FACTS
from aileron.data.images.facts import picture_facts
from aileron.data.layout import SAMPLE_ID, read_table
from aileron.data.specs import ExpectationSpec
from aileron.data.texts.dataset import FACTS as TEXT_FACTS
from aileron.data.texts.dataset import TextDataset

if TYPE_CHECKING:
    import pandas as pd

SAMPLE_ROWS = 20
"""Failing rows that a report shows."""
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
    folder: Path, card: AnyCard, expectations: Sequence[ExpectationSpec]
) -> tuple[Outcome, ...]:
    """The outcome of each expectation, in order, on the DATASET artifact in `folder`.

    Of a table these are about its rows, of pictures and texts about their facts.

    Raises:
        InvalidInput: an expectation does not exist, or its arguments do not fit.
    """
    if not expectations:
        return ()
    suite = [_expectation(i, spec, _columns(card)) for i, spec in enumerate(expectations)]
    results = _validate(_frame(folder, card), suite)
    return tuple(_outcome(spec, results[i]) for i, spec in enumerate(expectations))


def _columns(card: AnyCard) -> Sequence[str]:
    """What expectations may be about."""
    if isinstance(card, Card):
        return [column.name for column in card.columns]
    return PICTURE_FACTS if isinstance(card, ImageCard) else TEXT_FACTS


def _frame(folder: Path, card: AnyCard) -> pd.DataFrame:
    """One row per sample: sample_id and `_columns`."""
    if isinstance(card, Card):
        return read_table(folder).reset_index()
    if isinstance(card, ImageCard):
        return picture_facts(folder)
    return TextDataset.read(folder).facts()


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
    for argument in _COLUMN_ARGUMENTS:
        column = spec.kwargs.get(argument)
        exists = spec.type == "expect_column_to_exist"
        if column is not None and column not in columns and not exists:
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
        result_format={
            "result_format": "SUMMARY",
            "unexpected_index_column_names": [SAMPLE_ID],
            "partial_unexpected_count": SAMPLE_ROWS,
        },
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
