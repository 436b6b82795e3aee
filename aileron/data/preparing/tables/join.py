"""Step `data.join_table`: columns of another table, found by keys, join the rows of one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context
from aileron.data.operations.base import OperationConfig
from aileron.data.preparing.origin import origin


class JoinTableConfig(OperationConfig):
    """Which rows belong together, and what joins."""

    keys: Mapping[str, str] = Field(
        min_length=1,
        description="column -> the column of the other table that equals it",
        json_schema_extra={"suggests": "columns", "suggests_for": "other_columns"},
    )
    how: Literal["left", "inner"] = Field(
        "left", description="rows without a partner stay, with nothing; or they go"
    )
    columns: tuple[str, ...] = Field(
        (),
        description="columns of the other table that join; by default all but its keys",
        json_schema_extra={"suggests": "other_columns"},
    )
    prefix: str = Field("", max_length=64, description="before the names of columns that join")
    repeats: Literal["refuse", "first"] = Field(
        "refuse", description="keys in several rows of the other table: refuse, or the first counts"
    )
    other_parent: str | None = Field(
        None, description="tag of the version that joins it, for the record"
    )


class JoinTable(Component[JoinTableConfig]):
    """Add columns of another table to the rows, found by keys."""

    name = "data.join_table"
    version = 2
    title: ClassVar[Mapping[str, str]] = {"en": "Join tables by keys", "zh": "按键连接表格"}
    Config = JoinTableConfig
    modalities: ClassVar[tuple[str, ...]] = ("table",)
    inputs: ClassVar[Mapping[str, Port]] = {
        "dataset": Port(ArtifactKind.DATASET),
        "other": Port(ArtifactKind.DATASET, "the table whose columns join"),
    }
    outputs: ClassVar[Mapping[str, Port]] = {"dataset": Port(ArtifactKind.DATASET)}

    def run(
        self, context: Context, config: JoinTableConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        from aileron.data.card import read_table_card
        from aileron.data.preparing.tables.joining import join
        from aileron.data.preparing.tables.working import Working
        from aileron.data.preparing.tables.writing import write_rows
        from aileron.data.quality.connection import connect

        before, other = (read_table_card(inputs[name]) for name in ("dataset", "other"))
        folder = context.output("dataset")
        with connect(context.work) as connection:
            table = Working(connection, inputs["dataset"], before)
            unmatched = join(table, inputs["other"], other, config)
            card = write_rows(table, folder)
        card = card.model_copy(update=origin(self.name, self.version, config, before))
        card.write(folder)
        context.log(f"{unmatched:,} rows have no partner in {other.name}")
        context.log(f"{len(card.columns) - len(before.columns)} columns join")
        return {"dataset": folder}
