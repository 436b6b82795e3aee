"""COCO: one JSON per part, with pictures, categories and annotations by number.

Beyond COCO's own fields, `attributes` of annotations (as CVAT and Datumaro write them) and of
pictures are read and written. An annotation with neither box, outline nor key points is a label
of its picture.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final, cast

from aileron.core.errors import InvalidInput
from aileron.data.formats.documents import NUMBER, field, parse_json
from aileron.data.formats.images.geometry import (
    area_of_mask,
    area_of_polygons,
    box_of_mask,
    box_of_polygons,
    check_box,
    check_mask,
    check_polygon,
    mask_of_runs,
)
from aileron.data.formats.images.pictures import Pictures
from aileron.data.formats.intake import Intake
from aileron.data.formats.parts import part_in
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import (
    Attributes,
    Box,
    ImageSample,
    KeyPoint,
    Label,
    Object,
    Polygon,
    Task,
)
from aileron.data.formats.traits import KEPT, Keep, Trait, lossy
from aileron.data.layout import Part

FOLDER: Final = "annotations"
IMAGES: Final = "images"
NO_PART: Final = "default"
_FAMILIES: Final = (
    "instances",
    "person_keypoints",
    "labels",
    "stuff",
    "panoptic",
    "captions",
    "image_info",
)
"""What the names of COCO's files begin with: each part is in several, with other annotations."""
_OF_TASKS: Final[Mapping[Task | None, str]] = {
    "classification": "labels",
    "key_points": "person_keypoints",
}
_MARKS: Final = (b'"images"', b'"categories"', b'"annotations"', b'"licenses"')


class Coco(Format[ImageSample]):
    """Microsoft's Common Objects in Context."""

    name = "coco"
    title: ClassVar[Mapping[str, str]] = {"en": "COCO", "zh": "COCO"}
    modality = "image"
    tasks: ClassVar[tuple[Task, ...]] = (
        "detection",
        "instance_segmentation",
        "key_points",
        "classification",
    )
    keeps: ClassVar[Mapping[Trait, Keep]] = {
        Trait.IDS: KEPT,
        Trait.LABELS: KEPT,
        Trait.SEVERAL_LABELS: KEPT,
        Trait.BOXES: KEPT,
        Trait.POLYGONS: KEPT,
        Trait.MASKS: KEPT,
        Trait.KEY_POINTS: KEPT,
        Trait.CROWDS: KEPT,
        Trait.ATTRIBUTES: KEPT,
        Trait.OBJECT_ATTRIBUTES: KEPT,
        Trait.SPLITS: KEPT,
        Trait.UNANNOTATED: lossy("like_empty"),
        Trait.EMPTY_CLASSES: KEPT,
    }
    layout = (
        "annotations/instances_{part}.json | person_keypoints_{part}.json | labels_{part}.json\n"
        "images/{sample_id}"
    )
    source = "https://cocodataset.org/#format-data"

    def recognises(self, tree: Tree) -> bool:
        return any(_is_coco(tree.head(path)) for path in _documents(tree))

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[ImageSample]:
        paths = [path for path in _documents(tree) if _is_coco(tree.head(path))]
        if not paths:
            raise InvalidInput("data.formats.no_annotations", where=tree.name, layout=self.layout)
        chosen = _of_one_family(paths, task)
        documents = [_Document(path, parse_json(tree, path)) for path in chosen]
        found = task or _task_of(documents)
        labels = {label.name: label for document in documents for label in document.labels}
        return Reading(found, tuple(labels.values()), _samples(tree, documents, problems))

    def write(self, writing: Writing[ImageSample], sink: Sink) -> None:
        numbers = {label.name: i for i, label in enumerate(writing.labels, 1)}
        parts: dict[Part | None, _Made] = defaultdict(_Made)
        for number, sample in enumerate(writing.samples, 1):
            sink.write(posixpath.join(IMAGES, sample.sample_id), writing.media(sample))
            parts[sample.split].add(sample, number, numbers)
        for part, made in parts.items():
            family = _OF_TASKS.get(writing.task, _FAMILIES[0])
            path = f"{FOLDER}/{family}_{part or NO_PART}.json"
            categories = [category_of(label, numbers) for label in writing.labels]
            if writing.task == "key_points":  # in such files each class says it has none
                categories = [{"keypoints": [], "skeleton": [], **found} for found in categories]
            sink.write(path, made.document(categories))


