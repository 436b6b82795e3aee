"""Pictures in a folder per class; and pictures beside a table ``labels.csv``.

The folders of classes may lie in folders ``train``, ``validation`` and ``test``. The table has
columns `file`, `labels` (several are joined by ``;``) and, if wanted, `split`.
"""

from __future__ import annotations

import csv
import io
import posixpath
from collections.abc import Iterator, Mapping
from typing import ClassVar, Final

from aileron.core.errors import InvalidInput
from aileron.data.formats.images.pictures import Pictures
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import ImageSample, Task
from aileron.data.formats.traits import KEPT, Keep, Trait, lossy, refused
from aileron.data.images.labels import Row, read_labels
from aileron.data.trees.paths import LABELS_FILE
from aileron.data.trees.structure import Structure, find_structure

_NO_SHAPES: Final[Mapping[Trait, Keep]] = dict.fromkeys(
    (
        Trait.BOXES,
        Trait.POLYGONS,
        Trait.MASKS,
        Trait.KEY_POINTS,
        Trait.CROWDS,
        Trait.OBJECT_ATTRIBUTES,
    ),
    refused(),
)


class ImageFolders(Format[ImageSample]):
    """The class of a picture is its folder."""

    name = "image_folders"
    title: ClassVar[Mapping[str, str]] = {
        "en": "A folder of pictures per class",
        "zh": "每类一个图片文件夹",
    }
    modality = "image"
    tasks: ClassVar[tuple[Task, ...]] = ("classification",)
    fallback = True
    keeps: ClassVar[Mapping[Trait, Keep]] = {
        Trait.IDS: lossy("ids_with_class"),
        Trait.LABELS: KEPT,
        Trait.SEVERAL_LABELS: refused("one_folder"),
        **_NO_SHAPES,
        Trait.ATTRIBUTES: refused(),
        Trait.SPLITS: lossy("parts_with_train"),
        Trait.UNANNOTATED: refused("one_folder"),
        Trait.EMPTY_CLASSES: lossy("no_empty_classes"),
    }
    layout = "{part}/{label}/{sample_id}"
    source = "https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.ImageFolder"

    def recognises(self, tree: Tree) -> bool:
        pictures = Pictures(tree).paths
        structure = find_structure(pictures)
        return bool(pictures) and all(structure.label(path) for path in pictures)

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[ImageSample]:
        pictures = Pictures(tree)
        structure = find_structure(pictures.paths)
        if not pictures.paths:
            raise InvalidInput("data.formats.no_pictures", where=tree.name)
        samples = _in_folders(pictures, structure, problems)
        return Reading(task or "classification", (), samples, known=False)

    def write(self, writing: Writing[ImageSample], sink: Sink) -> None:
        parts = {sample.split for sample in writing.samples}
        told = "train" in parts and None not in parts
        # Below the folder of a class that stands alone, other folders would be the classes.
        alone = len({sample.labels for sample in writing.samples}) == 1
        taken: set[str] = set()
        for sample in writing.samples:
            (label,) = sample.labels
            part = (sample.split if told else None) or ""
            folder = posixpath.join(part, label.replace("/", "_"))
            name = _flat(sample.sample_id, taken) if alone else sample.sample_id
            sink.write(posixpath.join(folder, name), writing.media(sample))


class ImageCsv(Format[ImageSample]):
    """The classes of pictures stand in a table beside them."""

    name = "image_csv"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Pictures and a table of their labels",
        "zh": "图片与标签表",
    }
    modality = "image"
    tasks: ClassVar[tuple[Task, ...]] = ("classification",)
    keeps: ClassVar[Mapping[Trait, Keep]] = {
        Trait.IDS: KEPT,
        Trait.LABELS: KEPT,
        Trait.SEVERAL_LABELS: KEPT,
        **_NO_SHAPES,
        Trait.ATTRIBUTES: refused(),
        Trait.SPLITS: KEPT,
        Trait.UNANNOTATED: lossy("like_empty"),
        Trait.EMPTY_CLASSES: lossy("no_empty_classes"),
    }
    layout = f"{LABELS_FILE}\n{{sample_id}}"
    source = "docs/reference/formats.md"

    def recognises(self, tree: Tree) -> bool:
        table = _table(tree)
        if table is None:
            return False
        heads = tree.head(table).splitlines()[:1]
        names = {
            name.strip().strip(b'"\xef\xbb\xbf') for head in heads for name in head.split(b",")
        }
        return {b"file", b"labels"} <= names and bool(Pictures(tree).paths)

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[ImageSample]:
        table = _table(tree)
        if table is None:
            raise InvalidInput("data.formats.no_annotations", where=tree.name, layout=self.layout)
        rows = read_labels(tree.read(table), single=False)
        samples = _in_table(Pictures(tree), table, rows, problems)
        return Reading(task or "classification", (), samples, known=False)

    def write(self, writing: Writing[ImageSample], sink: Sink) -> None:
        text = io.StringIO(newline="")
        table = csv.writer(text)
        table.writerow(("file", "labels", "split"))
        for sample in writing.samples:
            table.writerow((sample.sample_id, ";".join(sample.labels), sample.split or ""))
            sink.write(sample.sample_id, writing.media(sample))
        sink.write(LABELS_FILE, text.getvalue().encode())


def _flat(path: str, taken: set[str]) -> str:
    """`path` as a name without folders, one that is not `taken` yet."""
    stem, suffix = posixpath.splitext(path.replace("/", "_"))
    name, count = stem, 1
    while name + suffix in taken:
        count += 1
        name = f"{stem}_{count}"
    taken.add(name + suffix)
    return name + suffix


def _in_folders(
    pictures: Pictures, structure: Structure, problems: Problems
) -> Iterator[ImageSample]:
    for path in pictures.paths:
        label = structure.label(path)
        if label is None:
            problems.add(path, Fault("no_class_folder"))
            continue
        try:
            size = pictures.size(path)
        except Fault as fault:
            problems.add(path, fault)
            continue
        yield ImageSample(
            sample_id=structure.below(path),
            media=path,
            width=size.width,
            height=size.height,
            labels=(label,),
            split=structure.part(path),
        )


def _in_table(
    pictures: Pictures, table: str, rows: Mapping[str, Row], problems: Problems
) -> Iterator[ImageSample]:
    folder = posixpath.dirname(table)
    there = set(pictures.paths)
    for name, row in rows.items():
        path = posixpath.join(folder, name)
        if path not in there:
            problems.add(table, Fault("no_picture", file=name), row.line)
            continue
        try:
            size = pictures.size(path)
        except Fault as fault:
            problems.add(table, fault, row.line)
            continue
        yield ImageSample(
            sample_id=name,
            media=path,
            width=size.width,
            height=size.height,
            labels=row.labels,
            split=row.part,
        )


def _table(tree: Tree) -> str | None:
    """The ``labels.csv`` nearest to the top."""
    found = [path for path in tree.paths() if posixpath.basename(path).lower() == LABELS_FILE]
    return min(found, key=lambda path: (path.count("/"), path), default=None)
