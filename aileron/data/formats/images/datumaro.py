"""Datumaro: one JSON per part, with items that have annotations of a type each.

Coordinates are pixels from the upper left. Annotations of one group and class are one object, as
Datumaro's own formats join them; `is_crowd` among their attributes marks a crowd. An item has no
suffix in its id; a sample has that of its picture.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

from aileron.core.errors import InvalidInput
from aileron.data.formats.documents import field, parse_json
from aileron.data.formats.images.pictures import Pictures
from aileron.data.formats.images.shapes import (
    CROWD,
    Shape,
    numbers,
    objects_of,
    polygon_of_ellipse,
    scalars,
    shapes_of,
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
    Task,
)
from aileron.data.formats.traits import KEPT, TRAITS, Keep, Trait, lossy
from aileron.data.layout import Part
from aileron.data.trees.paths import SUFFIXES, clean

FOLDER: Final = "annotations"
IMAGES: Final = "images"
NO_PART: Final = "default"
VERSION: Final = "1.0"
MEDIA_IMAGE: Final = 2
"""Of Datumaro's MediaType."""
_KINDS: Final = {
    "bbox": "box",
    "polygon": "outline",
    "ellipse": "outline",
    "mask": "outline",
    "points": "points",
    "label": "label",
}


class Datumaro(Format[ImageSample]):
    """The JSON of OpenVINO's Datumaro, version 1.0 of the format."""

    name = "datumaro"
    title: ClassVar[Mapping[str, str]] = {"en": "Datumaro", "zh": "Datumaro"}
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
        Trait.UNANNOTATED: lossy("like_empty"),
    }
    layout = "annotations/{part}.json\nimages/{part}/{sample_id}"
    source = (
        "https://open-edge-platform.github.io/datumaro/latest/docs/data-formats/formats/datumaro"
    )

    def recognises(self, tree: Tree) -> bool:
        return any(_is_datumaro(tree.head(path)) for path in _documents(tree))

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[ImageSample]:
        paths = [path for path in _documents(tree) if _is_datumaro(tree.head(path))]
        if not paths:
            raise InvalidInput("data.formats.no_annotations", where=tree.name, layout=self.layout)
        documents = [_Document(path, parse_json(tree, path)) for path in paths]
        labels = {label.name: label for document in documents for label in document.labels}
        found = task or task_of({_KINDS.get(kind, "") for kind in _kinds(documents)})
        return Reading(found, tuple(labels.values()), _samples(tree, documents, problems))

    def write(self, writing: Writing[ImageSample], sink: Sink) -> None:
        import orjson

        numbers_ = {label.name: i for i, label in enumerate(writing.labels)}
        items: dict[Part | None, list[dict[str, Any]]] = defaultdict(list)
        ids: set[tuple[Part | None, str]] = set()
        for sample in writing.samples:
            folder = posixpath.join(IMAGES, sample.split or NO_PART)
            sink.write(posixpath.join(folder, sample.sample_id), writing.media(sample))
            items[sample.split].append(_item(sample, numbers_, ids))
        for part, listed in items.items():
            content = {
                "dm_format_version": VERSION,
                "media_type": MEDIA_IMAGE,
                "infos": {},
                "categories": _categories(writing.labels),
                "items": listed,
            }
            sink.write(f"{FOLDER}/{part or NO_PART}.json", orjson.dumps(content))


def _documents(tree: Tree) -> list[str]:
    return [path for path in tree.paths() if path.endswith(".json")]


def _is_datumaro(head: bytes) -> bool:
    return b'"dm_format_version"' in head or (b'"categories"' in head and b'"items"' in head)


class _Document:
    """One file: its classes by their places, and its items."""

    def __init__(self, path: str, content: Any) -> None:
        try:
            self.items: list[Any] = field(content, "items", list)
            categories = field(content, "categories", dict)
            self.labels = tuple(_labels(categories))
        except Fault as fault:
            raise InvalidInput(fault.reason.message_id, where=path, **fault.reason.values) from None
        self.path = path
        self.part = part_in(posixpath.basename(path))
        self.subset = posixpath.splitext(posixpath.basename(path))[0]

    def label(self, annotation: Mapping[str, Any]) -> Label:
        """The class of an annotation."""
        number = annotation.get("label_id")
        if type(number) is not int or not 0 <= number < len(self.labels):
            known = ", ".join(label.name for label in self.labels)
            raise Fault("unknown_label", name=number, classes=known)
        return self.labels[number]


