"""CVAT for images, version 1.1: one XML with labels, pictures and what is drawn on them.

Coordinates are pixels from the upper left. The run lengths of a mask go along the rows of its box
and begin with the empty ones. Shapes of one group and class are one object, as CVAT's other
exports join them; the attribute `is_crowd` marks a crowd. Turned boxes and ellipses become
polygons. Tracks (CVAT for video) are not read.
"""

from __future__ import annotations

import math
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final, cast
from xml.etree.ElementTree import Element, SubElement, tostring

from aileron.core.errors import InvalidInput
from aileron.data.formats.documents import XmlElement, parse_xml
from aileron.data.formats.images.cvat_writing import (
    Kind,
    Survey,
    element_of,
    head_of,
)
from aileron.data.formats.images.pictures import Pictures
from aileron.data.formats.images.rasters import pixels_of, put_mask
from aileron.data.formats.images.shapes import (
    CROWD,
    Shape,
    objects_of,
    polygon_of_box,
    polygon_of_ellipse,
    task_of,
)
from aileron.data.formats.intake import Intake
from aileron.data.formats.parts import part_in
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import (
    Box,
    ImageSample,
    KeyPoint,
    Label,
    Polygon,
    Scalar,
    Task,
)
from aileron.data.formats.traits import KEPT, TRAITS, Keep, Trait, lossy, refused
from aileron.data.trees.paths import clean

FILE: Final = "annotations.xml"
IMAGES: Final = "images"
_KINDS: Final = {
    "box": "box",
    "polygon": "outline",
    "ellipse": "outline",
    "mask": "outline",
    "points": "points",
    "skeleton": "points",
    "tag": "label",
}
_EDGE: Final = re.compile(r"""data-node-from=["'](\d+)["'][^>]*data-node-to=["'](\d+)["']""")


class Cvat(Format[ImageSample]):
    """The XML of the Computer Vision Annotation Tool."""

    name = "cvat"
    title: ClassVar[Mapping[str, str]] = {"en": "CVAT for images", "zh": "CVAT（图像）"}
    modality = "image"
    tasks: ClassVar[tuple[Task, ...]] = (
        "detection",
        "instance_segmentation",
        "semantic_segmentation",
        "key_points",
        "classification",
    )
    keeps: ClassVar[Mapping[Trait, Keep]] = {
        **dict.fromkeys(TRAITS["image"], KEPT),
        Trait.ATTRIBUTES: refused(),
        Trait.OBJECT_ATTRIBUTES: lossy("mixed_kinds"),
        Trait.UNANNOTATED: lossy("like_empty"),
    }
    layout = "annotations.xml\nimages/{sample_id}"
    source = "https://docs.cvat.ai/docs/other/xml_format"

    def recognises(self, tree: Tree) -> bool:
        paths = [path for path in tree.paths() if path.endswith(".xml")]
        first = min(paths, key=lambda path: (path.count("/"), path), default=None)
        return first is not None and _is_cvat(tree.head(first))

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[ImageSample]:
        paths = [path for path in tree.paths() if path.endswith(".xml")]
        documents = [
            _Document(path, parse_xml(tree, path)) for path in paths if _is_cvat(tree.head(path))
        ]
        if not documents:
            raise InvalidInput("data.formats.no_annotations", where=tree.name, layout=self.layout)
        labels = {label.name: label for document in documents for label in document.labels}
        kinds = {_KINDS.get(e.tag, "") for d in documents for image in d.images for e in image}
        listed = tuple(labels.values())
        samples = _samples(tree, documents, problems)
        return Reading(task or task_of(kinds), listed, samples, known=bool(listed))

    def write(self, writing: Writing[ImageSample], sink: Sink) -> None:
        survey = Survey({label.name: label for label in writing.labels})
        for sample in writing.samples:
            survey.look(sample)
        root = Element("annotations")
        SubElement(root, "version").text = "1.1"
        root.append(head_of(writing.name, survey))
        opening, closing = tostring(root, "utf-8", xml_declaration=True), b"</annotations>"
        written = [opening.removesuffix(closing)]
        for number, sample in enumerate(writing.samples):
            sink.write(posixpath.join(IMAGES, sample.sample_id), writing.media(sample))
            written.append(tostring(element_of(number, sample, survey), "utf-8"))
        sink.write(FILE, b"".join((*written, closing)))


