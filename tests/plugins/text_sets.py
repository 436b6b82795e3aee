"""Texts as users have them, imported by the real step."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from plugins.datasets import Notebook

from aileron.data.formats.records import TextSample
from aileron.data.texts import TextCard, TextDataset
from aileron.data.texts.ingest import IngestTexts, IngestTextsConfig

REVIEWS = """\
id,text,label,split
r1,"good, quiet room",good,train
r2,很脏的房间,bad,train
r3,never again,bad,test
r4,"good, quiet room",good,test
"""


@dataclass(frozen=True)
class ImportedTexts:
    """A DATASET made of texts, and what the step said."""

    folder: Path
    lines: list[str]

    @property
    def dataset(self) -> TextDataset:
        return TextDataset.read(self.folder)

    @property
    def card(self) -> TextCard:
        return self.dataset.card

    @property
    def records(self) -> dict[str, TextSample]:
        return {record.sample_id: record for record in self.dataset.records()}

    @property
    def reasons(self) -> dict[str, str]:
        """Where each refused sample is -> why."""
        return {item.path: item.reason for item in self.card.refused}


class Library:
    """Imports texts below one folder, each source into a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count()

    def new(self) -> Path:
        path = self.folder / f"{next(self._numbers)}"
        path.mkdir(parents=True)
        return path

    def source(self, name: str, content: str | bytes) -> Path:
        """The SOURCE artifact of one file."""
        source = self.new()
        data = content if isinstance(content, bytes) else content.encode()
        (source / name).write_bytes(data)
        return source

    def ingest(self, source: Path, **config: Any) -> ImportedTexts:
        """The DATASET made from a SOURCE artifact."""
        notebook = Notebook(self.new())
        checked = IngestTextsConfig.model_validate({"name": "texts"} | config)
        outputs = IngestTexts().run(notebook, checked, {"source": source})
        return ImportedTexts(outputs["dataset"], notebook.lines)

    def ingest_file(self, file: str, content: str | bytes, **config: Any) -> ImportedTexts:
        """The DATASET made from one file."""
        return self.ingest(self.source(file, content), **config)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")