def _labels(categories: Mapping[str, Any]) -> Iterator[Label]:
    listed = field({"label": {"labels": []}, **categories}, "label", dict)
    points = {
        entry["label_id"]: entry
        for entry in _entries(categories.get("points"))
        if isinstance(entry, dict) and type(entry.get("label_id")) is int
    }
    for number, entry in enumerate(field(listed, "labels", list)):
        name = field(entry, "name", str)
        extra = {"labels": [], "joints": [], **points.get(number, {})}
        names = tuple(map(str, field(extra, "labels", list)))
        pairs = map(_pair, field(extra, "joints", list))
        inside = tuple(pair for pair in pairs if min(pair) >= 0 and max(pair) < len(names))
        yield Label(name, names, inside)


def _entries(points: Any) -> Sequence[Any]:
    items = points.get("items") if isinstance(points, dict) else None
    return items if isinstance(items, list) else ()


def _pair(joint: Any) -> tuple[int, int]:
    first, second = numbers(joint, "joints", 2)
    return int(first), int(second)


def _kinds(documents: Iterable[_Document]) -> Iterator[str]:
    for document in documents:
        for item in document.items:
            annotations = item.get("annotations") if isinstance(item, dict) else None
            for annotation in annotations if isinstance(annotations, list) else ():
                yield str(annotation.get("type") if isinstance(annotation, dict) else "")


def _samples(
    tree: Tree, documents: Sequence[_Document], problems: Problems
) -> Iterator[ImageSample]:
    pictures = Pictures(tree)
    intake = Intake(problems)
    for document in documents:
        for item in document.items:
            name = str(item.get("id") if isinstance(item, dict) else item)[:200]
            where = f"{document.path} ({name})"
            yield from intake.take(where, None, _sample, document, item, pictures)


def _sample(document: _Document, item: Any, pictures: Pictures) -> ImageSample:
    name = clean(field(item, "id", str))
    if not name:
        raise Fault("wrong_field", field="id", found=str(item["id"])[:60], wanted="text")
    image = field({"image": {}, **item}, "image", dict)
    path = _path(name, image.get("path"), document.subset, pictures)
    suffix = posixpath.splitext(path)[1]
    whole = name if posixpath.splitext(name)[1].lower() in SUFFIXES else name + suffix
    width, height = _size(image, path, pictures)
    shapes, labels = [], []
    for annotation in field({"annotations": [], **item}, "annotations", list):
        label = document.label(field({"": annotation}, "", dict))
        shape = _shape(annotation, label, width, height)
        if shape is None:
            labels.append(label.name)
        else:
            shapes.append(shape)
    return ImageSample(
        sample_id=whole,
        media=path,
        width=width,
        height=height,
        labels=tuple(dict.fromkeys(labels)),
        objects=objects_of(shapes, width, height),
        split=document.part,
        attributes=scalars(item.get("attr"), "attr"),
    )


def _path(name: str, said: Any, subset: str, pictures: Pictures) -> str:
    """The path of an item's picture: as it says, or by its id, in the folder of its part."""
    hints = (posixpath.join(IMAGES, subset), IMAGES)
    names = [said] if isinstance(said, str) else []
    names += [name, *(name + suffix for suffix in sorted(SUFFIXES))]
    for candidate in names:
        found = pictures.find(candidate, hints)
        if found is not None:
            return found
    raise Fault("no_picture", file=name)


def _size(image: Mapping[str, Any], path: str, pictures: Pictures) -> tuple[int, int]:
    size = image.get("size")
    if isinstance(size, list) and len(size) == 2 and all(type(s) is int and s > 0 for s in size):
        return size[1], size[0]
    return pictures.size(path)