class _Document:
    """One file, with its annotations by picture."""

    def __init__(self, path: str, content: Any) -> None:
        try:
            self.images: list[Any] = field(content, "images", list)
            annotations = field(content, "annotations", list)
            categories = field({"categories": [], **content}, "categories", list)
            self._labels = {category["id"]: label_of(category) for category in categories}
        except Fault as fault:
            raise InvalidInput(fault.reason.message_id, where=path, **fault.reason.values) from None
        except (KeyError, TypeError, ValueError, AttributeError):
            raise InvalidInput(
                "data.formats.missing_field", where=path, field="categories[].id, .name"
            ) from None
        self.path = path
        self.part = part_in(posixpath.basename(path))
        self.by_image: dict[Any, list[Mapping[str, Any]]] = defaultdict(list)
        self._homeless: list[Fault] = []
        for annotation in annotations:
            try:
                self.by_image[field(annotation, "image_id", (str, int))].append(annotation)
            except Fault as fault:
                self._homeless.append(fault)

    @property
    def labels(self) -> tuple[Label, ...]:
        """The classes, in the order of the file."""
        return tuple(self._labels.values())

    def take(self, image: Any) -> Sequence[Mapping[str, Any]]:
        """The annotations of an image. They are given away, so that memory shrinks on the way."""
        number = image.get("id") if isinstance(image, dict) else None
        return self.by_image.pop(number, ()) if isinstance(number, (str, int)) else ()

    def label(self, annotation: Mapping[str, Any]) -> Label:
        """The class of an annotation."""
        number = annotation.get("category_id")
        found = self._labels.get(number) if isinstance(number, (str, int)) else None
        if found is None:
            known = ", ".join(map(str, self._labels))
            raise Fault("unknown_label", name=str(number)[:60], classes=known)
        return found

    def strays(self) -> Iterator[Fault]:
        """The annotations of pictures that the file does not list, after those it does list."""
        yield from self._homeless
        for picture, found in self.by_image.items():
            name = found[0].get("id")
            yield Fault("no_such_picture_id", name=name, picture=picture)


def _samples(
    tree: Tree, documents: Sequence[_Document], problems: Problems
) -> Iterator[ImageSample]:
    pictures = Pictures(tree)
    intake = Intake(problems)
    for document in documents:
        for image in document.images:
            name = str(image.get("file_name") if isinstance(image, dict) else image)[:200]
            where = f"{document.path} ({name})"
            annotations = document.take(image)
            yield from intake.take(where, None, _sample, document, image, annotations, pictures)
        for stray in document.strays():
            problems.add(document.path, stray)


def _sample(
    document: _Document, image: Any, annotations: Iterable[Any], pictures: Pictures
) -> ImageSample:
    name = field(image, "file_name", str)
    path = pictures.find(name, (IMAGES,))
    if path is None:
        raise Fault("no_picture", file=name)
    said = image.get("width"), image.get("height")
    whole = all(isinstance(side, int) and side > 0 for side in said)
    width, height = cast("tuple[int, int]", said) if whole else pictures.size(path)
    labels, things = [], []
    for annotation in annotations:
        label = document.label(annotation)
        thing = read_object(annotation, label, width, height)
        if thing is None:
            labels.append(label.name)
        else:
            things.append(thing)
    return ImageSample(
        sample_id=posixpath.normpath(name),
        media=path,
        width=width,
        height=height,
        labels=tuple(dict.fromkeys(labels)),
        objects=tuple(things),
        split=document.part,
        attributes=_attributes(image),
    )


