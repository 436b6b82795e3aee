"""What is chosen and typed: classes of the whole sample, and attributes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from aileron.core.errors import InvalidInput
from aileron.data.formats.records import Scalar
from aileron.label.interface.controls import NO, YES, attribute_control, labels_control
from aileron.label.sections import LabelAttribute
from aileron.label.spec import LabelSpec

Result = dict[str, Any]


def label_in(spec: LabelSpec, value: Mapping[str, Any]) -> str:
    """The class in a result's value: of ``rectanglelabels``, ``labels``, ...

    Raises:
        InvalidInput: there is none, or it is none of the spec's.
    """
    found = (names for key, names in value.items() if key.endswith("labels") and names)
    labels = next(found, None)
    if not labels:
        raise InvalidInput("label.interface.no_class")
    return known_label(spec, str(labels[0]))


def known_label(spec: LabelSpec, label: str) -> str:
    """`label`, if it is a class of the spec."""
    if label not in spec.class_names:
        known = ", ".join(spec.class_names)
        raise InvalidInput("label.interface.unknown_label", label=label, known=known)
    return label


def labels_said(spec: LabelSpec, labels: Sequence[str]) -> Iterator[Result]:
    """The result that chooses `labels`, if there are any."""
    if labels:
        control = labels_control(spec)
        yield control.result("labels", {control.key: list(labels)})


def read_labels(spec: LabelSpec, result: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The classes of the sample, in the order of the spec.

    Raises:
        InvalidInput: an unknown one, or not one where there must be one.
    """
    control = labels_control(spec)
    values = (item["value"] for item in result if item.get("from_name") == control.name)
    chosen = {known_label(spec, str(name)) for value in values for name in value[control.key]}
    if spec.single and not chosen:
        raise InvalidInput("label.interface.no_label")
    if spec.single and len(chosen) > 1:
        raise InvalidInput("label.interface.several_labels", count=len(chosen))
    return tuple(name for name in spec.class_names if name in chosen)


def attributes_said(
    spec: LabelSpec,
    attributes: Sequence[LabelAttribute],
    values: Mapping[str, Scalar],
    region: str | None = None,
    place: Mapping[str, Any] | None = None,
) -> Iterator[Result]:
    """The results that say `values`.

    Args:
        region: the id of what they are said of; None: of the sample.
        place: where that region is.
    """
    for attribute in attributes:
        if attribute.name not in values:
            continue
        control = attribute_control(spec, attribute)
        value = values[attribute.name]
        said: Any = value
        if attribute.kind == "boolean":
            said = [YES if value else NO]
        elif control.tag != "Number":
            said = [str(value)]
        yield control.result(region or control.name, {**(place or {}), control.key: said})


def read_attributes(
    spec: LabelSpec,
    attributes: Sequence[LabelAttribute],
    result: Iterable[Mapping[str, Any]],
) -> dict[str, Scalar]:
    """The values of `attributes` in `result`, which is of one region or of the sample."""
    by_control = {attribute_control(spec, one).name: one for one in attributes}
    found: dict[str, Scalar] = {}
    for item in result:
        attribute = by_control.get(str(item.get("from_name")))
        if attribute is None:
            continue
        said = item["value"].get(attribute_control(spec, attribute).key)
        value = _value(attribute, said)
        if value is not None:
            found[attribute.name] = value
    return {one.name: found[one.name] for one in attributes if one.name in found}


def _value(attribute: LabelAttribute, said: Any) -> Scalar | None:
    if attribute.kind == "number":
        if isinstance(said, bool) or not isinstance(said, (int, float)):
            return None
        return int(said) if float(said).is_integer() else float(said)
    texts = [said] if isinstance(said, str) else list(said or ())
    if not texts or not all(isinstance(text, str) for text in texts):
        return None
    text = "\n".join(texts)
    if attribute.kind == "boolean":
        return text == YES
    return text
