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

MISSING: tuple[str, ...] = ("", "NA", "N/A", "NaN", "nan", "null", "NULL")
"""Cells that mean "no value" unless the definition says otherwise."""


def _check_encoding(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise ValueError("no such encoding; utf-8, gbk and latin-1 are common") from None


class ColumnSpec(BaseModel):
    """What the user says about one column; what is unsaid is inferred from its values."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["number", "category", "text", "date"] | None = Field(
        None, description="number and category can be features"
    )
    role: Literal["feature", "ignored"] | None = Field(
        None, description="ignored columns are kept and not learnt from"
    )
    categories: tuple[str, ...] | None = Field(
        None, min_length=1, description="the closed set of values; others are refused"
    )


class TableSpec(BaseModel):
    """How to read the source file, and what its columns mean."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name = Field(description="name of the dataset")
    display_name: str | None = Field(None, description="free name for people")
    format: Literal["csv", "parquet"] = Field("csv", description="format of the source file")
    delimiter: str = Field(
        ",", min_length=1, max_length=1, description="between the cells of a CSV"
    )
    encoding: Annotated[str, AfterValidator(_check_encoding)] = Field(
        "utf-8", description="of a CSV: utf-8, gbk, latin-1, ..."
    )
    header: bool = Field(True, description="whether the first line of a CSV names the columns")
    names: tuple[str, ...] | None = Field(None, description="column names of a CSV without header")
    missing: tuple[str, ...] = Field(MISSING, description='cells of a CSV that mean "no value"')
    target: str = Field(description="the column to predict")
    task: Task = Field(description="what the target is: a class or a number")
    classes: tuple[str, ...] | None = Field(
        None, min_length=2, description="class labels in order, the positive one last"
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
        if self.format == "csv" and self.header == bool(self.names):
            raise ValueError("give `names` exactly when `header` is false")
        if self.classes and self.task == "regression":
            raise ValueError("`classes` belongs to a classification")
        if self.id_column == self.target:
            raise ValueError("`id_column` cannot be the target")
        return self


class ExpectationSpec(BaseModel):
    """One expectation of Great Expectations."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str = Field(description="such as expect_column_values_to_be_between")
    kwargs: Mapping[str, Any] = Field({}, description="arguments of the expectation")
    severity: Literal["critical", "warning"] = Field(
        "critical", description="a failed warning is reported and stops nothing"
    )