def read_object(annotation: Any, label: Label, width: int, height: int) -> Object | None:
    """The object of an annotation; None if it is a label of the picture."""
    polygons, mask = _outline(annotation, width, height)
    points = _points(annotation, label)
    box = _box(annotation, width, height)
    if box is None and mask is not None:
        box = box_of_mask(mask, height, width)
    elif box is None and polygons:
        box = box_of_polygons(polygons)
    elif box is None and points:
        seen = tuple(value for point in points if point.visibility for value in point[:2])
        box = box_of_polygons([seen or (0.0, 0.0)])
    if box is None:
        return None
    crowd = bool(annotation.get("iscrowd", 0))
    return Object(label.name, box, polygons, mask, points, crowd, _attributes(annotation))


def _box(annotation: Any, width: int, height: int) -> Box | None:
    if not annotation.get("bbox"):
        return None
    values = field(annotation, "bbox", list)
    if len(values) != 4 or not all(isinstance(value, NUMBER) for value in values):
        raise Fault("wrong_field", field="bbox", found=str(values)[:60], wanted="[x, y, w, h]")
    box = Box(*map(float, values))
    check_box(box, width, height)
    return box


def _outline(annotation: Any, width: int, height: int) -> tuple[tuple[Polygon, ...], bytes | None]:
    """Polygons, or a mask, whichever the annotation has."""
    outline = annotation.get("segmentation")
    if not outline:
        return (), None
    if isinstance(outline, list):
        for polygon in outline:
            if not isinstance(polygon, list) or not all(isinstance(v, NUMBER) for v in polygon):
                shown = str(polygon)[:60]
                raise Fault("wrong_field", field="segmentation", found=shown, wanted="[[x, y]]")
            check_polygon(polygon, width, height)
        return tuple(tuple(map(float, polygon)) for polygon in outline), None
    counts = field(outline, "counts", (str, list))
    if outline.get("size") != [height, width]:
        raise Fault("mask_size", width=width, height=height)
    if isinstance(counts, list):
        return (), mask_of_runs(counts, height, width)
    mask = counts.encode("ascii", "replace")
    check_mask(mask, height, width)
    return (), mask


def _points(annotation: Any, label: Label) -> tuple[KeyPoint, ...]:
    if not annotation.get("keypoints"):
        return ()
    values = field(annotation, "keypoints", list)
    numbers = all(isinstance(value, NUMBER) for value in values) and len(values) % 3 == 0
    if not numbers or not set(values[2::3]) <= {0, 1, 2}:
        raise Fault("wrong_field", field="keypoints", found=str(values)[:60], wanted="[x, y, v]")
    points = tuple(
        KeyPoint(float(x), float(y), int(v))
        for x, y, v in zip(values[0::3], values[1::3], values[2::3], strict=True)
    )
    if points and label.point_names and len(points) != len(label.point_names):
        raise Fault("point_count", found=len(points), wanted=len(label.point_names))
    return points


def _attributes(values: Mapping[str, Any]) -> Attributes:
    found = values.get("attributes") or {}
    if not found:
        return {}
    if not isinstance(found, dict) or not all(
        isinstance(value, (str, int, float, bool)) for value in found.values()
    ):
        raise Fault("wrong_field", field="attributes", found=str(found)[:60], wanted="{}")
    return found


def label_of(category: Any) -> Label:
    """The class that COCO calls a category."""
    names = tuple(map(str, category.get("keypoints") or ()))
    joined = tuple((a - 1, b - 1) for a, b in category.get("skeleton") or ())
    return Label(str(category["name"]), names, joined)


def _documents(tree: Tree) -> list[str]:
    return [path for path in tree.paths() if path.endswith(".json")]


