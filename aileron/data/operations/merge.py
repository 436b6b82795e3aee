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
    import pyarrow as pa


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
    """Put the samples of two datasets together; classes of the same name become one."""

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
        import numpy as np
        import pyarrow as pa

        joining = Opened.read(inputs["other"])
        if joining.card.modality != opened.card.modality:
            raise InvalidInput(
                "data.operations.other_kind", one=opened.card.name, other=joining.card.name,
                what="modality", first=opened.card.modality, second=joining.card.modality,
            )  # fmt: skip
        card = opened.modality.joined(opened.card, joining.card)
        one, other = opened.facts, joining.modality.facts(joining.folder, card)
        new: np.ndarray[Any, Any] = np.ones(len(other), dtype=bool)
        if config.repeats == "drop":
            known, contents = opened.modality.contents([opened.folder, joining.folder], card)
            new = ~np.isin(contents, known)
        stays, joins = _kept(config, one, other, new, joining.card.name)
        both = other.ids.filter(_among(other.ids, one.ids))
        ids = new_ids(one, other, both) if config.ids == "rename" else {}
        notes = [f"{len(both):,} sample ids are in both: {config.ids}"] if len(both) else []
        if repeats := int((~joins).sum()):
            notes.append(f"{repeats:,} samples of {joining.card.name} are left out")
        edits = [
            Edit(opened.folder, None if stays.all() else pa.array(stays)),
            Edit(joining.folder, None if joins.all() else pa.array(joins), ids=ids),
        ]
        return Plan(card, edits, notes)


def _among(ids: pa.Array, others: pa.Array) -> pa.Array:
    """Whether each id is one of the `others`."""
    import pyarrow.compute as pc

    return pc.is_in(ids, value_set=others)


def _kept(
    config: MergeConfig, one: Facts, other: Facts, new: np.ndarray[Any, Any], name: str
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Which samples of each go into the result; `new` are those that may join."""
    import numpy as np

    stays, joins = np.ones(len(one), dtype=bool), new
    here = _among(other.ids, one.ids).to_numpy(zero_copy_only=False)
    if config.ids == "refuse" and (here & joins).any():
        clash = other.ids[int(np.argmax(here & joins))].as_py()
        count = int((here & joins).sum())
        raise InvalidInput("data.operations.same_ids", where=name, sample=clash, count=count)
    if config.ids == "keep":
        joins = joins & ~here
    if config.ids == "replace":
        stays = ~_among(one.ids, other.ids.filter(joins)).to_numpy(zero_copy_only=False)
    return stays, joins


def new_ids(one: Facts, other: Facts, both: pa.Array) -> dict[str, str]:
    """Sample id of the other one that is taken -> one that nobody has: ``cat/1~2``."""
    import pyarrow.compute as pc

    new: dict[str, str] = {}
    number = 2
    while len(both):
        names = pc.binary_join_element_wise(both, str(number), "~")
        taken = pc.or_(_among(names, one.ids), _among(names, other.ids))
        free = pc.invert(taken)
        new.update(zip(both.filter(free).to_pylist(), names.filter(free).to_pylist(), strict=True))
        both, number = both.filter(taken), number + 1
    return new
