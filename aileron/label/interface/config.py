"""The labelling configuration of Label Studio: an XML of what is shown and of the controls.

People read display names; results hold the names of the dataset, by `alias`. A dollar sign
begins a variable of the task in Label Studio, so a wide one stands for it where people read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from aileron.core.errors import InvalidInput
from aileron.data.series.checking import TIME
from aileron.label.interface.controls import (
    AUDIO,
    DRAWN,
    HIDDEN,
    IMAGE,
    NO,
    PAIR,
    RANGES,
    SEGMENTS,
    SERIES,
    SPANS,
    VISIBILITY,
    YES,
    Control,
    attribute_control,
    labels_control,
    points_control,
    subject_of,
)
from aileron.label.spec import LabelAttribute, LabelClass, LabelSpec

COLOURS: Final = (
    "#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#bcbd22",
    "#17becf", "#393b79", "#637939", "#8c6d31", "#843c39", "#7b4173", "#3182bd", "#e6550d",
)  # fmt: skip
"""Of classes without one of their own, in turn."""
TIME_FORMAT: Final = "%Y-%m-%dT%H:%M:%S.%L%Z"
"""How dates of series are kept, in the words of D3."""
SHOWN_TIME: Final = "%Y-%m-%d %H:%M:%S"
SHOWN_LENGTH: Final = "%H:%M:%S"
_TRUTHS: Final = ("true", "false")
"""Words that the screen takes for truth values wherever they stand, but in `value`."""
_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Rows = Iterable[tuple[str, Mapping[str, str]]]


def labelling_config(spec: LabelSpec) -> str:
    """The XML of `spec`, which is complete.

    Raises:
        InvalidInput: a name has characters that XML cannot hold.
    """
    view = Element("View")
    if spec.modality == "image" and spec.tool is not None:
        _draw(view, spec)
        _show(view, spec)
    elif spec.task in ("entities", "sequence_labelling"):
        _mark(view, spec)
        _show(view, spec)
    elif spec.task == "event_detection":
        control = RANGES if spec.modality == "series" else SEGMENTS
        _control(view, control, "Label", map(_row, _coloured(spec)), {})
        _show(view, spec)
    else:
        _show(view, spec)
        several = spec.label_type == "multi"
        more = {"choice": "multiple"} if several else {"choice": "single", "required": "true"}
        _control(view, labels_control(spec), "Choice", map(_row, _coloured(spec)), more)
    if spec.tool == "points":
        _see(view, spec)
    for attribute in spec.attributes:
        _attribute(view, spec, attribute)
    content: bytes = tostring(view, "utf-8")
    text = content.decode()
    _check(spec)
    return text


def _show(view: Element, spec: LabelSpec) -> None:
    subject = subject_of(spec)
    shown = {"name": subject, "value": f"${subject}"}
    if subject == IMAGE:
        SubElement(view, "Image", {**shown, "zoom": "true", "zoomControl": "true"})
    elif subject == AUDIO:
        SubElement(view, "Audio", shown)
    elif subject == SERIES:
        _chart(view, spec)
    else:
        words = {"granularity": "word"} if spec.task == "sequence_labelling" else {}
        SubElement(view, "Text", {**shown, "saveTextResult": "no", **words})
    if spec.task == "matching":
        SubElement(view, "Text", {"name": PAIR, "value": f"${PAIR}", "saveTextResult": "no"})


def _chart(view: Element, spec: LabelSpec) -> None:
    """The chart of a series: the file as datasets keep it, and its channels among each other."""
    told = {"name": SERIES, "value": f"${SERIES}", "valueType": "url", "timeColumn": TIME}
    if spec.time == "date":
        dates = {"timeFormat": TIME_FORMAT, "timeDisplayFormat": SHOWN_TIME}
        told |= {**dates, "durationDisplayFormat": SHOWN_LENGTH}
    else:
        told |= {"timeDisplayFormat": "~g", "durationDisplayFormat": "~g"}
    chart = SubElement(view, "TimeSeries", {**told, "sep": ","})
    for place, name in enumerate(spec.channels):
        colour = COLOURS[place % len(COLOURS)]
        SubElement(
            chart,
            "Channel",
            {"column": name, "legend": _shown(name), "strokeColor": colour, "height": "100"},
        )


def _draw(view: Element, spec: LabelSpec) -> None:
    turned = {"canRotate": "true" if spec.tool == "rotated_box" else "false"}
    control = DRAWN[spec.tool or "box"]
    more = turned if control.tag == "RectangleLabels" else {}
    _control(view, control, "Label", map(_row, _coloured(spec)), more)
    if spec.tool != "points":
        return
    for one in _coloured(spec):
        if one.points:
            title = f"{_shown(one.shown)} · Ctrl + click"  # without Ctrl it chooses the box
            SubElement(view, "Header", {"value": title, "size": "5"})
            rows = [(name, {"background": one.colour or ""}) for name in one.points]
            control = points_control(spec, one.name)
            _control(view, control, "Label", rows, {"smart": "false"})


def _see(view: Element, spec: LabelSpec) -> None:
    """Whether a key point is hidden."""
    named = ",".join(points_control(spec, one.name).name for one in spec.classes if one.points)
    per = {"perRegion": "true", "choice": "multiple", "whenTagName": named}
    _control(view, VISIBILITY, "Choice", [(HIDDEN, {})], per)


def _mark(view: Element, spec: LabelSpec) -> None:
    if spec.relations:
        relations = SubElement(view, "Relations")
        for name in spec.relations:
            SubElement(relations, "Relation", {"value": name})
    _control(view, SPANS, "Label", map(_row, _coloured(spec)), {})


def _attribute(view: Element, spec: LabelSpec, attribute: LabelAttribute) -> None:
    control = attribute_control(spec, attribute)
    more = {"required": "true"} if attribute.required else {}
    box = view
    if attribute.of == "object":
        drawn = DRAWN[spec.tool or "box"].name
        box = SubElement(view, "View", {"visibleWhen": "region-selected", "whenTagName": drawn})
        more |= {"perRegion": "true", "whenTagName": drawn}
    SubElement(box, "Header", {"value": _shown(attribute.shown), "size": "5"})
    if attribute.kind == "text":
        more |= {"maxSubmissions": "1", "editable": "true"}
    rows: list[tuple[str, Mapping[str, str]]] = [(name, {}) for name in attribute.choices]
    if attribute.kind == "boolean":
        rows = [(YES, {"value": "✓"}), (NO, {"value": "✗"})]
    if control.tag == "Choices":
        more |= {"choice": "single", "showInline": "true"}
    _control(box, control, "Choice", rows, more)


def _control(
    view: Element, control: Control, tag: str, rows: Rows, more: Mapping[str, str]
) -> None:
    made = SubElement(view, control.tag, {"name": control.name, "toName": control.of, **more})
    for name, own in rows:
        said = {key: value for key, value in own.items() if value not in _TRUTHS}
        told = {"value": name} if name in _TRUTHS else {"alias": name}
        SubElement(made, tag, {"value": _shown(name), **said, **told})


def _coloured(spec: LabelSpec) -> list[LabelClass]:
    """The classes, each with a colour."""
    return [
        one.model_copy(update={"colour": one.colour or COLOURS[place % len(COLOURS)]})
        for place, one in enumerate(spec.classes)
    ]


def _row(one: LabelClass) -> tuple[str, dict[str, str]]:
    more = {"value": _shown(one.shown), "background": one.colour, "hotkey": one.shortcut}
    return one.name, {
        key: value for key, value in {**more, "hint": one.description}.items() if value
    }


def _shown(name: str) -> str:
    return name.replace("$", "＄")


def _check(spec: LabelSpec) -> None:
    """Refuse names that cannot be in XML."""
    for one in spec.classes:
        words = (one.name, one.shown, one.description or "", *one.points)
        names = (*words, *spec.relations, *(name for a in spec.attributes for name in a.choices))
        for word in (*names, *spec.channels, *(attribute.shown for attribute in spec.attributes)):
            if _NO_XML.search(word):
                raise InvalidInput("label.interface.bad_character", name=repr(word)[:80])
