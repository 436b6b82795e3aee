"""Label Studio's labeling configuration: an XML of the controls that draw and say things.

It lists the classes, and the key points of each in a control that shows for its class only. What
it cannot say (a skeleton's lines) is nowhere in Label Studio.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, tostring

from aileron.data.formats.documents import parse_xml
from aileron.data.formats.images.shapes import CROWD
from aileron.data.formats.port import Tree
from aileron.data.formats.records import ImageSample, Label, Scalar, Task

FILE: Final = "label_config.xml"
PICTURE: Final = "image"
VISIBILITY: Final = "visibility"


@dataclass(frozen=True)
class Control:
    """One control: its name, its element in the configuration, and its kind in results."""

    name: str
    tag: str

    @property
    def kind(self) -> str:
        """What results call it."""
        return self.tag.lower()

    @property
    def key(self) -> str:
        """The field of a result's value that has what was chosen."""
        return {"TextArea": "text"}.get(self.tag, self.kind)


BOXES: Final = Control("boxes", "RectangleLabels")
OUTLINES: Final = Control("outlines", "PolygonLabels")
MASKS: Final = Control("masks", "BrushLabels")
LABELS: Final = Control("labels", "Choices")
SEEN: Final = Control(VISIBILITY, "Choices")
_OF_TASKS: Final[Mapping[Task, tuple[Control, ...]]] = {
    "classification": (LABELS,),
    "detection": (BOXES,),
    "instance_segmentation": (OUTLINES,),
    "semantic_segmentation": (MASKS,),
    "key_points": (BOXES,),
}


@dataclass
class Classes:
    """The classes of a source: those of the configuration, then those that are met."""

    listed: list[str] = field(default_factory=list)
    point_names: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    met: set[str] = field(default_factory=set)

    def meet_point(self, label: str, point: str) -> None:
        """Note that objects of a class have a key point of that name."""
        if point not in self.point_names[label]:
            self.point_names[label].append(point)

    def labels(self) -> tuple[Label, ...]:
        """All classes with the names of their key points."""
        names = dict.fromkeys((*self.listed, *sorted(self.met)))
        return tuple(Label(name, tuple(self.point_names.get(name, ()))) for name in names)


def read(tree: Tree) -> Classes:
    """The classes of the configuration in `tree`; none if there is no such file.

    Raises:
        InvalidInput: it is no XML.
    """
    found = Classes()
    for path in tree.paths():
        if path.endswith(".xml") and b"<View" in tree.head(path):
            for element in parse_xml(tree, path).iter():
                _note(found, element)
    return found


def _note(found: Classes, control: Element) -> None:
    values = [child.get("value") for child in control if child.tag in ("Label", "Choice")]
    names = [value for value in values if value]
    owner = control.get("whenLabelValue")
    is_points = control.tag == "KeyPointLabels"
    if is_points and owner:
        for name in names:
            found.meet_point(owner, name)
    draws = control.tag.endswith("Labels") and not is_points
    chooses = control.tag == "Choices" and control.get("perRegion") != "true"
    if draws or chooses:
        found.listed.extend(names)


class Controls:
    """The controls of an export, found by looking at all of its samples."""

    def __init__(self, labels: Sequence[Label], task: Task) -> None:
        self._labels = {label.name: label for label in labels}
        self._used = set(_OF_TASKS.get(task, ()))
        self._kinds: dict[str, str] = {}
        self._points: dict[str, int] = defaultdict(int)

    def look(self, sample: ImageSample) -> None:
        """Note what a sample needs."""
        if sample.labels:
            self._used.add(LABELS)
        for thing in sample.objects:
            if thing.mask is not None:
                self._used.add(MASKS)
            elif thing.polygons:
                self._used.add(OUTLINES)
            if thing.points or (thing.mask is None and not thing.polygons):
                self._used.add(BOXES)
            self._points[thing.label] = max(self._points[thing.label], len(thing.points))
            said = {**thing.attributes, **({CROWD: True} if thing.crowd else {})}
            for name, value in said.items():
                tag = _tag(value)
                self._kinds[name] = tag if self._kinds.get(name, tag) == tag else "TextArea"

    def of_attribute(self, name: str) -> Control:
        """The control of an attribute of regions."""
        return Control(name, self._kinds[name])

    def of_points(self, label: str) -> Control:
        """The control of the key points of a class."""
        place = list(self._labels).index(label) + 1
        return Control(f"points{place}", "KeyPointLabels")

    def point_names(self, label: str) -> tuple[str, ...]:
        """The names of a class's key points, which are numbers if they have none."""
        count = self._points[label]
        return self._labels[label].point_names or tuple(map(str, range(1, count + 1)))

    def document(self) -> bytes:
        """The XML."""
        view = Element("View")
        SubElement(view, "Image", {"name": PICTURE, "value": "$image"})
        for control in (BOXES, OUTLINES, MASKS, LABELS):
            if control in self._used:
                more = {"choice": "multiple"} if control is LABELS else {}
                self._add(view, control, self._labels, more)
        for label in self._labels:
            names = self.point_names(label)
            shown = {"visibleWhen": "region-selected", "whenLabelValue": label}
            if names:
                self._add(view, self.of_points(label), names, shown)
        for control, values in self._per_region():
            self._add(view, control, values, {"perRegion": "true"})
        content: bytes = tostring(view, "utf-8")
        return content

    def _per_region(self) -> Iterator[tuple[Control, tuple[str, ...]]]:
        if any(self._points.values()):
            yield SEEN, ("hidden",)
        for name, tag in self._kinds.items():
            yield Control(name, tag), ("true", "false") if tag == "Choices" else ()

    def _add(self, view: Element, control: Control, values: Any, more: Mapping[str, str]) -> None:
        said = {"name": control.name, "toName": PICTURE, **more}
        made = SubElement(view, control.tag, said)
        for value in values:
            tag = "Choice" if control.tag == "Choices" else "Label"
            SubElement(made, tag, {"value": value})


def value_of(control: Control, content: Scalar) -> dict[str, Any]:
    """What a result's value says of an attribute."""
    if control.tag == "Number":
        return {"number": content}
    text = str(content).lower() if isinstance(content, bool) else str(content)
    return {control.key: [text]}


def _tag(value: Scalar) -> str:
    if isinstance(value, bool):
        return "Choices"
    return "Number" if isinstance(value, (int, float)) else "TextArea"
