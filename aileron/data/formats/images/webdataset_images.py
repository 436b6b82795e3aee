"""WebDataset of pictures: ``key.jpg`` with ``key.json``, and the number of the class in
``key.cls`` for those who train from the archives.

The JSON has `labels`, or `objects` like COCO's annotations with the class by name.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

from aileron.core.errors import InvalidInput
from aileron.data.formats.classes import CLASSES_FILE, read_classes, write_classes
from aileron.data.formats.documents import field
from aileron.data.formats.ids import Ids
from aileron.data.formats.images.coco import annotation_of, read_object
from aileron.data.formats.images.pictures import size_of
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import ImageSample, Label, Object, Task
from aileron.data.formats.shards import (
    Entry,
    Place,
    ShardWriter,
    class_of,
    content,
    entries,
    first_suffixes,
    json_of,
    shards,
)
from aileron.data.formats.text.values import attributes_of, class_name, class_names
from aileron.data.formats.traits import KEPT, TRAITS, Keep, Trait
from aileron.data.trees.paths import SUFFIXES

_LABELS: Final = ("labels", "label", "class", "cls")
_KNOWN: Final = frozenset((*_LABELS, "objects", "width", "height", "annotated", "sample_id"))
_LOOKED_AT: Final = 100


class WebdatasetImages(Format[ImageSample]):
    """Archives of pictures."""

    name = "webdataset_images"
    title: ClassVar[Mapping[str, str]] = {"en": "WebDataset", "zh": "WebDataset"}
    modality = "image"
    tasks: ClassVar[tuple[Task, ...]] = (
        "classification",
        "detection",
        "instance_segmentation",
        "key_points",
    )
    keeps: ClassVar[Mapping[Trait, Keep]] = dict.fromkeys(TRAITS["image"], KEPT)
    layout = f"{{part}}-000000.tar: key.jpg, key.json[, key.cls]\n{CLASSES_FILE}"
    source = "https://github.com/webdataset/webdataset#the-webdataset-format"

    def recognises(self, tree: Tree) -> bool:
        return bool(first_suffixes(tree) & SUFFIXES)

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[ImageSample]:
        paths = shards(tree)
        if not paths:
            raise InvalidInput("data.formats.no_annotations", where=tree.name, layout=self.layout)
        labels = read_classes(tree)
        return Reading(
            task=self.wanted(task, _task_of(tree, paths)),
            labels=labels or (),
            samples=_samples(tree, paths, labels or (), problems),
            known=labels is not None,
            media=lambda sample: content(tree, Place.parse(sample.media)),
        )

    def write(self, writing: Writing[ImageSample], sink: Sink) -> None:
        import orjson

        numbers = {label.name: number for number, label in enumerate(writing.labels)}
        with ShardWriter(sink) as writer:
            for sample in writing.samples:
                stem, suffix = posixpath.splitext(sample.sample_id)
                key = writer.key(sample.split, stem)
                files = {suffix[1:].lower(): writing.media(sample)}
                row = _row(sample, numbers)
                if key + suffix.lower() != sample.sample_id:
                    row["sample_id"] = sample.sample_id
                files["json"] = orjson.dumps(row)
                if len(sample.labels) == 1:
                    files["cls"] = str(numbers[sample.labels[0]]).encode()
                writer.add(sample.split, key, files)
        sink.write(CLASSES_FILE, write_classes(writing.labels))


def _row(sample: ImageSample, numbers: Mapping[str, int]) -> dict[str, Any]:
    row: dict[str, Any] = {"width": sample.width, "height": sample.height}
    if sample.labels:
        row["labels"] = list(sample.labels)
    if sample.objects:
        row["objects"] = [_object_row(thing, sample, numbers) for thing in sample.objects]
    if sample.attributes:
        row["attributes"] = dict(sample.attributes)
    return {**row, "annotated": sample.annotated}


def _object_row(thing: Object, sample: ImageSample, numbers: Mapping[str, int]) -> dict[str, Any]:
    row = annotation_of(thing, sample, numbers)
    del row["category_id"]
    return {"category": thing.label, **row}


def _task_of(tree: Tree, paths: Sequence[str]) -> Task:
    """The richest task that the first samples are of."""
    found: set[Task] = set()
    for number, entry in enumerate(entries(tree, paths[0])):
        if number == _LOOKED_AT:
            break
        try:
            objects = json_of(tree, entry).get("objects")
        except Fault:  # it is noted when it is read in earnest
            continue
        for thing in objects if isinstance(objects, list) else ():
            if isinstance(thing, dict):
                found.add(_task_of_object(thing))
    order: tuple[Task, ...] = ("key_points", "instance_segmentation", "detection")
    return next((task for task in order if task in found), "classification")


def _task_of_object(thing: Mapping[str, Any]) -> Task:
    if thing.get("keypoints"):
        return "key_points"
    return "instance_segmentation" if thing.get("segmentation") else "detection"


def _samples(
    tree: Tree, paths: Sequence[str], labels: Sequence[Label], problems: Problems
) -> Iterator[ImageSample]:
    known = {label.name: label for label in labels}
    ids = Ids()
    for path in paths:
        for entry in entries(tree, path):
            try:
                sample = _sample(tree, entry, known, ids)
            except Fault as fault:
                problems.add(f"{path} ({entry.key})", fault)
                continue
            yield sample


def _sample(tree: Tree, entry: Entry, known: Mapping[str, Label], ids: Ids) -> ImageSample:
    suffix = next((suffix for suffix in entry.files if f".{suffix}" in SUFFIXES), None)
    if suffix is None:
        raise Fault("no_medium", key=entry.key)
    place = entry.files[suffix]
    row = json_of(tree, entry)
    width, height = _size(tree, place, row)
    labels = labels_of(tree, entry, row, list(known))
    objects = tuple(_objects(row, known, width, height))
    said = row.get("annotated")
    name = row.get("sample_id")
    own = name if isinstance(name, str) and name else f"{entry.key}.{suffix}"
    return ImageSample(
        sample_id=ids.new(own, entry.part or ""),
        media=str(place),
        width=width,
        height=height,
        labels=labels,
        objects=objects,
        split=entry.part,
        annotated=said if isinstance(said, bool) else bool(labels) or "objects" in row,
        attributes=attributes_of(row, _KNOWN),
    )


def labels_of(
    tree: Tree, entry: Entry, row: Mapping[str, Any], classes: Sequence[str]
) -> tuple[str, ...]:
    """The labels of a sample: those of its JSON, else that of its ``cls`` file."""
    name = next((name for name in _LABELS if row.get(name) is not None), None)
    if name is None:
        found = class_of(tree, entry, classes)
        return (found,) if found is not None else ()
    values = row[name] if isinstance(row[name], list) else [row[name]]
    return class_names((_named(value, classes) for value in values), name)


def _named(value: Any, classes: Sequence[str]) -> Any:
    """A class by its number, if it is one of the list."""
    number = isinstance(value, int) and not isinstance(value, bool)
    return classes[value] if number and 0 <= value < len(classes) else value


def _size(tree: Tree, place: Place, row: Mapping[str, Any]) -> tuple[int, int]:
    said = row.get("width"), row.get("height")
    if all(isinstance(side, int) and 0 < side < 1 << 24 for side in said):
        return int(said[0] or 0), int(said[1] or 0)
    size = size_of(content(tree, place))
    if size is None:
        raise Fault("picture_unreadable", file=place.shard)
    return size


def _objects(
    row: Mapping[str, Any], known: Mapping[str, Label], width: int, height: int
) -> Iterator[Object]:
    values = field(row, "objects", list) if row.get("objects") is not None else []
    for value in values:
        name = class_name(_named(field(value, "category", (int, str)), list(known)), "category")
        thing = read_object(value, known.get(name, Label(name)), width, height)
        if thing is None:
            raise Fault("missing_field", field="bbox")
        yield thing
