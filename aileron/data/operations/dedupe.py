"""Step `data.dedupe`: of samples with exactly the same content, one stays."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from aileron.core.errors import InvalidInput
from aileron.core.steps import Context
from aileron.data.operations.base import Opened, Operation, OperationConfig, Plan
from aileron.data.operations.edit import Edit, Facts

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, Any]


class DedupeConfig(OperationConfig):
    """What becomes of repeats that contradict each other."""

    contradictions: Literal["first", "drop"] = Field(
        "first",
        description="repeats with different labels: the first one stays, or none of them",
    )


class DedupeDataset(Operation[DedupeConfig]):
    """Of samples with exactly the same content keep one."""

    name = "data.dedupe"
    title: ClassVar[Mapping[str, str]] = {"en": "Remove repeated samples", "zh": "去除重复样本"}
    Config = DedupeConfig

    def plan(
        self,
        context: Context,  # noqa: ARG002
        config: DedupeConfig,
        opened: Opened,
        inputs: Mapping[str, Path],  # noqa: ARG002 - it is opened
    ) -> Plan:
        import numpy as np
        import pyarrow as pa

        [contents] = opened.modality.contents([opened.folder], opened.card)
        order, starts = _groups(opened.facts, contents)
        if len(starts) == len(order):
            raise InvalidInput("data.operations.no_repeats", where=opened.card.name)
        kept, contradicting = _kept(opened.facts, order, starts)
        if config.contradictions == "drop":
            kept[np.isin(contents, contents[order[starts[contradicting]]])] = False
        notes = [f"{(~kept).sum():,} repeats are left out"]
        if contradicting.any():
            notes.append(f"{contradicting.sum():,} contents had different labels")
        return Plan(opened.card, [Edit(opened.folder, keep=pa.array(kept))], notes)


def _groups(facts: Facts, contents: Numbers) -> tuple[Numbers, Numbers]:
    """The samples by content, annotated ones first, then by id; where each content begins."""
    import numpy as np
    import pyarrow.compute as pc

    order = pc.sort_indices(facts.ids).to_numpy()
    unannotated = ~facts.annotated.to_numpy(zero_copy_only=False)
    order = order[np.lexsort((unannotated[order], contents[order]))]
    return order, np.flatnonzero(np.diff(contents[order], prepend=-1))


def _kept(facts: Facts, order: Numbers, starts: Numbers) -> tuple[Numbers, Numbers]:
    """Whether each sample is the first of its content; whether labels of a content differ."""
    import numpy as np

    kept = np.zeros(len(order), dtype=bool)
    kept[order[starts]] = True
    codes = facts.codes[order]
    most, least = np.maximum.reduceat(codes, starts), np.minimum.reduceat(codes, starts)
    return kept, most != least
