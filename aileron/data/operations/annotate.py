"""Step `data.annotate`: samples get what people say of them, all of it; media stay untouched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from aileron.core.documents import suggestion
from aileron.core.errors import InvalidInput
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Context
from aileron.data.annotation import Annotation
from aileron.data.formats.problems import Fault
from aileron.data.images.card import ImageCard, KeyPointNames
from aileron.data.layout import SAMPLE_ID
from aileron.data.operations.annotated import FITS, fields_of, read_annotations
from aileron.data.operations.base import Opened, Operation, OperationConfig, Plan
from aileron.data.operations.edit import Edit
from aileron.data.operations.samples import SampleRows, classes_of, must_have_label, task_of


class AnnotateConfig(OperationConfig):
    """Which samples stay, and which classes are new."""

    keep: Literal["all", "annotated"] = Field(
        "all",
        title="Samples that stay",
        description="all of them, or only those that are annotated afterwards",
    )
    classes: tuple[str, ...] = Field(
        (), title="New classes", description="classes that annotations use and the dataset lacks"
    )
    may_be_empty: bool = Field(
        False,
        title="May be empty",
        description="a file without annotations leaves the dataset as it is; else it is refused",
    )
    points: Mapping[str, tuple[str, ...]] = Field(
        {}, title="Key points", description="new class -> the names of its key points"
    )


class AnnotateDataset(Operation[AnnotateConfig]):
    """Give samples the labels, objects, marks and attributes that a file of annotations holds."""

    name = "data.annotate"
    title: ClassVar[Mapping[str, str]] = {"en": "Annotate a dataset", "zh": "写入标注"}
    Config = AnnotateConfig
    modalities: ClassVar[tuple[str, ...]] = ("image", "text", "audio", "series")
    tasks: ClassVar[tuple[str, ...]] = (
        "classification", "detection", "instance_segmentation", "semantic_segmentation",
        "key_points", "matching", "sequence_labelling", "entities", "event_detection",
    )  # fmt: skip
    inputs: ClassVar[Mapping[str, Port]] = {
        "dataset": Port(ArtifactKind.DATASET),
        "annotations": Port(
            ArtifactKind.SOURCE,
            "a JSON Lines file: sample_id and all that is said of the sample",
        ),
    }

    def plan(
        self,
        context: Context,  # noqa: ARG002
        config: AnnotateConfig,
        opened: Opened,
        inputs: Mapping[str, Path],
    ) -> Plan:
        annotations = read_annotations(inputs["annotations"])
        new = [name for name in config.classes if name not in classes_of(opened.card)]
        idle = not annotations and not new and config.keep == "all"
        if idle and not config.may_be_empty:
            raise InvalidInput("data.operations.no_annotations", where=opened.card.name)
        known = getattr(opened.card, "points", {})
        points = {
            label: names
            for label, names in config.points.items()
            if label not in known or known[label].names != tuple(names)
        }
        card = _with_classes(opened.card, new, points)
        _check(opened, card, annotations)
        edit = Edit(opened.folder, annotations=annotations)
        if config.keep == "annotated":
            edit = Edit(opened.folder, keep=_kept(opened, annotations), annotations=annotations)
        notes = [f"{len(annotations):,} samples get annotations"]
        return Plan(card, [edit], notes, options={"annotations": len(annotations)})


def _with_classes(card: Any, new: Sequence[str], points: Mapping[str, Sequence[str]]) -> Any:
    """`card` with further classes, and the key points of these."""
    update: dict[str, Any] = {"classes": (*classes_of(card), *new)}
    for label in points:
        if not isinstance(card, ImageCard) or label in card.points or label not in new:
            raise InvalidInput("data.operations.annotated_points", where=card.name, label=label)
    if points:
        named = {name: KeyPointNames(names=tuple(names)) for name, names in points.items()}
        update["points"] = {**card.points, **named}
    return card.model_copy(update=update)


def _kept(opened: Opened, annotations: Mapping[str, Annotation]) -> Any:
    """Whether each sample is annotated afterwards."""
    import pyarrow as pa
    import pyarrow.compute as pc

    named = pa.array(annotations.keys(), pa.string())
    return pc.or_(opened.facts.annotated, pc.is_in(opened.facts.ids, value_set=named))


def _check(opened: Opened, card: Any, annotations: Mapping[str, Annotation]) -> None:
    """Refuse annotations of samples that are not there, and what does not fit them."""
    for sample, annotation in annotations.items():
        _check_said(sample, annotation, card)
    adapter = opened.modality
    if not isinstance(adapter, SampleRows) or not annotations:
        return
    fit = FITS.get(card.modality)
    found = set()
    for batch in adapter.batches(opened.folder, [SAMPLE_ID, *(fit.columns if fit else ())]):
        for row in batch.to_pylist():
            if row[SAMPLE_ID] not in annotations:
                continue
            found.add(row[SAMPLE_ID])
            try:
                if fit is not None:
                    fit.check(annotations[row[SAMPLE_ID]], row)
            except Fault as fault:
                problem = fault.reason.to_dict()
                raise InvalidInput(
                    "data.operations.annotation_misfit", where=row[SAMPLE_ID], problem=problem
                ) from None
    unknown = sorted(annotations.keys() - found)
    if unknown:
        raise InvalidInput(
            "data.operations.no_sample", where=card.name, sample=unknown[0], count=len(unknown)
        )


def _check_said(sample: str, annotation: Annotation, card: Any) -> None:
    """Refuse fields that the task does not have, unknown classes, and a wrong number of them."""
    fields = fields_of(card.modality, task_of(card))
    for field in type(annotation).model_fields:
        if field not in (*fields, "attributes") and getattr(annotation, field):
            task = task_of(card).replace("_", " ")
            raise InvalidInput(
                "data.operations.annotation_field", where=sample, field=field, task=task
            )
    for label in annotation.names:
        if label not in card.classes:
            hint = suggestion(label, card.classes)
            raise InvalidInput(
                "data.operations.no_annotation_class", where=sample, label=label, hint=hint
            )
    if must_have_label(card) and len(annotation.labels) != 1:
        count = len(annotation.labels)
        raise InvalidInput("data.operations.label_count", where=sample, count=count)
    for thing in annotation.objects:
        wanted = len(card.points[thing.label].names) if thing.label in card.points else 0
        if thing.points and len(thing.points) != wanted:
            raise InvalidInput(
                "data.operations.annotation_points", where=sample, label=thing.label,
                wanted=wanted, found=len(thing.points),
            )  # fmt: skip
