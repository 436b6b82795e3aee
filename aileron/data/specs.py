"""What a user says about a table and about what must hold for it.

Shared by the dataset definition (YAML) and by the configs of the steps that read it, so
that the two cannot drift apart. Pydantic only.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from aileron.core.names import Name
from aileron.data.card import Task
from aileron.data.limits import TablesLimits
from aileron.data.sample_spec import OnProblem

MISSING: tuple[str, ...] = ("", "NA", "N/A", "NaN", "nan", "null", "NULL")
"""Cells that mean "no value" unless the definition says otherwise."""
FileFormat = Literal["csv", "tsv", "jsonl", "json", "parquet", "excel", "sqlite"]
DELIMITED: tuple[FileFormat, ...] = ("csv", "tsv")
HEADED: tuple[FileFormat, ...] = ("csv", "tsv", "excel")
"""Formats whose first line may name the columns."""
DATA_FOLDER = "data"
TEST_FOLDER = "test"
"""Where the two files of a source with a test file lie inside its artifact."""


def _check_encoding(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise ValueError("no such encoding; utf-8, gbk and latin-1 are common") from None


class ColumnSpec(BaseModel):
    """What the user says about one column; what is unsaid is inferred from its values."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["number", "category", "text", "date"] | None = Field(
        None, description="what its values are"
    )
    role: Literal["feature", "ignored"] | None = Field(
        None, description="ignored columns are kept and not learnt from"
    )
    categories: tuple[str, ...] | None = Field(
        None, min_length=1, description="the closed set of values; others are refused"
    )
    missing: tuple[str, ...] = Field(
        (), description='cells of this column that mean "no value", besides those of the table'
    )
    formats: tuple[str, ...] = Field(
        (), description="of dates, as strptime has them: '%d.%m.%Y'; ISO dates need none"
    )
    thousands: str = Field(
        "", max_length=1, description="between the thousands of a number: ',' in 1,234"
    )
    decimal: str = Field(".", min_length=1, max_length=1, description="decimal mark of a number")
    unit: str = Field("", max_length=20, description="before or after each number: '%' in 12%")

    @model_validator(mode="after")
    def _belongs_to_its_type(self) -> ColumnSpec:
        if self.formats and self.type != "date":
            raise ValueError("`formats` belongs to type date")
        if (self.thousands or self.unit or self.decimal != ".") and self.type != "number":
            raise ValueError("`thousands`, `decimal` and `unit` belong to type number")
        if self.thousands == self.decimal:
            raise ValueError("`thousands` and `decimal` must differ")
        return self


class TableSpec(BaseModel):
    """How to read the source file, and what its columns mean."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name = Field(description="name of the dataset")
    display_name: str | None = Field(None, description="free name for people")
    format: FileFormat = Field("csv", description="format of the source file")
    delimiter: str | None = Field(
        None,
        min_length=1,
        max_length=1,
        description="between the cells; by default a comma, or a tabulator in tsv",
    )
    encoding: Annotated[str, AfterValidator(_check_encoding)] = Field(
        "utf-8", description="of a text file: utf-8, gbk, latin-1, ..."
    )
    sheet: str | None = Field(None, description="of an Excel file; by default the first")
    table: str | None = Field(None, description="of an SQLite file; by default the only one")
    header: bool = Field(True, description="whether the first line names the columns")
    names: tuple[str, ...] | None = Field(
        None, description="without header: column names; by default column_0, column_1, ..."
    )
    missing: tuple[str, ...] = Field(MISSING, description='cells that mean "no value"')
    target: str | None = Field(None, description="the column to predict; clustering has none")
    task: Task = Field(
        description="classification: the target is a class; regression: it is a number; "
        "clustering: there is none; forecasting: it is a number that goes on in time"
    )
    time_column: str | None = Field(
        None, description="of a forecasting: when each row was measured, a date or a number"
    )
    series: tuple[str, ...] = Field(
        (), description="of a forecasting: the columns that tell several series apart"
    )
    classes: tuple[str, ...] | None = Field(
        None, min_length=2, description="class labels in order, the positive one last"
    )
    labels: Mapping[str, str] = Field(
        {}, description="value of the target in the file -> the label that it stands for"
    )
    missing_target: Literal["refuse", "leave_out"] = Field(
        "refuse", description="what happens to rows without a value of the target"
    )
    on_problem: OnProblem = Field(
        "refuse",
        description="refuse: one unusable row, and nothing is imported; leave_out: it is left "
        "out, up to max_refused",
    )
    max_refused: float = Field(
        0.05, ge=0, le=1, description="share of unusable rows above which the import fails"
    )
    limits: TablesLimits = Field(
        TablesLimits(), description="what is taken, instead of the workspace's limits"
    )
    id_column: str | None = Field(None, description="column with a unique id of each row")
    columns: Mapping[str, ColumnSpec] = Field(
        {}, description="column -> what is not to be inferred from its values"
    )
    max_categories: int = Field(
        256, gt=0, description="a text column with more distinct values is not a category"
    )
    licence: str | None = Field(None, description="what allows the use of the data")
    owner: str | None = Field(None, description="who answers for the data")

    @model_validator(mode="after")
    def _consistent(self) -> TableSpec:
        if self.names and (self.header or self.format not in HEADED):
            raise ValueError("`names` belongs to csv, tsv and excel with `header: false`")
        if not self.header and self.format not in HEADED:
            raise ValueError("`header: false` belongs to csv, tsv and excel")
        if self.delimiter and self.format not in DELIMITED:
            raise ValueError("`delimiter` belongs to csv and tsv")
        if self.sheet and self.format != "excel":
            raise ValueError("`sheet` belongs to excel")
        if self.table and self.format != "sqlite":
            raise ValueError("`table` belongs to sqlite")
        if self.classes and self.task != "classification":
            raise ValueError("`classes` belongs to a classification")
        if self.labels and self.task != "classification":
            raise ValueError("`labels` belongs to a classification")
        return self

    @model_validator(mode="after")
    def _columns_of_the_task(self) -> TableSpec:
        if (self.target is None) != (self.task == "clustering"):
            has = "has no `target`" if self.task == "clustering" else "needs a `target`"
            raise ValueError(f"{self.task} {has}")
        if (self.time_column is None) == (self.task == "forecasting"):
            raise ValueError("`time_column` belongs to forecasting, which needs one")
        if self.series and self.task != "forecasting":
            raise ValueError("`series` belongs to forecasting")
        named = [self.target, self.time_column, *self.series, self.id_column]
        used = [name for name in named if name is not None]
        if len(set(used)) < len(used):
            twice = next(name for name in used if used.count(name) > 1)
            raise ValueError(
                f"{twice!r} can be one of `target`, `time_column`, `series` and `id_column` only"
            )
        return self

    @property
    def lenient(self) -> bool:
        """Whether the rest is imported where rows cannot be used."""
        return self.on_problem == "leave_out"

    @property
    def separator(self) -> str:
        """What stands between the cells of a delimited file."""
        return self.delimiter or ("\t" if self.format == "tsv" else ",")


class ExpectationSpec(BaseModel):
    """One expectation of Great Expectations."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str = Field(description="such as expect_column_values_to_be_between")
    kwargs: Mapping[str, Any] = Field({}, description="arguments of the expectation")
    severity: Literal["critical", "warning"] = Field(
        "critical", description="a failed warning is reported and stops nothing"
    )
