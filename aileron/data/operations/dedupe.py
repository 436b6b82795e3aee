"""Step `data.dedupe`: of samples with exactly the same content, one stays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from aileron.core.errors import InvalidInput
from aileron.core.steps import Context
from aileron.data.operations.base import Opened, Operation, OperationConfig, Plan
from aileron.data.operations.edit import Edit, Facts


class DedupeConfig(OperationConfig):
    """What becomes of repeats that contradict each other."""

    contradictions: Literal["first", "drop"] = Field(
        "first",
        description="repeats with different labels: the first one stays, or none of them",
    )


class DedupeDataset(Operation[DedupeConfig]):
    """Leave out repeats."""

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
        import pyarrow as pa

        facts = opened.facts
        groups = repeats(facts)
        if not groups:
            raise InvalidInput("data.operations.no_repeats", where=opened.card.name)
        kept = [True] * len(facts)
        contradicting = 0
        for rows in groups:
            different = len({int(facts.codes[row]) for row in rows}) > 1
            contradicting += different
            for row in rows if different and config.contradictions == "drop" else rows[1:]:
                kept[row] = False
        notes = [f"{kept.count(False):,} repeats are left out"]
        if contradicting:
            notes.append(f"{contradicting:,} contents had different labels")
        return Plan(opened.card, [Edit(opened.folder, keep=pa.array(kept))], notes)


def repeats(facts: Facts) -> list[list[int]]:
    """The rows of each content that several samples have: annotated ones first, then by id."""
    groups: dict[str, list[int]] = defaultdict(list)
    for row, digest in enumerate(facts.digests.to_pylist()):
        groups[digest].append(row)
    ids, annotated = facts.ids.to_pylist(), facts.annotated.to_pylist()
    return [
        sorted(rows, key=lambda row: (not annotated[row], ids[row]))
        for rows in groups.values()
        if len(rows) > 1
    ]
