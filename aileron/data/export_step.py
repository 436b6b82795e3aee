"""Step `data.export`: a dataset version as files for people to take away."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Final

from pydantic import Field

from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context, StepConfig
from aileron.data.card import read_card

FACTS_FILE: Final = "export.json"
"""What was written: file, format, what is lost."""


class ExportConfig(StepConfig):
    """What to write."""

    format: str = Field(
        description="of annotated data: coco, voc, ...; of a table: csv, tsv, jsonl, json, "
        "parquet, excel, sqlite"
    )
    options: Mapping[str, str] = Field({}, description="of the format, as its docs say")


class ExportDataset(Component[ExportConfig]):
    """Export a dataset."""

    name = "data.export"
    version = 1
    title: ClassVar[Mapping[str, str]] = {"en": "Export a dataset", "zh": "导出数据集"}
    Config = ExportConfig
    inputs: ClassVar[Mapping[str, Port]] = {"dataset": Port(ArtifactKind.DATASET)}
    outputs: ClassVar[Mapping[str, Port]] = {
        "export": Port(ArtifactKind.EXPORT, "one file, and export.json that says what it is")
    }

    def run(
        self, context: Context, config: ExportConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        from aileron.data.export import export_as, file_name

        folder = context.output("export")
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / file_name(read_card(inputs["dataset"]), config.format)
        losses = export_as(inputs["dataset"], file, config.format, config.options)
        size = write_facts(folder, file.name, config.format, losses)
        for trait, reason in losses.items():
            context.log(f"{config.format} loses {trait}: {reason}")
        context.log(f"{file.name}, {size:,} bytes")
        return {"export": folder}


def write_facts(folder: Path, file: str, format_: str, losses: Mapping[str, Any]) -> int:
    """Write ``export.json`` beside the one `file` of the EXPORT artifact; returns its bytes."""
    size = (folder / file).stat().st_size
    facts = {
        "format_version": 1,
        "file": file,
        "format": format_,
        "size": size,
        "losses": losses,
    }
    text = json.dumps(facts, indent=2, ensure_ascii=False) + "\n"
    (folder / FACTS_FILE).write_text(text, encoding="utf-8")
    return size
