"""``datasets/NAME/labels.yaml``: what people are to say of a dataset's samples, and who says it.

Whatever is left out comes of the dataset itself or has a default; `complete` fills it in.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field, model_validator

from aileron.core.documents import check, read_document, suggestion
from aileron.core.errors import InvalidInput
from aileron.core.settings import Settings
from aileron.data.card import AnyCard, Card
from aileron.data.definition import DATASETS_FOLDER
from aileron.data.formats.records import Modality, Task
from aileron.data.images.card import ImageCard, KeyPointNames
from aileron.data.labels import LabelType
from aileron.data.series.card import SeriesCard, TimeKind
from aileron.label.sections import (
    Annotator,
    Audit,
    Class,
    Label,
    LabelAttribute,
    LabelClass,
    Person,
    Section,
    Suggestions,
    Word,
    check_apart,
)

__all__ = [
    "LABELS_FILE",
    "Audit",
    "LabelAttribute",
    "LabelClass",
    "LabelSpec",
    "Person",
    "complete",
    "labels_file",
    "load_spec",
]
LABELS_FILE: Final = "labels.yaml"
Tool = Literal["box", "rotated_box", "polygon", "mask", "points"]
TOOLS: Final[Mapping[Modality, Mapping[Task, tuple[Tool, ...]]]] = {
    "image": {
        "classification": (),
        "detection": ("box",),
        "instance_segmentation": ("polygon", "rotated_box", "mask"),
        "semantic_segmentation": ("mask",),
        "key_points": ("points",),
    },
    "text": dict.fromkeys(("classification", "matching", "entities", "sequence_labelling"), ()),
    "audio": {"classification": (), "event_detection": ()},
    "series": {"event_detection": ()},
}
"""What people can annotate, and with which tools; the first is the default."""


class LabelSpec(Section):
    """``labels.yaml``."""

    api_version: Literal["aileron/v1"] = Field("aileron/v1", alias="apiVersion")
    kind: Literal["Labels"] = "Labels"
    task: Task | None = Field(None, description="what is annotated; default: the dataset's task")
    modality: Modality | None = Field(
        None, description="what the samples are; default: what the dataset holds"
    )
    tool: Tool | None = Field(
        None, description="what pictures are drawn on with; default: as the task has it"
    )
    label_type: LabelType | None = Field(
        None, description="single: one label per sample; multi: any number; default: the dataset's"
    )
    classes: tuple[Class, ...] = Field(
        (), description="names, or more of them, new ones too; default: those of the dataset"
    )
    channels: tuple[Label, ...] = Field(
        (), description="of time series: the channels that are shown; default: all of them"
    )
    time: TimeKind | None = Field(
        None, description="of time series: what their time is; default: as the dataset has it"
    )
    relations: tuple[Label, ...] = Field((), description="of entities: what may hold between two")
    attributes: tuple[LabelAttribute, ...] = Field((), description="what else is said")
    instructions: str = Field("", description="what annotators read first")
    package_size: int = Field(25, ge=1, le=1000, description="samples of one package")
    overlap: int = Field(1, ge=1, le=5, description="people who annotate each sample")
    consensus: Literal["majority", "adjudicator"] = Field(
        "majority", description="of several people's: what most say, else what somebody picks"
    )
    audit: Audit = Field(Audit(share=0.2), description="what reviewers look at")
    assignment: Literal["by_hand", "round_robin", "by_skill"] = Field(
        "by_hand", description="who gets which package: said by hand, in turn, or by skills"
    )
    annotators: tuple[Annotator, ...] = Field((), description="names, or names with skills")
    skills: tuple[Word, ...] = Field((), description="for by_skill: what annotators must be able")
    reviewers: tuple[str, ...] = Field((), description="who looks at submitted packages")
    hours: float | None = Field(72, gt=0, description="until the deadline; null: there is none")
    existing: Literal["ignore", "suggestion", "truth"] = Field(
        "suggestion",
        description="labels that samples have: ignore; suggestion: people begin with them; "
        "truth: those samples are left out",
    )
    samples: Literal["waiting", "all"] = Field(
        "waiting", description="waiting: what nobody has annotated yet"
    )
    publish_every: int | None = Field(
        None,
        ge=1,
        description="so many new approved samples become the dataset's next version by themselves; "
        "lifecycles that wait for the dataset learn of it; default: somebody publishes",
    )
    suggestions: Suggestions | None = Field(None, description="labels that a model proposes")

    @model_validator(mode="after")
    def _all_apart(self) -> LabelSpec:
        check_apart("classes", [one.name for one in self.classes])
        check_apart("classes", [one.shown for one in self.classes])
        check_apart("shortcut", [one.shortcut for one in self.classes if one.shortcut])
        check_apart("channels", self.channels)
        check_apart("relations", self.relations)
        check_apart("attributes", [one.name for one in self.attributes])
        check_apart("annotators", [one.name for one in self.annotators])
        check_apart("reviewers", self.reviewers)
        return self

    @model_validator(mode="after")
    def _people(self) -> LabelSpec:
        if self.assignment != "by_hand" and len(self.annotators) < self.overlap:
            raise ValueError(
                f"`assignment: {self.assignment}` with overlap {self.overlap} needs at least "
                f"{self.overlap} `annotators`"
            )
        if (self.assignment == "by_skill") != bool(self.skills):
            raise ValueError("`skills` belongs to `assignment: by_skill`, which needs some")
        return self

    @property
    def class_names(self) -> tuple[str, ...]:
        """What can be chosen, as the dataset has it."""
        return tuple(one.name for one in self.classes)

    @property
    def single(self) -> bool:
        """Whether a sample has exactly one label."""
        return self.task in ("classification", "matching") and self.label_type == "single"

    @property
    def only_waiting(self) -> bool:
        """Whether samples that somebody has annotated already are left out."""
        return self.samples == "waiting" or self.existing == "truth"

    def attributes_of(self, of: Literal["object", "sample"]) -> tuple[LabelAttribute, ...]:
        """What else is said of each object, or of the sample."""
        return tuple(one for one in self.attributes if one.of == of)

    def to_json(self) -> dict[str, Any]:
        """The JSON that a campaign keeps; `LabelSpec.model_validate` reads it."""
        return self.model_dump(mode="json", by_alias=True)


def load_spec(settings: Settings, dataset: str) -> LabelSpec:
    """Read ``labels.yaml`` of `dataset`; without the file there are the defaults.

    Raises:
        InvalidInput: the first thing wrong with it, with file, line and field.
    """
    path = labels_file(settings.workspace, dataset)
    if not path.is_file():
        return LabelSpec()
    document = read_document(path)
    for field in ("apiVersion", "kind"):
        if field not in document.values:
            raise InvalidInput("core.missing_field", where=document.where(), field=field)
    return check(LabelSpec, document)


def labels_file(workspace: Path, dataset: str) -> Path:
    """Where the label spec of `dataset` lies, whether it is there or not."""
    return workspace / DATASETS_FOLDER / dataset / LABELS_FILE


def complete(spec: LabelSpec, card: AnyCard) -> LabelSpec:
    """`spec` with what it leaves out, as the dataset of `card` has it.

    Raises:
        InvalidInput: it does not fit the dataset, or there is no screen for its task.
    """
    where = f"{card.name}/{LABELS_FILE}"
    if isinstance(card, Card) or card.task not in TOOLS[card.modality]:
        raise InvalidInput(
            "label.spec_no_screen", where=where, modality=card.modality,
            task=card.task.replace("_", " "),
        )  # fmt: skip
    facts = {
        "modality": card.modality,
        "task": card.task,
        "label_type": card.label_type,
        "time": card.time if isinstance(card, SeriesCard) else None,
    }
    for field, value in facts.items():
        if getattr(spec, field) not in (None, value):
            found = str(getattr(spec, field))
            raise InvalidInput(
                "label.spec_other", where=where, field=field, found=found, value=str(value)
            )
    task: Task = card.task
    tools = TOOLS[card.modality][task]
    if spec.tool is not None and spec.tool not in tools:
        raise InvalidInput(
            "label.spec_tool", where=where, tool=spec.tool, task=task.replace("_", " "),
            tools=", ".join(tools) or "-",
        )  # fmt: skip
    full = spec.model_copy(
        update={
            **facts,
            "tool": spec.tool or next(iter(tools), None),
            "classes": _classes(spec, card),
            "channels": spec.channels or getattr(card, "channels", ()),
        }
    )
    _check_fit(full, card, where)
    return full


def _classes(spec: LabelSpec, card: AnyCard) -> tuple[LabelClass, ...]:
    given = spec.classes or tuple(LabelClass(name=name) for name in card.classes or ())
    if not isinstance(card, ImageCard) or card.task != "key_points":
        return given
    none = KeyPointNames(names=())
    known = ((one, card.points.get(one.name, none)) for one in given)
    return tuple(
        one
        if one.points or not points.names
        else one.model_copy(update={"points": points.names, "skeleton": points.skeleton})
        for one, points in known
    )


def _check_fit(spec: LabelSpec, card: AnyCard, where: str) -> None:
    if len(spec.classes) < (2 if spec.single else 1):
        raise InvalidInput("label.spec_few_classes", where=where, count=len(spec.classes))
    counts = getattr(card, "class_counts", {})
    lost = [name for name in counts if counts[name] and name not in spec.class_names]
    if lost and spec.existing == "suggestion":
        raise InvalidInput("label.spec_class_left_out", where=where, label=lost[0])
    for name in spec.channels:
        known = card.channels if isinstance(card, SeriesCard) else ()
        if name not in known:
            hint = suggestion(name, known)
            raise InvalidInput("label.spec_channel", where=where, name=name, hint=hint)
    if spec.relations and spec.task != "entities":
        raise InvalidInput("label.spec_relations", where=where)
    if spec.attributes_of("object") and spec.tool is None:
        name = spec.attributes_of("object")[0].name
        raise InvalidInput("label.spec_object_attribute", where=where, name=name)
    if spec.task == "key_points" and not any(one.points for one in spec.classes):
        raise InvalidInput("label.spec_no_points", where=where)
    if isinstance(card, ImageCard):
        for one in spec.classes:
            before = card.points.get(one.name)
            if before is not None and before.names != one.points:
                raise InvalidInput("label.spec_other_points", where=where, label=one.name)
