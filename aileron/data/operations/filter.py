"""Step `data.filter`: the samples that meet what is asked for, or the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from pydantic import Field, model_validator
from pydantic.config import JsonDict

from aileron.core.documents import suggestion
from aileron.core.errors import InvalidInput
from aileron.core.steps import Context
from aileron.data.card_base import CardBase
from aileron.data.layout import Part
from aileron.data.operations.base import Opened, Operation, OperationConfig, Plan
from aileron.data.operations.conditions import Condition, met
from aileron.data.operations.edit import Edit, LabelSet

if TYPE_CHECKING:
    import numpy as np

LABELS: Final[JsonDict] = {"suggests": "labels"}
CRITERIA = ("any_of", "all_of", "none_of", "parts", "annotated", "where")


class FilterConfig(OperationConfig):
    """What a sample must meet; of several criteria, all."""

    any_of: tuple[str, ...] = Field(
        (), description="it has at least one of these labels", json_schema_extra=LABELS
    )
    all_of: tuple[str, ...] = Field(
        (), description="it has each of these labels", json_schema_extra=LABELS
    )
    none_of: tuple[str, ...] = Field(
        (), description="it has none of these labels", json_schema_extra=LABELS
    )
    parts: tuple[Part | Literal["none"], ...] = Field(
        (), description="the dataset gives it to one of these parts; none: to no part"
    )
    annotated: bool | None = Field(None, description="somebody annotated it, or it waits for that")
    where: tuple[Condition, ...] = Field((), description="conditions on columns")
    rest: bool = Field(False, description="take the samples that do not meet all this instead")
    drop_classes: bool = Field(
        False, description="classes that no sample has any more are none of the result"
    )

    @model_validator(mode="after")
    def _asks_something(self) -> FilterConfig:
        if all(getattr(self, name) in ((), None) for name in CRITERIA):
            raise ValueError("give at least one of " + ", ".join(CRITERIA))
        return self


class FilterDataset(Operation[FilterConfig]):
    """Keep the samples that meet conditions, or all the others."""

    name = "data.filter"
    title: ClassVar[Mapping[str, str]] = {"en": "Filter a dataset", "zh": "筛选数据集"}
    Config = FilterConfig

    def plan(
        self,
        context: Context,  # noqa: ARG002
        config: FilterConfig,
        opened: Opened,
        inputs: Mapping[str, Path],  # noqa: ARG002 - it is opened
    ) -> Plan:
        import numpy as np
        import pyarrow as pa

        kept = np.logical_and.reduce(list(_flags(config, opened)))
        keep = ~kept if config.rest else kept
        card: CardBase = opened.card
        if config.drop_classes:
            card = _without_empty_classes(opened, keep)
        return Plan(card, [Edit(opened.folder, keep=pa.array(keep))])


def _without_empty_classes(opened: Opened, keep: np.ndarray[Any, Any]) -> CardBase:
    import numpy as np

    facts = opened.facts
    left = {name for code in np.unique(facts.codes[keep]) for name in facts.label_sets[code]}
    classes = [name for name in getattr(opened.card, "classes", None) or () if name in left]
    renamed: CardBase = opened.modality.renamed(opened.card, {}, classes)
    return renamed


def _flags(config: FilterConfig, opened: Opened) -> Iterator[np.ndarray[Any, Any]]:
    """Whether each sample meets each of the criteria."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    facts = opened.facts
    for test in _label_tests(config, opened):
        yield np.array([test(names) for names in facts.label_sets], dtype=bool)[facts.codes]
    if config.parts:
        wanted = pc.is_in(facts.parts.fill_null("none"), value_set=pa.array(config.parts))
        yield wanted.to_numpy(zero_copy_only=False)
    if config.annotated is not None:
        yield facts.annotated.to_numpy(zero_copy_only=False) == config.annotated
    if config.where:
        yield met(opened, config.where)


def _label_tests(config: FilterConfig, opened: Opened) -> Iterator[Callable[[LabelSet], bool]]:
    classes = getattr(opened.card, "classes", None) or ()
    for label in (*config.any_of, *config.all_of, *config.none_of):
        if label not in classes:
            hint = suggestion(label, classes)
            where = opened.card.name
            raise InvalidInput("data.operations.no_label", where=where, label=label, hint=hint)
    any_of, all_of, none_of = set(config.any_of), set(config.all_of), set(config.none_of)
    if any_of:
        yield lambda names: not any_of.isdisjoint(names)
    if all_of:
        yield lambda names: all_of <= set(names)
    if none_of:
        yield none_of.isdisjoint
