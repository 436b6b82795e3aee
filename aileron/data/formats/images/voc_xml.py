"""The XML of Pascal VOC that describes one picture, from and to records.

Boxes go from (xmin, ymin) to (xmax, ymax) in pixels from the upper left corner, fractions
allowed, as labelImg, CVAT and Datumaro write and read them. The development kit of 2007 counted
pixels from 1 and took both ends in; read like this, its boxes are off by one pixel at most.
Pose, the flags truncated, difficult and occluded, and CVAT's and Datumaro's ``<attributes>`` are
attributes of the object; flags that are 0 and the pose Unspecified say nothing. Parts of persons,
actions and outlines are not read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from aileron.core.errors import InvalidInput
from aileron.data.formats.documents import XmlElement, parse_xml
from aileron.data.formats.images.geometry import check_box
from aileron.data.formats.images.pictures import Pictures, Size
from aileron.data.formats.port import Tree
from aileron.data.formats.problems import Fault, at
from aileron.data.formats.records import Attributes, Box, ImageSample, Object, Scalar

ROOT: Final = re.compile(rb"<annotation[\s>]")
FLAGS: Final = ("truncated", "difficult", "occluded")
NO_POSE: Final = "Unspecified"
_CORNERS: Final = ("xmin", "ymin", "xmax", "ymax")
_DECLARATION: Final = '<?xml version="1.0" encoding="utf-8"?>'
_LARGEST: Final = 1_000_000
"""Pixels of a side that are believed."""
_UNWRITABLE: Final = re.compile(r"[^\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML cannot hold, or does not keep."""


def is_voc_xml(tree: Tree, path: str) -> bool:
    """Whether the XML file `path` begins as VOC's do."""
    return ROOT.search(tree.head(path, 4096)) is not None


def parse_voc(tree: Tree, path: str) -> XmlElement:
    """The root of the XML file `path`.

    Raises:
        InvalidInput: it is no XML, or of something else; says the line.
    """
    root = parse_xml(tree, path)
    if root.tag != "annotation":
        where = f"{path}:{root.line}"
        raise InvalidInput(
            "data.formats.wrong_root", where=where, found=root.tag, wanted="annotation"
        )
    return root


def picture_name(root: Element) -> str:
    """What the XML calls its picture; ``""`` if it does not say."""
    return (root.findtext("filename") or "").strip()


def size_of(root: Element, pictures: Pictures, picture: str) -> Size:
    """The size that the XML says, or that of the picture's header where it says none."""
    said = [_plain(root.findtext(f"size/{side}")) for side in ("width", "height")]
    if all(side.is_integer() and 0 < side <= _LARGEST for side in said):
        return Size(*map(int, said))
    return pictures.size(picture)


def objects_of(root: Element, size: Size) -> tuple[Object, ...]:
    """The objects of a picture.

    Raises:
        Fault: one of them is wrong; knows the line.
    """
    return tuple(_object(element, size) for element in root.iterfind("object"))


def voc_xml(sample: ImageSample) -> bytes:
    """The XML of `sample`, whose labels have been checked."""
    root = Element("annotation")
    folder, _, _ = sample.sample_id.rpartition("/")
    _add(root, "folder", folder)
    _add(root, "filename", sample.sample_id)
    size = SubElement(root, "size")
    for side, value in (("width", sample.width), ("height", sample.height), ("depth", 3)):
        _add(size, side, value)
    _add(root, "segmented", 0)
    for thing in sample.objects:
        _add_object(root, thing)
    indent(root)
    return f"{_DECLARATION}\n{tostring(root, encoding='unicode')}\n".encode()


def check_name(name: str, format_name: str) -> None:
    """Raise `InvalidInput` if `name` does not come back from XML as it was."""
    if name != name.strip() or _UNWRITABLE.search(name):
        raise InvalidInput("data.formats.name_unwritable", name=repr(name), format=format_name)


def _object(element: Element, size: Size) -> Object:
    assert isinstance(element, XmlElement)  # noqa: S101 - the parser makes no others
    with at(element.line):
        label = (element.findtext("name") or "").strip()
        if not label:
            raise Fault("empty_label")
        frame = element.find("bndbox")
        if frame is None:
            raise Fault("missing_field", field="bndbox")
        left, top, right, bottom = (_number(frame, corner) for corner in _CORNERS)
        box = Box(left, top, right - left, bottom - top)
        check_box(box, *size)
        return Object(label, box, attributes=dict(_attributes(element)))


def _attributes(element: Element) -> Iterator[tuple[str, Scalar]]:
    pose = (element.findtext("pose") or "").strip()
    if pose and pose != NO_POSE:
        yield "pose", pose
    for flag in FLAGS:
        if (element.findtext(flag) or "").strip().lower() in ("1", "true"):
            yield flag, True
    for attribute in element.iterfind("attributes/attribute"):
        name = (attribute.findtext("name") or "").strip()
        if name:
            yield name, (attribute.findtext("value") or "").strip()


def _number(frame: Element, name: str) -> float:
    text = frame.findtext(name)
    if text is None:
        raise Fault("missing_field", field=name)
    value = _plain(text)
    if math.isnan(value):
        raise Fault("wrong_field", field=name, found=text.strip()[:60], wanted="1.0")
    return value


def _plain(text: str | None) -> float:
    """The number that `text` is; NaN if it is none."""
    try:
        return float(text or "")
    except ValueError:
        return math.nan


def _add_object(root: Element, thing: Object) -> None:
    element = SubElement(root, "object")
    said = dict(thing.attributes)
    _add(element, "name", thing.label)
    _add(element, "pose", said.pop("pose", NO_POSE))
    for flag in FLAGS:
        value = said.get(flag, False)
        if isinstance(value, bool):
            said.pop(flag, None)
        _add(element, flag, int(value is True))
    frame = SubElement(element, "bndbox")
    x, y, width, height = thing.box
    for corner, place in zip(_CORNERS, (x, y, x + width, y + height), strict=True):
        _add(frame, corner, int(place) if place == int(place) else round(place, 6))
    if said:
        _add_attributes(element, said)


def _add_attributes(element: Element, attributes: Attributes) -> None:
    parent = SubElement(element, "attributes")
    for name, value in attributes.items():
        attribute = SubElement(parent, "attribute")
        _add(attribute, "name", name)
        _add(attribute, "value", str(value).lower() if isinstance(value, bool) else value)


def _add(parent: Element, name: str, value: Scalar) -> None:
    SubElement(parent, name).text = _UNWRITABLE.sub("", str(value))