def _shape(annotation: Mapping[str, Any], label: Label, width: int, height: int) -> Shape | None:
    """The shape of an annotation; None if it is a label of the picture."""
    kind = field(annotation, "type", str)
    if kind == "label":
        return None
    attributes = dict(scalars(annotation.get("attributes"), "attributes"))
    group = annotation.get("group") or None
    common: dict[str, Any] = {
        "label": label.name,
        "group": group if isinstance(group, int) else None,
        "crowd": bool(attributes.pop(CROWD, False)),
        "attributes": attributes,
    }
    if kind == "bbox":
        return Shape(box=Box(*numbers(annotation.get("bbox"), "bbox", 4)), **common)
    if kind == "polygon":
        return Shape(polygon=numbers(annotation.get("points"), "points"), **common)
    if kind == "ellipse":
        left, top, right, low = numbers(annotation.get("points"), "points", 4)
        across, down = (right - left) / 2, (low - top) / 2
        ellipse = polygon_of_ellipse(left + across, top + down, across, down)
        return Shape(polygon=ellipse, **common)
    if kind == "points":
        return Shape(points=_points(annotation, label), **common)
    if kind == "mask":
        return Shape(mask=_mask(annotation, width, height), **common)
    raise Fault("shape_unknown", kind=kind)


def _points(annotation: Mapping[str, Any], label: Label) -> tuple[KeyPoint, ...]:
    values = numbers(annotation.get("points"), "points")
    seen = annotation.get("visibility") or [2] * (len(values) // 2)
    visibility = numbers(seen, "visibility", len(values) // 2)
    if len(values) % 2 or not set(visibility) <= {0, 1, 2}:
        raise Fault("wrong_field", field="visibility", found=str(seen)[:60], wanted="[0, 1, 2]")
    if label.point_names and len(visibility) != len(label.point_names):
        raise Fault("point_count", found=len(visibility), wanted=len(label.point_names))
    pairs = zip(values[0::2], values[1::2], visibility, strict=True)
    return tuple(KeyPoint(x, y, int(v)) for x, y, v in pairs)


def _mask(annotation: Mapping[str, Any], width: int, height: int) -> bytes:
    rle = field(annotation, "rle", dict)
    if rle.get("size") != [height, width]:
        raise Fault("mask_size", width=width, height=height)
    return str(field(rle, "counts", str)).encode("ascii", "replace")


def _item(
    sample: ImageSample, labels: Mapping[str, int], ids: set[tuple[Part | None, str]]
) -> dict[str, Any]:
    name, suffix = posixpath.splitext(sample.sample_id)
    if (sample.split, name) in ids or posixpath.splitext(name)[1].lower() in SUFFIXES:
        name += suffix  # another picture has the name, but for its suffix
    ids.add((sample.split, name))
    annotations: list[dict[str, Any]] = [
        {"id": i, "type": "label", "attributes": {}, "group": 0, "label_id": labels[label]}
        for i, label in enumerate(sample.labels)
    ]
    for group, thing in enumerate(sample.objects, 1):
        for shape in shapes_of(thing, sample.width, sample.height, group):
            annotations.append(_annotation(shape, len(annotations), labels, sample))
    item: dict[str, Any] = {"id": name, "annotations": annotations}
    if sample.attributes:
        item["attr"] = dict(sample.attributes)
    item["image"] = {"path": sample.sample_id, "size": [sample.height, sample.width]}
    return item


def _annotation(
    shape: Shape, number: int, labels: Mapping[str, int], sample: ImageSample
) -> dict[str, Any]:
    crowd = {CROWD: True} if shape.crowd else {}
    made: dict[str, Any] = {
        "id": number,
        "type": "",
        "attributes": {**shape.attributes, **crowd},
        "group": shape.group or 0,
        "label_id": labels[shape.label],
        "z_order": 0,
    }
    if shape.box is not None:
        return made | {"type": "bbox", "bbox": list(shape.box)}
    if shape.polygon is not None:
        return made | {"type": "polygon", "points": list(shape.polygon)}
    if shape.mask is not None:
        size = [sample.height, sample.width]
        rle = {"counts": shape.mask.decode("ascii"), "size": size}
        return made | {"type": "mask", "rle": rle}
    return made | {
        "type": "points",
        "points": [value for point in shape.points for value in point[:2]],
        "visibility": [point.visibility for point in shape.points],
    }


def _categories(labels: Sequence[Label]) -> dict[str, Any]:
    listed = [{"name": label.name, "parent": "", "attributes": []} for label in labels]
    made: dict[str, Any] = {"label": {"labels": listed, "label_groups": [], "attributes": []}}
    points = [
        {
            "label_id": number,
            "labels": list(label.point_names),
            "joints": [list(pair) for pair in label.skeleton],
            "positions": [],
        }
        for number, label in enumerate(labels)
        if label.point_names
    ]
    if points:
        made["points"] = {"items": points}
    return made
