"""What a model proposes for a sample, as values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aileron.core.errors import AileronError
from aileron.label.annotation import Annotation
from aileron.label.interface.controls import LABELS
from aileron.label.interface.results import to_annotation
from aileron.label.interface.tasks import prediction
from aileron.label.spec import LabelSpec

Media = Callable[[str], bytes]
"""Id of a sample -> its picture or recording; several threads call it at once."""


@dataclass(frozen=True)
class Suggestion:
    """What a model proposes for one sample."""

    annotation: Annotation
    result: Sequence[Mapping[str, Any]]
    """The same in Label Studio's terms."""
    score: float | None
    """How sure the model is, as it says; most say 0 to 1."""
    model_version: str

    def prediction(self) -> dict[str, Any]:
        """The JSON with which a task of Label Studio is made."""
        said = {"model_version": self.model_version, "result": list(self.result)}
        return said if self.score is None else {**said, "score": self.score}

    def to_json(self) -> dict[str, Any]:
        """What is kept of it with the item, to be compared with what people say."""
        return {
            "annotation": self.annotation.model_dump(mode="json", exclude_defaults=True),
            "score": self.score,
            "model_version": self.model_version,
        }


@dataclass(frozen=True)
class Suggested:
    """What came of asking for many samples."""

    suggestions: tuple[Suggestion | None, ...]
    """In the order of the samples; None: there is none."""
    problem: AileronError | None = None
    """Why there is none for some of them: the first reason."""

    def to_json(self) -> dict[str, Any]:
        """What an event says of it."""
        found = [one for one in self.suggestions if one is not None]
        return {
            "suggested": len(found),
            "without": len(self.suggestions) - len(found),
            "model_versions": dict(Counter(one.model_version for one in found)),
            "problem": self.problem.to_dict() if self.problem else None,
        }


def suggestion_of(
    spec: LabelSpec,
    sample: Mapping[str, Any],
    annotation: Annotation,
    score: float | None,
    model_version: str,
) -> Suggestion | None:
    """The suggestion of `annotation`; None if nothing of it can be shown.

    Args:
        spec: complete.
        sample: the JSON of a sample.
    """
    said = prediction(spec, {**sample, **annotation.model_dump(mode="json")})
    if said is None:
        return None
    return Suggestion(annotation, said["result"], score, model_version)


def read_result(
    spec: LabelSpec, sample: Mapping[str, Any], result: Sequence[Mapping[str, Any]]
) -> Annotation | None:
    """What `result`, which a model made, says of `sample`; None if nothing.

    Classes that the spec has not are left out.

    Raises:
        InvalidInput: it does not fit the screen of the spec; names the sample.
    """
    known = [one for item in result if (one := _known(spec, item)) is not None]
    there = {item["id"] for item in known if "id" in item}
    known = [one for one in known if {one.get("from_id"), one.get("to_id")} <= {None, *there}]
    if not known:
        return None
    return to_annotation(spec, sample, known, fits=False)  # people see it, and can mend it


def _known(spec: LabelSpec, item: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """`item` without classes that the spec has not; None if nothing is left."""
    value = item.get("value")
    if not isinstance(value, Mapping):
        return item
    if item.get("from_name") == LABELS:
        names = [name for name in value.get("choices") or () if name in spec.class_names]
        return {**item, "value": {**value, "choices": names}} if names else None
    labels = next((v for k, v in value.items() if k.endswith("labels")), None)
    if not isinstance(labels, list) or "keypointlabels" in value:
        return item
    return item if labels and labels[0] in spec.class_names else None