def _is_cvat(head: bytes) -> bool:
    return b"<annotations" in head and any(m in head for m in (b"<image ", b"<meta", b"<version"))


class _Document:
    """One file: its classes, the kinds of their attributes, and its pictures."""

    def __init__(self, path: str, root: XmlElement) -> None:
        self.path = path
        self.part = part_in(posixpath.basename(path))
        self.images = cast("list[XmlElement]", root.findall("image"))
        self.tracks = cast("list[XmlElement]", root.findall("track"))
        self.kinds: dict[tuple[str, str], Kind] = {}
        points: dict[str, list[str]] = defaultdict(list)
        drawings: dict[str, str] = {}
        for label in root.iterfind("meta//label"):
            name = label.findtext("name") or ""
            parent = label.findtext("parent")
            if parent:
                points[parent].append(name)
                continue
            drawings[name] = label.findtext("svg") or ""
            for attribute in label.iterfind("attributes/attribute"):
                kind = attribute.findtext("input_type") or "text"
                self.kinds[name, attribute.findtext("name") or ""] = kind
        self.by_name = {
            name: Label(name, tuple(points[name]), _edges(drawing, len(points[name])))
            for name, drawing in drawings.items()
            if name
        }

    @property
    def labels(self) -> tuple[Label, ...]:
        """The classes, in the order of the file."""
        return tuple(self.by_name.values())

    def label(self, element: Element) -> Label:
        """The class of a shape or a tag; any, if the file lists none."""
        name = _said(element, "label")
        if self.by_name and name not in self.by_name:
            raise Fault("unknown_label", name=name, classes=", ".join(self.by_name))
        return self.by_name.get(name) or Label(name)

    def attributes(self, element: Element, label: str) -> dict[str, Scalar]:
        """The attributes of a shape, each as the kind that its label gives it."""
        return {
            name: _value(attribute.text or "", self.kinds.get((label, name), "text"))
            for attribute in element.iterfind("attribute")
            if (name := attribute.get("name"))
        }


def _edges(drawing: str, count: int) -> tuple[tuple[int, int], ...]:
    """The lines of a skeleton's picture; its nodes are counted from 1."""
    pairs = ((int(a) - 1, int(b) - 1) for a, b in _EDGE.findall(drawing[:1_000_000]))
    return tuple((a, b) for a, b in pairs if 0 <= a < count and 0 <= b < count)


def _value(text: str, kind: Kind) -> Scalar:
    if kind == "checkbox" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind == "number":
        try:
            number = float(text)
        except ValueError:
            return text
        if math.isfinite(number):
            return int(number) if number.is_integer() and "." not in text else number
    return text


def _samples(
    tree: Tree, documents: Sequence[_Document], problems: Problems
) -> Iterator[ImageSample]:
    pictures = Pictures(tree)
    intake = Intake(problems)
    for document in documents:
        for image in document.images:
            path, line = document.path, image.line
            yield from intake.take(path, line, _sample, document, image, pictures)
        for track in document.tracks:
            problems.add(document.path, Fault("shape_unknown", kind="track"), track.line)


def _sample(document: _Document, image: Element, pictures: Pictures) -> ImageSample:
    name = clean(_said(image, "name"))
    subset = image.get("subset")
    hints = (IMAGES,) if subset is None else (posixpath.join(IMAGES, subset), IMAGES)
    path = pictures.find(name, hints) if name else None
    if path is None or name is None:
        raise Fault("no_picture", file=image.get("name"))
    if image.get("width") and image.get("height"):
        width, height = _whole(image, "width"), _whole(image, "height")
    else:
        width, height = pictures.size(path)
    labels, shapes = [], []
    for element in image:
        if element.tag == "tag":
            labels.append(document.label(element).name)
        else:
            shapes.append(_shape(document, element, width, height))
    return ImageSample(
        sample_id=name,
        media=path,
        width=width,
        height=height,
        labels=tuple(dict.fromkeys(labels)),
        objects=objects_of(shapes, width, height),
        split=document.part if subset is None else part_in(subset),
    )


