"""CVAT's XML in the making: the head with its labels, and one element for each picture.

Of one task; or of a project with a task for each part, where there are parts.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from aileron.data.formats.images.rasters import cut_mask, runs_of
from aileron.data.formats.images.shapes import (
    CROWD,
    Shape,
    shapes_of,
)
from aileron.data.formats.records import (
    Attributes,
    ImageSample,
    KeyPoint,
    Label,
    Scalar,
)
from aileron.data.layout import Part

NO_PART: Final = "default"
Kind = str
"""Of an attribute: text, number or checkbox; select and radio are read as text."""


@dataclass
class Survey:
    """What the head of the file says of all that follows."""

    labels: Mapping[str, Label]
    kinds: dict[str, dict[str, Kind]] = field(default_factory=lambda: defaultdict(dict))
    points: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    parts: set[Part | None] = field(default_factory=set)
    count: int = 0

    def look(self, sample: ImageSample) -> None:
        """Note the attributes, key points and part of a picture."""
        self.count += 1
        self.parts.add(sample.split)
        for thing in sample.objects:
            self.points[thing.label] = max(self.points[thing.label], len(thing.points))
            for name, value in _all(thing.attributes, crowd=thing.crowd).items():
                kind = _kind(value)
                known = self.kinds[thing.label].setdefault(name, kind)
                if known != kind:
                    self.kinds[thing.label][name] = "text"

    def point_names(self, label: str) -> tuple[str, ...]:
        """The names of a class's key points, which are numbers if they have none."""
        count = self.points[label]
        return self.labels[label].point_names or tuple(map(str, range(1, count + 1)))

    def subset(self, part: Part | None) -> str | None:
        """What is said of a picture's part; nothing, if no picture has one."""
        return (part or NO_PART) if self.parts - {None} else None


def _all(attributes: Attributes, *, crowd: bool) -> dict[str, Scalar]:
    return {**attributes, CROWD: True} if crowd else dict(attributes)


def _kind(value: Scalar) -> Kind:
    if isinstance(value, bool):
        return "checkbox"
    return "number" if isinstance(value, (int, float)) else "text"


def head_of(name: str, survey: Survey) -> Element:
    """The head of the file: of a task, or of a project where there are parts."""
    meta = Element("meta")
    parts = sorted({survey.subset(part) or "" for part in survey.parts} - {""})
    job = SubElement(meta, "project" if parts else "task")
    SubElement(job, "name").text = name
    if parts:
        tasks = SubElement(job, "tasks")
        for part in parts:
            task = SubElement(tasks, "task")
            SubElement(task, "name").text = part
            SubElement(task, "subset").text = part
    else:
        SubElement(job, "size").text = str(survey.count)
        SubElement(job, "mode").text = "annotation"
    labels = SubElement(job, "labels")
    for label in survey.labels.values():
        _add_label(labels, label, survey)
    return meta


def _add_label(labels: Element, label: Label, survey: Survey) -> None:
    made = SubElement(labels, "label")
    names = survey.point_names(label.name)
    SubElement(made, "name").text = label.name
    SubElement(made, "type").text = "skeleton" if names else "any"
    attributes = SubElement(made, "attributes")
    for name, kind in survey.kinds[label.name].items():
        attribute = SubElement(attributes, "attribute")
        said = {"name": name, "mutable": "False", "input_type": kind}
        for key, text in (said | {"default_value": "", "values": ""}).items():
            SubElement(attribute, key).text = text
    if names:
        SubElement(made, "svg").text = _drawing(names, label.skeleton)
    for name in names:
        point = SubElement(labels, "label")
        for key, text in (("name", name), ("type", "points"), ("attributes", "")):
            SubElement(point, key).text = text
        SubElement(point, "parent").text = label.name


def _drawing(names: Sequence[str], skeleton: Iterable[tuple[int, int]]) -> str:
    """The picture by which CVAT shows and knows a skeleton: its nodes on a circle."""
    turn = 2 * math.pi / len(names)
    spots = [
        (50 + 40 * math.cos(i * turn), 50 + 40 * math.sin(i * turn)) for i in range(len(names))
    ]
    drawing = Element("svg")
    inside = (pair for pair in skeleton if min(pair) >= 0 and max(pair) < len(names))
    for a, b in inside:
        (x1, y1), (x2, y2) = spots[a], spots[b]
        line = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
        made = SubElement(drawing, "line", {key: _text(value) for key, value in line.items()})
        made.attrib |= {"stroke": "black", "data-type": "edge", "stroke-width": "0.5"}
        made.attrib |= {"data-node-from": str(a + 1), "data-node-to": str(b + 1)}
    for number, (name, (x, y)) in enumerate(zip(names, spots, strict=True), 1):
        made = SubElement(drawing, "circle", {"r": "1.5", "cx": _text(x), "cy": _text(y)})
        made.attrib |= {"data-type": "element node", "data-element-id": str(number)}
        made.attrib |= {"data-node-id": str(number), "data-label-name": name}
    return "".join(tostring(part, "unicode", short_empty_elements=False) for part in drawing)


def element_of(number: int, sample: ImageSample, survey: Survey) -> Element:
    """A picture and all that is said of it."""
    image = Element("image", {"id": str(number), "name": sample.sample_id})
    subset = survey.subset(sample.split)
    if subset is not None:
        image.set("subset", subset)
    image.attrib |= {"width": str(sample.width), "height": str(sample.height)}
    for label in sample.labels:
        SubElement(image, "tag", {"label": label, "source": "manual"})
    for group, thing in enumerate(sample.objects, 1):
        for shape in shapes_of(thing, sample.width, sample.height, group):
            _add_shape(image, shape, sample, survey)
    return image


def _add_shape(image: Element, shape: Shape, sample: ImageSample, survey: Survey) -> None:
    tag, said = _drawn(shape, sample)
    made = SubElement(image, tag, {"label": shape.label, "source": "manual", "occluded": "0"})
    made.attrib |= said | {"z_order": "0"}
    if shape.group is not None:
        made.set("group_id", str(shape.group))
    for name, point in zip(survey.point_names(shape.label), shape.points, strict=False):
        _add_point(made, name, point)
    for name, value in _all(shape.attributes, crowd=shape.crowd).items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        SubElement(made, "attribute", {"name": name}).text = text


def _drawn(shape: Shape, sample: ImageSample) -> tuple[str, dict[str, str]]:
    """Element and its own fields."""
    if shape.box is not None:
        x, y, width, height = shape.box
        sides = {"xtl": x, "ytl": y, "xbr": x + width, "ybr": y + height}
        return "box", {key: _text(value) for key, value in sides.items()}
    if shape.polygon is not None:
        pairs = zip(shape.polygon[0::2], shape.polygon[1::2], strict=True)
        return "polygon", {"points": ";".join(f"{_text(x)},{_text(y)}" for x, y in pairs)}
    if shape.mask is None:
        return "skeleton", {}
    pixels, left, top = cut_mask(shape.mask, sample.width, sample.height)
    height, width = pixels.shape
    sides = {"left": left, "top": top, "width": width, "height": height}
    runs = ", ".join(map(str, runs_of(pixels)))
    return "mask", {"rle": runs, **{key: str(value) for key, value in sides.items()}}


def _add_point(skeleton: Element, name: str, point: KeyPoint) -> None:
    said = {
        "label": name,
        "source": "manual",
        "outside": str(int(point.visibility == 0)),
        "occluded": str(int(point.visibility == 1)),
        "points": f"{_text(point.x)},{_text(point.y)}",
    }
    SubElement(skeleton, "points", said)


def _text(value: float) -> str:
    return f"{value:.10g}"
