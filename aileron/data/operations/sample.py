"""Step `data.sample`: so many samples, or such a share of them, drawn by the seed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from pydantic import Field, model_validator

from aileron.core.errors import InvalidInput
from aileron.core.steps import Context
from aileron.data.operations.base import Opened, Operation, OperationConfig, Plan
from aileron.data.operations.choosing import drawn
from aileron.data.operations.edit import Edit


class SampleConfig(OperationConfig):
    """How many samples, and how they are drawn."""

    count: int | None = Field(None, gt=0, description="how many samples")
    fraction: float | None = Field(None, gt=0, lt=1, description="share of the samples")
    stratify: bool | None = Field(
        None,
        description="keep the classes' shares; by default for classification with one label",
    )
    rest: bool = Field(False, description="take the samples that are not drawn instead")

    @model_validator(mode="after")
    def _one_size(self) -> SampleConfig:
        if (self.count is None) == (self.fraction is None):
            raise ValueError("give either `count` or `fraction`")
        return self


class SampleDataset(Operation[SampleConfig]):
    """Draw so many samples, or such a share of them, by chance."""

    name = "data.sample"
    title: ClassVar[Mapping[str, str]] = {"en": "Sample a dataset", "zh": "抽样数据集"}
    Config = SampleConfig

    def plan(
        self,
        context: Context,
        config: SampleConfig,
        opened: Opened,
        inputs: Mapping[str, Path],  # noqa: ARG002 - it is opened
    ) -> Plan:
        import numpy as np
        import pyarrow as pa

        facts = opened.facts
        count = config.count or round(len(facts) * (config.fraction or 0))
        if count > len(facts):
            raise InvalidInput(
                "data.operations.too_few", where=opened.card.name, count=count, total=len(facts)
            )
        exclusive = getattr(opened.card, "label_type", "single") == "single"
        by_default = opened.card.task == "classification" and exclusive
        stratify = by_default if config.stratify is None else config.stratify
        strata = facts.codes if stratify else np.zeros(len(facts), dtype=np.int32)
        chosen = drawn(facts.ids, strata, count, context.seed)
        keep = ~chosen if config.rest else chosen
        return Plan(opened.card, [Edit(opened.folder, keep=pa.array(keep))])