def _shape(document: _Document, element: Element, width: int, height: int) -> Shape:
    if element.tag not in _KINDS:
        raise Fault("shape_unknown", kind=element.tag)
    label = document.label(element)
    attributes = document.attributes(element, label.name)
    common: dict[str, Any] = {
        "label": label.name,
        "group": element.get("group_id") if element.get("group_id") != "0" else None,
        "crowd": attributes.pop(CROWD, False) in (True, "true", "1"),
        "attributes": attributes,
    }
    if element.tag == "box":
        return Shape(**_box(element), **common)
    if element.tag == "mask":
        return Shape(mask=_mask(element, width, height), **common)
    if element.tag == "ellipse":
        x, y, across, down = (_number(element, key) for key in ("cx", "cy", "rx", "ry"))
        ellipse = polygon_of_ellipse(x, y, across, down, _number(element, "rotation", 0.0))
        return Shape(polygon=ellipse, **common)
    if element.tag == "skeleton":
        return Shape(points=_skeleton(element, label), **common)
    places = _places(element)
    if element.tag == "polygon":
        return Shape(polygon=places, **common)
    pairs = zip(places[0::2], places[1::2], strict=True)
    return Shape(points=tuple(KeyPoint(x, y) for x, y in pairs), **common)


def _box(element: Element) -> dict[str, Any]:
    left, top, right, low = (_number(element, key) for key in ("xtl", "ytl", "xbr", "ybr"))
    box = Box(left, top, right - left, low - top)
    turned = _number(element, "rotation", 0.0)
    if not turned:
        return {"box": box}
    centre = (left + right) / 2, (top + low) / 2
    return {"polygon": polygon_of_box(box, turned, centre)}


def _mask(element: Element, width: int, height: int) -> bytes:
    part = _whole(element, "width"), _whole(element, "height")
    text = _said(element, "rle")
    try:
        runs = [int(run) for run in text.split(",")]
    except ValueError:
        raise Fault("wrong_field", field="rle", found=text[:60], wanted="1, 2, 3") from None
    left, top = int(_number(element, "left")), int(_number(element, "top"))
    return put_mask(pixels_of(runs, *part), left, top, width, height)


def _skeleton(element: Element, label: Label) -> tuple[KeyPoint, ...]:
    """The points in the order of their label; those that are outside are not labelled."""
    found: dict[str, KeyPoint] = {}
    for point in element.iterfind("points"):
        x, y = (*_places(point), 0.0, 0.0)[:2]
        seen = 1 if point.get("occluded") == "1" else 2
        outside = point.get("outside") == "1"
        found[_said(point, "label")] = KeyPoint(0.0, 0.0, 0) if outside else KeyPoint(x, y, seen)
    names = label.point_names or tuple(found)
    strange = found.keys() - set(names)
    if strange:
        raise Fault("unknown_label", name=min(strange), classes=", ".join(names))
    return tuple(found.get(name, KeyPoint(0.0, 0.0, 0)) for name in names)


def _places(element: Element) -> Polygon:
    """x and y of points in turn: ``x,y;x,y``."""
    text = _said(element, "points")
    try:
        pairs = [tuple(map(float, pair.split(","))) for pair in text.split(";") if pair]
    except ValueError:
        pairs = [()]
    if any(len(pair) != 2 for pair in pairs):
        raise Fault("wrong_field", field="points", found=text[:60], wanted="x,y;x,y")
    return tuple(value for pair in pairs for value in pair)


def _said(element: Element, name: str) -> str:
    found = element.get(name)
    if found is None:
        raise Fault("missing_field", field=f"{element.tag} {name}")
    return found


def _number(element: Element, name: str, default: float | None = None) -> float:
    if default is not None and element.get(name) is None:
        return default
    text = _said(element, name)
    try:
        number = float(text)
    except ValueError:
        raise Fault("wrong_field", field=name, found=text[:60], wanted="1.0") from None
    if not math.isfinite(number):
        raise Fault("not_finite")
    return number


def _whole(element: Element, name: str) -> int:
    number = _number(element, name)
    if number < 1 or not number.is_integer():
        raise Fault("wrong_field", field=name, found=element.get(name), wanted="1")
    return int(number)
