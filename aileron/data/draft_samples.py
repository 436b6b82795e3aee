"""Whether a sample that somebody adds by itself is one of those that its dataset takes.

The rules are those of the import, which reads it later: what is taken here is taken there.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from aileron.core.errors import Conflict, InvalidInput
from aileron.core.phrase import Phrase
from aileron.data.definition import AnyDefinition
from aileron.data.definition_head import MODE
from aileron.data.images.spec import ImageDefinition
from aileron.data.limits import ImageLimits, LimitsSpec, TextsLimits, laid_over
from aileron.data.sources.drafts import AddedSample, Label
from aileron.data.sources.spec import REMOTE
from aileron.data.texts.spec import TextDefinition

CONTENT: Final = "content"
LABELS: Final = "labels"
PAIRED_BY: Final = "\t"
TEXT_TASKS: Final = ("classification", "matching")
PICTURE_TASKS: Final = ("classification", "detection")
FORMATS: Final = {"image": "bml_json", "text": "text_jsonl"}
"""What an import reads samples as that were added one at a time."""


class QuotaExceeded(InvalidInput):
    """There is no room left for what is sent."""

    http_status = 507


@dataclass(frozen=True)
class GivenLabel:
    """A label of a sample; with a box, of a thing in a picture."""

    name: str
    left: float | None = None
    top: float | None = None
    width: float | None = None
    height: float | None = None

    @property
    def box(self) -> tuple[float, float, float, float] | None:
        """None if a side is not said."""
        sides = (self.left, self.top, self.width, self.height)
        left, top, width, height = sides
        if left is None or top is None or width is None or height is None:
            return None
        return left, top, width, height


@dataclass(frozen=True)
class Rules:
    """What a dataset takes."""

    definition: ImageDefinition | TextDefinition
    limits: ImageLimits | TextsLimits

    @classmethod
    def of(cls, definition: AnyDefinition, workspace: LimitsSpec) -> Rules:
        """The rules of a dataset that takes samples one at a time.

        Raises:
            Conflict: it does not.
        """
        if isinstance(definition, ImageDefinition | TextDefinition) and takes_samples(definition):
            limits = laid_over(workspace, definition.limits)
            return cls(definition, type(definition.limits).model_validate(limits))
        raise Conflict("data.sources.no_single_samples", name=definition.name)

    def check_count(self, samples: int) -> None:
        """Raise if one more than `samples` is too many.

        Raises:
            QuotaExceeded: it is.
        """
        most = self.limits.dataset.max_samples
        if most is not None and samples >= most:
            raise QuotaExceeded("data.sources.samples_full", most=most)

    def sample(self, content: str, labels: Iterable[GivenLabel]) -> AddedSample:
        """The sample of `content`, a picture in Base64 or a text, of a pair joined by a tab.

        Raises:
            InvalidInput: it cannot be used; names the field.
        """
        given = tuple(labels)
        if isinstance(self.limits, ImageLimits):
            return self._picture(content, given, self.limits)
        return self._text(content, given, self.limits)

    def joined(self, old: Iterable[Label], sample: AddedSample) -> AddedSample:
        """The sample with what was said of it before, too.

        Raises:
            InvalidInput: it has another label, and there may be one.
        """
        labels = list(old)
        labels += [label for label in sample.labels if label not in labels]
        if not self._several and len(labels) > 1:
            raise InvalidInput("data.sources.one_label", field=LABELS, label=labels[0]["name"])
        return replace(sample, labels=tuple(labels))

    @property
    def _several(self) -> bool:
        return self.definition.label_type == "multi" or self.definition.task == "detection"

    def _picture(
        self, content: str, labels: tuple[GivenLabel, ...], limits: ImageLimits
    ) -> AddedSample:
        from aileron.data.images.checking import check
        from aileron.data.images.limits import limit_problem

        picture = _decoded(content)
        facts = check(picture)
        if isinstance(facts, Phrase):
            raise _refused(facts)
        problem = limit_problem(facts, len(labels), limits.pictures)
        if problem is not None:
            raise _refused(problem)
        boxes = self.definition.task == "detection"
        said = tuple(self._label(one, facts.width, facts.height, boxed=boxes) for one in labels)
        suffix = f".{facts.format.lower()}"
        return self.joined((), AddedSample(said, picture, suffix))

    def _text(
        self, content: str, labels: tuple[GivenLabel, ...], limits: TextsLimits
    ) -> AddedSample:
        text, pair = content, None
        if self.definition.task == "matching":
            text, tab, pair = content.partition(PAIRED_BY)
            if not (tab and text.strip() and pair.strip()):
                raise InvalidInput("data.sources.no_pair", field=CONTENT)
        most, length = limits.texts.max_characters, len(content)
        if not text.strip():
            raise InvalidInput("data.sources.no_text", field=CONTENT)
        if most is not None and length > most and limits.texts.on_longer == "refuse":
            raise InvalidInput(
                "data.sources.text_too_long", field=CONTENT, length=length, most=most
            )
        said = tuple(self._label(one, 0, 0, boxed=False) for one in labels)
        return self.joined((), AddedSample(said, text=text, pair=pair))

    def _label(self, label: GivenLabel, width: int, height: int, *, boxed: bool) -> Label:
        from aileron.data.formats.images.geometry import check_box
        from aileron.data.formats.problems import Fault
        from aileron.data.formats.records import Box

        known = self.definition.classes
        if known is not None and label.name not in known:
            names = ", ".join(known)
            raise InvalidInput(
                "data.sources.label_unknown", field=LABELS, label=label.name, known=names
            )
        if (label.box is not None) != boxed:
            name = "box_missing" if boxed else "box_not_wanted"
            raise InvalidInput(f"data.sources.{name}", field=LABELS, label=label.name)
        if label.box is None:
            return {"name": label.name}
        left, top, wide, high = label.box
        try:
            check_box(Box(left, top, wide, high), width, height)
        except Fault as fault:
            reason = fault.reason.to_dict()
            raise InvalidInput(
                "data.sources.sample_refused", field=LABELS, problem=reason
            ) from None
        return {"name": label.name, **_corners(left, top, wide, high)}


def takes_samples(definition: AnyDefinition) -> bool:
    """Whether samples can be added to the dataset one at a time."""
    if isinstance(definition, ImageDefinition):
        return definition.task in PICTURE_TASKS
    return (
        isinstance(definition, TextDefinition)
        and definition.task in TEXT_TASKS
        and not definition.options
    )


def import_values(definition: AnyDefinition, folder: str, *, joins: bool) -> dict[str, Any]:
    """What is laid over a definition so that its import reads the samples of that folder.

    Args:
        joins: the samples join the version that there is.
    """
    values: dict[str, Any] = {MODE: "append", "import.same_ids": "replace"} if joins else {}
    if definition.source.draft == folder:
        return values
    places = (*definition.source.places, *REMOTE)
    values |= {f"source.{place}": None for place in places}
    return {**values, "source.draft": folder, "format": FORMATS[definition.modality]}


def _corners(left: float, top: float, width: float, height: float) -> Mapping[str, Any]:
    return {"x1": left, "y1": top, "x2": left + width, "y2": top + height}


def _refused(reason: Phrase) -> InvalidInput:
    return InvalidInput("data.sources.sample_refused", field=CONTENT, problem=reason.to_dict())


def _decoded(content: str) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInput("data.sources.not_base64", field=CONTENT) from None
