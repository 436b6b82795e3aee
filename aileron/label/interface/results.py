"""Results of Label Studio from annotations, and annotations from results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from aileron.core.errors import InvalidInput
from aileron.data.formats.problems import Fault
from aileron.data.operations.annotated import FITS
from aileron.label.annotation import Annotation
from aileron.label.interface.drawing import drawings, read_drawings
from aileron.label.interface.hearing import hearings, read_hearings
from aileron.label.interface.marking import marks, read_marks
from aileron.label.interface.ranging import ranges, read_ranges
from aileron.label.interface.saying import (
    attributes_said,
    labels_said,
    read_attributes,
    read_labels,
)
from aileron.label.spec import LabelSpec

MOST_RESULTS: Final = 5_000
"""Of one annotation; nobody draws so many, and all of them are compared."""
_MARKED: Final = ("entities", "sequence_labelling")
_BAD: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What reading JSON of another form than Label Studio's ends in."""


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
    elif spec.modality == "series":
        found = list(ranges(spec, annotation, prefix))
    elif spec.task == "event_detection":
        found = list(hearings(sample, annotation, prefix))
    else:
        found = list(labels_said(spec, annotation.labels))
    found += attributes_said(spec, spec.attributes_of("sample"), annotation.attributes)
    return found


def to_annotation(
    spec: LabelSpec,
    sample: Mapping[str, Any],
    result: Sequence[Mapping[str, Any]],
    *,
    fits: bool = True,
) -> Annotation:
    """What `result` says of `sample`, the JSON of a sample.

    Attributes of the sample that the spec does not ask for stay as they are.

    Args:
        fits: refuse what no dataset version takes, such as a box outside the picture.

    Raises:
        InvalidInput: it cannot be an annotation: something has no class, a label is missing,
            two marks overlap, it does not fit the sample, ...; names the sample and says what to
            do in the screen.
    """
    where = str(sample["sample_id"])
    if len(result) > MOST_RESULTS:
        raise InvalidInput(
            "label.interface.too_many", where=where, count=len(result), most=MOST_RESULTS
        )
    try:
        return _read(spec, sample, result, fits=fits)
    except InvalidInput as error:
        raise error.at(where) from None
    except Fault as error:
        problem: Any = error.reason.to_dict()
    except _BAD as error:
        problem = f"{type(error).__name__}: {str(error)[:200].partition(chr(10))[0]}"
    raise InvalidInput("label.interface.bad_result", where=where, problem=problem)


def _read(
    spec: LabelSpec, sample: Mapping[str, Any], result: Sequence[Mapping[str, Any]], *, fits: bool
) -> Annotation:
    said: dict[str, Any] = {}
    if spec.tool is not None:
        said["objects"] = read_drawings(spec, sample, result)
    elif spec.task in _MARKED:
        said |= read_marks(spec, sample, result)
    elif spec.modality == "series":
        said["segments"] = read_ranges(spec, result)
    elif spec.task == "event_detection":
        said["segments"] = read_hearings(spec, sample, result)
    else:
        said["labels"] = read_labels(spec, result)
    asked = spec.attributes_of("sample")
    names = {one.name for one in asked}
    kept = {k: v for k, v in (sample.get("attributes") or {}).items() if k not in names}
    attributes = {**kept, **read_attributes(spec, asked, result)}
    annotation = Annotation(**said, attributes=attributes)
    fit = FITS.get(spec.modality or "")
    if fits and fit is not None:
        fit.check(annotation, sample)
    return annotation