def _of_one_family(paths: Sequence[str], task: Task | None) -> list[str]:
    """`paths` but for the files that say other things of the same pictures than `task` asks for."""
    names = {path: posixpath.basename(path) for path in paths}
    families = {
        path: next((family for family in _FAMILIES if name.startswith(f"{family}_")), None)
        for path, name in names.items()
    }
    wanted = (_OF_TASKS.get(task, _FAMILIES[0]), *_FAMILIES)
    chosen = next((family for family in wanted if family in families.values()), None)
    return [path for path in paths if families[path] in (None, chosen)]


def _is_coco(head: bytes) -> bool:
    """Whether the beginning of a JSON file is COCO's: other formats have other first fields."""
    is_object = head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")
    return is_object and any(mark in head for mark in _MARKS) and b'"items"' not in head


def _task_of(documents: Iterable[_Document]) -> Task:
    """The richest task that an annotation is of."""
    found = {
        task
        for document in documents
        for annotations in document.by_image.values()
        for annotation in annotations
        for task in _tasks(annotation)
    }
    order: tuple[Task, ...] = ("key_points", "instance_segmentation", "detection")
    empty: Task = "classification" if "classification" in found else "detection"
    return next((task for task in order if task in found), empty)


def _tasks(annotation: Mapping[str, Any]) -> Iterator[Task]:
    if annotation.get("keypoints"):
        yield "key_points"
    if annotation.get("segmentation"):
        yield "instance_segmentation"
    if annotation.get("bbox"):
        yield "detection"
    yield "classification"


class _Made:
    """One file in the making."""

    def __init__(self) -> None:
        self._images: list[dict[str, Any]] = []
        self._annotations: list[dict[str, Any]] = []

    def add(self, sample: ImageSample, number: int, numbers: Mapping[str, int]) -> None:
        image: dict[str, Any] = {
            "id": number,
            "file_name": sample.sample_id,
            "width": sample.width,
            "height": sample.height,
        }
        if sample.attributes:
            image["attributes"] = dict(sample.attributes)
        self._images.append(image)
        for label in sample.labels:
            self._add({"category_id": numbers[label]}, number)
        for thing in sample.objects:
            self._add(annotation_of(thing, sample, numbers), number)

    def document(self, categories: Sequence[Mapping[str, Any]]) -> bytes:
        import orjson

        return orjson.dumps(
            {
                "images": self._images,
                "categories": categories,
                "annotations": self._annotations,
            }
        )

    def _add(self, annotation: dict[str, Any], image: int) -> None:
        number = len(self._annotations) + 1
        self._annotations.append({"id": number, "image_id": image, **annotation})


def annotation_of(thing: Object, sample: ImageSample, numbers: Mapping[str, int]) -> dict[str, Any]:
    """The annotation that says what `thing` is, but for its own number and its picture's."""
    made: dict[str, Any] = {"category_id": numbers[thing.label], "bbox": list(thing.box)}
    size = sample.height, sample.width
    area: float = thing.box.width * thing.box.height
    if thing.mask is not None:
        made["segmentation"] = {"size": list(size), "counts": thing.mask.decode("ascii")}
        area = area_of_mask(thing.mask, *size)
    elif thing.polygons:
        made["segmentation"] = [list(polygon) for polygon in thing.polygons]
        area = area_of_polygons(thing.polygons)
    made |= {"area": area, "iscrowd": int(thing.crowd)}
    if thing.points:
        made["keypoints"] = [value for point in thing.points for value in point]
        made["num_keypoints"] = sum(point.visibility > 0 for point in thing.points)
    if thing.attributes:
        made["attributes"] = dict(thing.attributes)
    return made


def category_of(label: Label, numbers: Mapping[str, int]) -> dict[str, Any]:
    """The category of a class; `numbers` has those of all."""
    made: dict[str, Any] = {"id": numbers[label.name], "name": label.name, "supercategory": ""}
    if label.point_names:
        made["keypoints"] = list(label.point_names)
        made["skeleton"] = [[a + 1, b + 1] for a, b in label.skeleton]
    return made
