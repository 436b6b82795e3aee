"""Step `data.resplit`: samples get other parts; nothing else of the dataset changes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from aileron.core.steps import Context
from aileron.data.layout import PARTS
from aileron.data.operations.base import Opened, Operation, OperationConfig, Plan
from aileron.data.operations.edit import Edit
from aileron.data.split import NO_PART, SplitConfig, assigned, part_names, read_labels


class ResplitConfig(SplitConfig, OperationConfig):
    """Sizes of the parts; what is left is for training."""

    clear: bool = Field(False, description="give no sample a part instead")


class ResplitDataset(Operation[ResplitConfig]):
    """Divide the samples anew into training, validation and test."""

    name = "data.resplit"
    version = 2
    title: ClassVar[Mapping[str, str]] = {
        "en": "Assign the parts anew",
        "zh": "重新划分数据集各部分",
    }
    Config = ResplitConfig

    def plan(
        self,
        context: Context,
        config: ResplitConfig,
        opened: Opened,
        inputs: Mapping[str, Path],  # noqa: ARG002 - it is opened
    ) -> Plan:
        import numpy as np

        labels = read_labels(opened.folder)
        parts = np.full(len(labels.ids), NO_PART, dtype=np.int8)
        if config.clear:
            return Plan(opened.card, [Edit(opened.folder, parts=part_names(parts))])
        parts = assigned(context, config, labels, parts)
        note = ", ".join(f"{part}: {(parts == code).sum():,}" for code, part in enumerate(PARTS))
        return Plan(opened.card, [Edit(opened.folder, parts=part_names(parts))], [note])
