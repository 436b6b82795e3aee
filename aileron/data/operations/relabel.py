"""Step `data.relabel`: labels get other names, or samples other labels; media stay untouched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from aileron.core.documents import suggestion
from aileron.core.errors import InvalidInput
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Context
from aileron.data.operations.base import Opened, Operation, OperationConfig, Plan
from aileron.data.operations.changes import read_changes
from aileron.data.operations.edit import Edit, LabelSet


class Change(BaseModel):
    """One sample, and the labels that it gets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sample_id: str = Field(description="as the page of samples shows it")
    labels: tuple[str, ...] = Field(
        description="the labels that it gets", json_schema_extra={"suggests": "labels"}
    )


class RelabelConfig(OperationConfig):
    """What changes. New names come first, then the labels of single samples."""

    rename: Mapping[str, str] = Field(
        {},
        description="label -> its new name; several of the same name become one class",
        json_schema_extra={"suggests": "labels"},
    )
    drop: tuple[str, ...] = Field(
        (),
        description="labels that are taken off every sample",
        json_schema_extra={"suggests": "labels"},
    )
    add: tuple[str, ...] = Field((), description="classes that are new")
    changes: tuple[Change, ...] = Field(
        (), description="samples with the labels that they get instead of theirs"
    )

    @model_validator(mode="after")
    def _consistent(self) -> RelabelConfig:
        both = set(self.drop) & set(self.rename)
        if both:
            raise ValueError(f"{min(both)} stands in `rename` and in `drop`")
        if len({change.sample_id for change in self.changes}) < len(self.changes):
            raise ValueError("`changes` names a sample twice")
        return self


class RelabelDataset(Operation[RelabelConfig]):
    """Give labels other names, take them off, add new ones, or change them sample by sample."""

    name = "data.relabel"
    title: ClassVar[Mapping[str, str]] = {"en": "Relabel a dataset", "zh": "修改数据集标签"}
    Config = RelabelConfig
    tasks: ClassVar[tuple[str, ...]] = (
        "classification", "detection", "instance_segmentation", "semantic_segmentation",
        "key_points", "matching", "sequence_labelling", "entities", "event_detection",
    )  # fmt: skip
    inputs: ClassVar[Mapping[str, Port]] = {
        "dataset": Port(ArtifactKind.DATASET),
        "changes": Port(
            ArtifactKind.SOURCE,
            "a CSV or JSON Lines file of sample_id and labels; more than `changes` has",
            optional=True,
        ),
    }

    def plan(
        self,
        context: Context,  # noqa: ARG002
        config: RelabelConfig,
        opened: Opened,
        inputs: Mapping[str, Path],
    ) -> Plan:
        changes: dict[str, LabelSet] = {one.sample_id: one.labels for one in config.changes}
        if "changes" in inputs:
            changes |= read_changes(inputs["changes"])
        names: dict[str, str | None] = {**config.rename, **dict.fromkeys(config.drop)}
        if not (names or changes or config.add):
            raise InvalidInput("data.operations.no_change", where=opened.card.name)
        classes = _classes(opened, names, config.add)
        if changes:
            _check_changes(opened, changes, classes)
        card = opened.modality.renamed(opened.card, names, classes)
        notes = [f"{len(changes):,} samples get other labels"] if changes else []
        edits = [Edit(opened.folder, names=names, labels=changes)]
        counted = {"changes": len(changes)} if changes else {}
        return Plan(card, edits, notes, options=counted)


def _classes(
    opened: Opened, names: Mapping[str, str | None], add: Sequence[str]
) -> tuple[str, ...]:
    """The classes afterwards: the old ones in order under their new names, then the new ones."""
    old = getattr(opened.card, "classes", None)
    where = opened.card.name
    if old is None:
        raise InvalidInput("data.operations.no_classes", where=where)
    for label in names:
        if label not in old:
            hint = suggestion(label, old)
            raise InvalidInput("data.operations.no_label", where=where, label=label, hint=hint)
    new = (names.get(label, label) for label in old)
    return tuple(dict.fromkeys((*(label for label in new if label is not None), *add)))


def _check_changes(opened: Opened, changes: Mapping[str, LabelSet], classes: Sequence[str]) -> None:
    """Refuse changes of samples or to labels that are not there, or too many labels."""
    import pyarrow as pa
    import pyarrow.compute as pc

    where = opened.card.name
    if not opened.modality.labels_are_given(opened.card):
        task = opened.card.task.replace("_", " ")
        raise InvalidInput("data.operations.no_label_lists", where=where, task=task)
    named = pa.array(changes.keys(), pa.string())
    known = pc.is_in(named, value_set=opened.facts.ids)
    unknown = sorted(named.filter(pc.invert(known)).to_pylist())
    if unknown:
        raise InvalidInput(
            "data.operations.no_sample", where=where, sample=unknown[0], count=len(unknown)
        )
    single = getattr(opened.card, "label_type", "single") == "single"
    must = opened.card.modality == "table"
    for sample, labels in changes.items():
        for label in labels:
            if label not in classes:
                hint = suggestion(label, classes)
                raise InvalidInput(
                    "data.operations.no_new_label", where=sample, label=label, hint=hint
                )
        if (single and len(labels) > 1) or (must and not labels):
            raise InvalidInput("data.operations.label_count", where=sample, count=len(labels))
