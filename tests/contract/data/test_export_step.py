"""`data.export` keeps what every component promises, and its file is what it says."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from pathlib import Path

import openpyxl
import pytest
from plugins.datasets import Notebook, Workbench
from plugins.operations import MODALITIES, Operations, operations

from aileron.data.export_step import FACTS_FILE, ExportDataset
from aileron.run.conformance import Case, check_component

__all__ = ["operations"]
FORMATS = {"table": "csv", "image": "coco", "text": "text_jsonl", "series": "series_csv"}
TASK_FORMATS = {"classification": "audio_csv", "event_detection": "dcase_tsv"}
"""Of recordings."""
ROWS = "name,kilos,when\n=cmd(),1.5,2026-01-02\n苹果,,2026-01-03\npear,7,2026-01-04\n"


@pytest.mark.parametrize("kind", MODALITIES)
def test_exporting_is_a_component(kind: str, operations: Operations) -> None:
    made = operations.any(kind)
    inputs = {"dataset": made.folder}
    card = json.loads((made.folder / "card.json").read_text(encoding="utf-8"))
    format_ = FORMATS.get(card["modality"]) or TASK_FORMATS[card["task"]]
    check_component(
        ExportDataset,
        [Case({"format": format_}, inputs)],
        refused=[Case({"format": "papyrus"}, inputs), Case({}, inputs)],
    )


@pytest.mark.parametrize("format_", ["csv", "tsv", "jsonl", "json", "parquet", "excel", "sqlite"])
def test_every_cell_of_a_table_comes_out_as_it_came_in(
    format_: str, workbench: Workbench, tmp_path: Path
) -> None:
    config = {"name": "fruit", "target": "kilos", "task": "regression"}
    config["missing_target"] = "leave_out"
    folder = workbench.ingest(ROWS, config)
    context = Notebook(workbench.new())
    made = ExportDataset().run(context, ExportDataset.Config(format=format_), {"dataset": folder})[
        "export"
    ]
    facts = json.loads((made / FACTS_FILE).read_text(encoding="utf-8"))
    rows = _rows(made / facts["file"], format_)
    assert [row["name"] for row in rows] == ["=cmd()", "pear"]
    assert [float(row["kilos"]) for row in rows] == [1.5, 7.0]


def _rows(file: Path, format_: str) -> list[dict[str, object]]:
    import pandas as pd

    if format_ == "sqlite":
        connection = sqlite3.connect(file)
        try:
            frame = pd.read_sql("select * from data", connection)
        finally:
            connection.close()
    elif format_ == "excel":
        sheet = openpyxl.load_workbook(file).active
        assert sheet is not None
        first, *rest = sheet.iter_rows(values_only=True)
        frame = pd.DataFrame(rest, columns=[str(name) for name in first])
        with zipfile.ZipFile(file) as parts:
            assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml"), "no text is a formula"
    elif format_ == "parquet":
        frame = pd.read_parquet(file)
    elif format_ in ("json", "jsonl"):
        frame = pd.read_json(file, lines=format_ == "jsonl")
    else:
        frame = pd.read_csv(file, sep="\t" if format_ == "tsv" else ",")
    found: list[dict[str, object]] = frame.to_dict("records")
    return found
