"""Step `data.resplit`: samples get other parts; nothing else of the dataset changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from aileron.core.steps import Context
from aileron.data.layout import PARTS
from aileron.data.operations.base import Opened, Operation, OperationConfig, Plan
from aileron.data.operations.edit import Edit
from aileron.data.split import SplitConfig, assigned, read_labels


class ResplitConfig(SplitConfig, OperationConfig):
    """Sizes of the parts; what is left is for training."""

    clear: bool = Field(False, description="give no sample a part instead")


class ResplitDataset(Operation[ResplitConfig]):
    """Give parts."""

    name = "data.resplit"
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
        labels = read_labels(opened.folder)
        if config.clear:
            return Plan(opened.card, [Edit(opened.folder, parts=dict.fromkeys(labels.of))])
        parts = assigned(context, config, labels, {})
        counts = Counter(parts.values())
        note = ", ".join(f"{part}: {counts[part]:,}" for part in PARTS)
        return Plan(opened.card, [Edit(opened.folder, parts=parts)], [note])
