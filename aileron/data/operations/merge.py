"""Step `data.merge`: two datasets become one; classes of the same name are one class."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from aileron.core.errors import InvalidInput
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Context
from aileron.data.operations.base import Opened, Operation, OperationConfig, Plan
from aileron.data.operations.edit import Edit, Facts

if TYPE_CHECKING:
    import numpy as np


class MergeConfig(OperationConfig):
    """What becomes of samples that both have."""

    ids: Literal["refuse", "keep", "replace", "rename"] = Field(
        "refuse",
        description="sample ids that both have: refuse the merge, keep the first one's sample, "
        "replace it by the other one's, or rename the other one's",
    )
    repeats: Literal["keep", "drop"] = Field(
        "keep", description="samples of the other one whose content the first one has as well"
    )
    other_parent: str | None = Field(
        None, description="tag of the version that joins it, for the record"
    )


class MergeDatasets(Operation[MergeConfig]):
    """Join two datasets."""

    name = "data.merge"
    title: ClassVar[Mapping[str, str]] = {"en": "Merge datasets", "zh": "合并数据集"}
    Config = MergeConfig
    inputs: ClassVar[Mapping[str, Port]] = {
        "dataset": Port(ArtifactKind.DATASET),
        "other": Port(ArtifactKind.DATASET, "the dataset that joins it"),
    }

    def plan(
        self,
        context: Context,  # noqa: ARG002
        config: MergeConfig,
        opened: Opened,
        inputs: Mapping[str, Path],
    ) -> Plan:
        import pyarrow as pa

        joining = Opened.read(inputs["other"])
        if joining.card.modality != opened.card.modality:
            raise InvalidInput(
                "data.operations.other_kind", one=opened.card.name, other=joining.card.name,
                what="modality", first=opened.card.modality, second=joining.card.modality,
            )  # fmt: skip
        card = opened.modality.joined(opened.card, joining.card)
        one, other = opened.facts, joining.modality.facts(joining.folder, card)
        stays, joins = _kept(config, one, other, joining.card.name)
        both = _both(one, other)
        ids = _new_ids(one, other, both) if config.ids == "rename" else {}
        notes = [f"{len(both):,} sample ids are in both: {config.ids}"] if both else []
        if repeats := int((~joins).sum()):
            notes.append(f"{repeats:,} samples of {joining.card.name} are left out")
        edits = [
            Edit(opened.folder, None if stays.all() else pa.array(stays)),
            Edit(joining.folder, None if joins.all() else pa.array(joins), ids=ids),
        ]
        return Plan(card, edits, notes)


def _both(one: Facts, other: Facts) -> set[str]:
    """The sample ids that both have."""
    return set(one.ids.to_pylist()) & set(other.ids.to_pylist())


def _kept(
    config: MergeConfig, one: Facts, other: Facts, name: str
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Which samples of each go into the result."""
    import numpy as np

    both = _both(one, other)
    stays, joins = np.ones(len(one), dtype=bool), np.ones(len(other), dtype=bool)
    if config.repeats == "drop":
        known = set(one.digests.to_pylist())
        joins &= [digest not in known for digest in other.digests.to_pylist()]
    here = np.array([sample in both for sample in other.ids.to_pylist()], dtype=bool)
    if config.ids == "refuse" and (here & joins).any():
        clash = other.ids[int(np.argmax(here & joins))].as_py()
        count = int((here & joins).sum())
        raise InvalidInput("data.operations.same_ids", where=name, sample=clash, count=count)
    if config.ids == "keep":
        joins &= ~here
    if config.ids == "replace":
        joining = {
            sample for sample, joined in zip(other.ids.to_pylist(), joins, strict=True) if joined
        }
        stays &= [sample not in joining for sample in one.ids.to_pylist()]
    return stays, joins


def _new_ids(one: Facts, other: Facts, both: set[str]) -> dict[str, str]:
    """Sample id of the other one that is taken -> one that nobody has: ``cat/1~2``."""
    taken = {*one.ids.to_pylist(), *other.ids.to_pylist()}
    new: dict[str, str] = {}
    for sample in sorted(both):
        number = 2
        while (name := f"{sample}~{number}") in taken:
            number += 1
        new[sample] = name
        taken.add(name)
    return new
