"""Step `data.prepare_table`: a list of operations on the rows and columns of a table.

It changes the data itself. A lifecycle's trainer has an encoder of its own, which fills and
scales for the model and goes into the service; this is for data that must be otherwise before.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context
from aileron.data.operations.base import OperationConfig
from aileron.data.preparing.origin import origin, write_report
from aileron.data.preparing.tables.operations import TableOperation


class PrepareTableConfig(OperationConfig):
    """What is done to the table."""

    operations: tuple[TableOperation, ...] = Field(
        min_length=1,
        description="in order: fill, scale, encode, drop, rename, sort, deduplicate, outliers",
    )


class PrepareTable(Component[PrepareTableConfig]):
    """Fill, scale, encode, sort and clean the rows and columns of a table, step by step."""

    name = "data.prepare_table"
    version = 2
    title: ClassVar[Mapping[str, str]] = {"en": "Prepare a table", "zh": "表格预处理"}
    Config = PrepareTableConfig
    modalities: ClassVar[tuple[str, ...]] = ("table",)
    inputs: ClassVar[Mapping[str, Port]] = {"dataset": Port(ArtifactKind.DATASET)}
    outputs: ClassVar[Mapping[str, Port]] = {
        "dataset": Port(ArtifactKind.DATASET),
        "report": Port(ArtifactKind.REPORT, "report.json, with what was computed; report.html"),
    }

    def run(
        self, context: Context, config: PrepareTableConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        from aileron.data.card import read_table_card
        from aileron.data.preparing.tables.page import page
        from aileron.data.preparing.tables.working import TRAIN, Working
        from aileron.data.preparing.tables.writing import write_rows
        from aileron.data.quality.connection import connect

        before = read_table_card(inputs["dataset"])
        folder = context.output("dataset")
        done: list[dict[str, Any]] = []
        with connect(context.work) as connection:
            table = Working(connection, inputs["dataset"], before)
            [[fitted_rows]] = table.ask(f"SELECT count(*) FROM {table.relation} WHERE {TRAIN}")
            for operation in config.operations:
                fitted = operation.apply(table)
                asked = operation.model_dump(mode="json", exclude_none=True)
                done.append({**asked, "fitted": fitted, "rows": table.count})
            card = write_rows(table, folder)
        card = card.model_copy(update=origin(self.name, self.version, config, before))
        card.write(folder)
        document = {
            "kind": "prepare_table",
            "dataset": card.name,
            "digest": card.digest,
            "rows_before": before.counts.rows,
            "rows_after": card.counts.rows,
            "fitted_on": fitted_rows,
            "columns": [column.name for column in card.columns],
            "operations": done,
        }
        write_report(context.output("report"), document, page(document))
        context.log(f"{before.counts.rows:,} rows before, {card.counts.rows:,} after")
        context.log(f"{len(before.columns)} columns before, {len(card.columns)} after")
        return {"dataset": folder, "report": context.output("report")}
