"""Tasks of Label Studio: what is shown of a sample, and the labels that it has already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aileron.label.annotation import annotation_of
from aileron.label.interface.controls import AUDIO, IMAGE, PAIR, SERIES, TEXT, subject_of
from aileron.label.interface.drawing import EXISTING
from aileron.label.interface.marking import text_of
from aileron.label.interface.results import results_of
from aileron.label.spec import LabelSpec

MODEL_VERSION: Final = "dataset"
"""What made the suggestions that are the labels of the dataset itself."""
_MOST: Final = 100.0


def task_data(spec: LabelSpec, sample: Mapping[str, Any], media_url: str | None) -> dict[str, Any]:
    """The `data` of the task of `sample`, the JSON of a sample.

    Args:
        media_url: where the picture, the recording or the series is; None for texts.
    """
    data: dict[str, Any] = {"sample_id": sample["sample_id"]}
    subject = subject_of(spec)
    if subject in (IMAGE, AUDIO, SERIES):
        return {**data, subject: media_url}
    data[TEXT] = text_of(spec, sample)
    if spec.task == "matching":
        data[PAIR] = sample.get("pair") or ""
    return data


def prediction(spec: LabelSpec, sample: Mapping[str, Any]) -> dict[str, Any] | None:
    """The labels that `sample` has, as what people begin with; None if it has none.

    What the tool of the spec cannot draw is left out.
    """
    found = results_of(spec, sample, annotation_of(sample), EXISTING)
    result = [_fitted(one) for one in found if _is_inside(one.get("value", {}))]
    there = {one["id"] for one in result if "id" in one}
    result = [one for one in result if {one.get("from_id"), one.get("to_id")} <= {None, *there}]
    return {"model_version": MODEL_VERSION, "result": result} if result else None


def _is_inside(value: Mapping[str, Any]) -> bool:
    """Whether a drawing begins where the server takes it: not right of or below the picture."""
    return bool(value.get("x", 0) <= _MOST and value.get("y", 0) <= _MOST)


def _fitted(result: dict[str, Any]) -> dict[str, Any]:
    """`result` without what reaches over the right or lower side, which the server refuses."""
    value = dict(result.get("value", {}))
    for side in value.keys() & {"width", "height"}:
        value[side] = min(value[side], _MOST)
    if "points" in value:
        value["points"] = [[min(place, _MOST) for place in pair] for pair in value["points"]]
    return {**result, "value": value} if value else result
