"""Step `data.compact`: media that no sample refers to are left out; samples stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from aileron.core.errors import InvalidInput
from aileron.core.steps import Context
from aileron.data.media import MEDIA_FOLDER
from aileron.data.operations.base import Opened, Operation, OperationConfig, Plan
from aileron.data.operations.edit import Edit


class CompactDataset(Operation[OperationConfig]):
    """Drop pictures, recordings or series that no sample of the version uses, to save room."""

    name = "data.compact"
    title: ClassVar[Mapping[str, str]] = {"en": "Compact a dataset", "zh": "压缩整理数据集"}
    Config = OperationConfig
    modalities: ClassVar[tuple[str, ...]] = ("image", "audio", "series")

    def plan(
        self,
        context: Context,  # noqa: ARG002
        config: OperationConfig,  # noqa: ARG002
        opened: Opened,
        inputs: Mapping[str, Path],  # noqa: ARG002 - it is opened
    ) -> Plan:
        stored = used = 0
        if opened.modality.has_media:
            [contents] = opened.modality.contents([opened.folder], opened.card)
            stored, used = stored_rows(opened.folder), len(set(contents))
        unused = stored - used
        if unused <= 0:
            raise InvalidInput("data.operations.nothing_unused", where=opened.card.name)
        notes = [f"{unused:,} of {stored:,} media are used by no sample"]
        return Plan(opened.card, [Edit(opened.folder)], notes, compact=True)


def stored_rows(folder: Path) -> int:
    """How many media the shards of the dataset in `folder` hold."""
    import pyarrow.parquet as pq

    return sum(pq.read_metadata(path).num_rows for path in (folder / MEDIA_FOLDER).iterdir())
