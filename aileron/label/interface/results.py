"""Results of Label Studio from annotations, and annotations from results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from aileron.core.errors import InvalidInput
from aileron.data.formats.problems import Fault
from aileron.label.annotation import Annotation
from aileron.label.interface.drawing import drawings, read_drawings
from aileron.label.interface.marking import marks, read_marks
from aileron.label.interface.saying import (
    attributes_said,
    labels_said,
    read_attributes,
    read_labels,
)
from aileron.label.spec import LabelSpec

_MARKED: Final = ("entities", "sequence_labelling")


def to_result(
    spec: LabelSpec, sample: Mapping[str, Any], annotation: Annotation
) -> list[dict[str, Any]]:
    """The `result` of an annotation that says what `annotation` says of `sample`.

    Args:
        spec: complete.
        sample: the JSON of a sample, which `annotation` fits.
    """
    return results_of(spec, sample, annotation, "object")


def results_of(
    spec: LabelSpec, sample: Mapping[str, Any], annotation: Annotation, prefix: str
) -> list[dict[str, Any]]:
    """As `to_result`; the ids of regions begin with `prefix`."""
    if spec.tool is not None:
        found = list(drawings(spec, sample, annotation, prefix))
    elif spec.task in _MARKED:
        found = list(marks(spec, sample, annotation))
    else:
        found = list(labels_said(spec, annotation.labels))
    found += attributes_said(spec, spec.attributes_of("sample"), annotation.attributes)
    return found


def to_annotation(
    spec: LabelSpec, sample: Mapping[str, Any], result: Sequence[Mapping[str, Any]]
) -> Annotation:
    """What `result` says of `sample`, the JSON of a sample.

    Attributes of the sample that the spec does not ask for stay as they are.

    Raises:
        InvalidInput: it cannot be an annotation: something has no class, a label is missing,
            two marks overlap, ...; names the sample and says what to do in the screen.
    """
    try:
        return _read(spec, sample, result)
    except InvalidInput as error:
        raise error.at(str(sample["sample_id"])) from None
    except Fault as error:
        problem: Any = error.reason.to_dict()
    except (KeyError, TypeError, ValueError) as error:
        problem = f"{type(error).__name__}: {str(error).splitlines()[0][:200]}"
    raise InvalidInput(
        "label.interface.bad_result", where=str(sample["sample_id"]), problem=problem
    )


def _read(
    spec: LabelSpec, sample: Mapping[str, Any], result: Sequence[Mapping[str, Any]]
) -> Annotation:
    said: dict[str, Any] = {}
    if spec.tool is not None:
        said["objects"] = read_drawings(spec, sample, result)
    elif spec.task in _MARKED:
        said |= read_marks(spec, sample, result)
    else:
        said["labels"] = read_labels(spec, result)
    asked = spec.attributes_of("sample")
    names = {one.name for one in asked}
    kept = {k: v for k, v in (sample.get("attributes") or {}).items() if k not in names}
    attributes = {**kept, **read_attributes(spec, asked, result)}
    return Annotation(**said, attributes=attributes)
