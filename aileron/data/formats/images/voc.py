"""Pascal VOC: an XML per picture, and lists of the pictures of each part.

The task classification has no XML but, per class and part, a list of all pictures with 1 or -1
(0, "difficult", counts as -1 as in Datumaro); where there are none, a picture has the labels of
its objects, as the challenge had it. Beside objects, such labels are those of the picture only if
they say more than the objects do. A picture with neither XML nor a line in such a list waits for
annotation. Classes come from ``labelmap.txt``, which CVAT and Datumaro write and read. A
picture that lists of several parts name belongs to none.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar, Final, NamedTuple

from aileron.core.errors import InvalidInput
from aileron.data.formats.documents import decode_text
from aileron.data.formats.images.pairs import MEDIA as MEDIA_FOLDERS
from aileron.data.formats.images.pairs import NO_PART, Pairs, Stems, read_pairs
from aileron.data.formats.images.pictures import Pictures
from aileron.data.formats.images.voc_xml import (
    check_name,
    is_voc_xml,
    objects_of,
    parse_voc,
    picture_name,
    size_of,
    voc_xml,
)
from aileron.data.formats.parts import part_in
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import ImageSample, Label, Object, Task
from aileron.data.formats.traits import KEPT, Keep, Trait, lossy, refused
from aileron.data.layout import Part
from aileron.data.trees.paths import clean

NOTES: Final = "Annotations"
MEDIA: Final = "JPEGImages"
LISTS: Final = "ImageSets/Main"
LABEL_MAP: Final = "labelmap.txt"
TRAIN_VAL: Final = "trainval"
_SET_NAMES: Final[Mapping[Part | None, str]] = {
    "train": "train",
    "validation": "val",
    "test": "test",
    None: NO_PART,
}
_OTHER_PICTURES: Final = ("SegmentationClass", "SegmentationObject")
_BACKGROUND: Final = ("background", "background:::", "background:0,0,0::")
"""What Datumaro and CVAT list for the pixels of no class."""


class Voc(Format[ImageSample]):
    """The PASCAL Visual Object Classes challenge."""

    name = "voc"
    title: ClassVar[Mapping[str, str]] = {"en": "Pascal VOC", "zh": "Pascal VOC"}
    modality = "image"
    tasks: ClassVar[tuple[Task, ...]] = ("detection", "classification")
    keeps: ClassVar[Mapping[Trait, Keep]] = {
        Trait.IDS: KEPT,
        Trait.LABELS: KEPT,
        Trait.SEVERAL_LABELS: KEPT,
        Trait.BOXES: KEPT,
        Trait.POLYGONS: refused(),
        Trait.MASKS: refused(),
        Trait.KEY_POINTS: refused(),
        Trait.CROWDS: refused(),
        Trait.ATTRIBUTES: lossy("left_out"),
        Trait.OBJECT_ATTRIBUTES: lossy("strings_only"),
        Trait.SPLITS: KEPT,
        Trait.UNANNOTATED: KEPT,
        Trait.EMPTY_CLASSES: KEPT,
    }
    layout = (
        f"{NOTES}/{{sample_id without suffix}}.xml\n{MEDIA}/{{sample_id}}\n"
        f"{LISTS}/{{part}}.txt\n{LISTS}/{{class}}_{{part}}.txt\n{LABEL_MAP}"
    )
    source = "http://host.robots.ox.ac.uk/pascal/VOC/voc2012/htmldoc/devkit_doc.html"

    def recognises(self, tree: Tree) -> bool:
        first = next(_notes(tree), None)
        if first is not None:
            return is_voc_xml(tree, first)
        folders = {folder for path in tree.paths() for folder in path.split("/")[:-1]}
        return {MEDIA, *LISTS.split("/")} <= folders and not folders & set(_OTHER_PICTURES)

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[ImageSample]:
        source = _Source(tree)
        if not source.notes and not source.lists.paths:
            raise InvalidInput("data.formats.no_annotations", where=tree.name, layout=self.layout)
        source.pair_by_names()
        source.lists.read(problems)
        classified: Task = "detection" if source.notes else "classification"
        found = task or classified
        samples = read_pairs(source.pairs, problems, _Reader(source, found).sample)
        labels = source.labels
        return Reading(found, labels or (), samples, labels is not None)

    def write(self, writing: Writing[ImageSample], sink: Sink) -> None:
        stems = Stems()
        names = [label.name for label in writing.labels]
        for name in names:
            check_name(name, self.name)
        classified = writing.task == "classification"
        listed = classified or any(sample.labels for sample in writing.samples)
        sets: dict[str, list[_Entry]] = defaultdict(list)
        for sample in writing.samples:
            stem = stems.take(sample.sample_id)
            sink.write(f"{MEDIA}/{sample.sample_id}", writing.media(sample))
            sets[_SET_NAMES[sample.split]].append(_Entry(stem, sample.labels, sample.annotated))
            if sample.annotated and (sample.objects or not classified):
                sink.write(f"{NOTES}/{stem}.xml", voc_xml(sample))
        for part, entries in sets.items():
            sink.write(f"{LISTS}/{part}.txt", _text(entry.stem for entry in entries))
            for name in names if listed else ():  # one at a time: each is as long as the part
                marks = (entry.mark(name) for entry in entries if entry.annotated)
                sink.write(f"{LISTS}/{_file_name(name)}_{part}.txt", _text(marks))
        sink.write(LABEL_MAP, _text(["# label:color_rgb:parts:actions", *map(_mapped, names)]))


class _Entry(NamedTuple):
    """A picture in the lists."""

    stem: str
    labels: tuple[str, ...]
    annotated: bool

    def mark(self, label: str) -> str:
        """Its line in the list of the class `label`."""
        return f"{self.stem} {1 if label in self.labels else -1:2d}"


class _Source:
    """What a tree holds, by kind."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.notes = list(_notes(tree))
        self.pictures = Pictures(tree)
        below = [path for path in self.pictures.paths if MEDIA in path.split("/")]
        others = set(_OTHER_PICTURES)
        chosen = below or [
            path for path in self.pictures.paths if others.isdisjoint(path.split("/"))
        ]
        lists = [
            path
            for path in tree.paths()
            if path.endswith(".txt") and posixpath.dirname(f"/{path}").endswith(f"/{LISTS}")
        ]
        self.pairs = Pairs(chosen, self.notes, lists, parted=not lists)
        self.lists = _Lists(tree, lists, self.pairs)

    @property
    def labels(self) -> tuple[Label, ...] | None:
        """All classes, if the source lists them."""
        return _labels(self.tree) or tuple(map(Label, self.lists.classes)) or None

    def pair_by_names(self) -> None:
        """Find the pictures of XML files that are named otherwise, by what these say."""
        for note in list(self.pairs.strays):
            try:
                name = picture_name(parse_voc(self.tree, note))
            except InvalidInput:
                continue  # it stays a stray
            picture = self.pictures.find(name)
            if picture in self.pairs.ids and picture not in self.pairs.note_of:
                self.pairs.note_of[picture] = note
                self.pairs.strays.remove(note)


class _Lists:
    """What the lists of pictures say: parts, and labels of whole pictures."""

    def __init__(self, tree: Tree, paths: Sequence[str], pairs: Pairs) -> None:
        self.paths = paths
        self.marked: dict[str, list[str]] = defaultdict(list)
        """Labels of the pictures that lists of classes name."""
        self.classes: dict[str, None] = {}
        self._tree = tree
        self._by_stem: dict[str, str] = {}
        for picture in pairs.pictures:
            self._by_stem.setdefault(picture, picture)
            self._by_stem.setdefault(posixpath.splitext(picture)[0], picture)
        self._folders = _media_folders(pairs.pictures)
        self._parts: dict[str, set[Part]] = defaultdict(set)

    def read(self, problems: Problems) -> None:
        """Read all of them; a line that names no picture is a problem."""
        sets = {_name(path) for path in self.paths} | {*_SET_NAMES.values(), TRAIN_VAL}
        for path in self.paths:
            lines = [line.strip() for line in decode_text(self._tree, path).splitlines()]
            label, _, part = _name(path).rpartition("_")
            if label and part in sets and all(_is_marked(line) for line in lines if line):
                self._read_class(path, label, lines)
            else:
                self._read_part(path, part_in(_name(path)), lines, problems)

    def part(self, picture: str) -> Part | None:
        """The one part whose list names `picture`."""
        found = self._parts.get(picture, set())
        return next(iter(found)) if len(found) == 1 else None

    def _read_class(self, path: str, label: str, lines: Iterable[str]) -> None:
        self.classes[label] = None
        for line in lines:
            picture = self._picture(path, line.rpartition(" ")[0].strip())
            if picture is not None:
                labels = self.marked[picture]
                if line.endswith(" 1") and label not in labels:
                    labels.append(label)

    def _read_part(
        self, path: str, part: Part | None, lines: Iterable[str], problems: Problems
    ) -> None:
        for number, line in enumerate(lines, 1):
            picture = self._picture(path, line)
            if line and picture is None:
                problems.add(path, Fault("no_picture", file=line), number)
            elif picture is not None and part is not None:
                self._parts[picture].add(part)

    def _picture(self, path: str, name: str) -> str | None:
        """The picture that list `path` calls `name`: of the same root, where there are several."""
        root = path[: -len(f"{LISTS}/{posixpath.basename(path)}")]
        wanted = clean(name) or ""
        places = (f"{folder}{wanted}" for folder in self._folders if folder.startswith(root))
        return next((self._by_stem[place] for place in places if place in self._by_stem), None)


class _Reader:
    """Makes samples of pictures and what is said of them."""

    def __init__(self, source: _Source, task: Task) -> None:
        self._source = source
        self._classified = task == "classification"
        labels = source.labels
        self._known = None if labels is None else {label.name for label in labels}

    def sample(self, picture: str, note: str | None) -> ImageSample:
        """The sample of a picture.

        Raises:
            Fault, InvalidInput: it cannot be used.
        """
        source = self._source
        labels = source.lists.marked.get(picture)
        if note is None:
            size = source.pictures.size(picture)
            things: tuple[Object, ...] = ()
        else:
            root = parse_voc(source.tree, note)
            size = size_of(root, source.pictures, picture)
            things = objects_of(root, size)
            self._check(thing.label for thing in things)
        shown = list(dict.fromkeys(thing.label for thing in things))
        if self._classified and labels is None and note is not None:
            labels = shown
        elif not self._classified and set(labels or ()) <= set(shown):
            labels = None
        return ImageSample(
            sample_id=source.pairs.ids[picture],
            media=picture,
            width=size.width,
            height=size.height,
            labels=tuple(labels or ()),
            objects=() if self._classified else things,
            split=source.lists.part(picture) or source.pairs.part(picture),
            annotated=note is not None or labels is not None,
        )

    def _check(self, names: Iterable[str]) -> None:
        if self._known is None:
            return
        for name in names:
            if name not in self._known:
                raise Fault("unknown_label", name=name, classes=", ".join(sorted(self._known)))


def _notes(tree: Tree) -> Iterator[str]:
    """The XML files in folders of annotations."""
    for path in tree.paths():
        folders = path.lower().split("/")[:-1]
        if path.lower().endswith(".xml") and NOTES.lower() in folders:
            yield path


def _labels(tree: Tree) -> tuple[Label, ...] | None:
    """The classes of ``labelmap.txt``: ``name:colour:parts:actions``; None without one."""
    paths = [path for path in tree.paths() if posixpath.basename(path) == LABEL_MAP]
    if not paths:
        return None
    lines = map(str.strip, decode_text(tree, min(paths, key=len)).splitlines())
    said = (line for line in lines if not line.startswith("#") and line not in _BACKGROUND)
    names = (line.rsplit(":", 3)[0] for line in said)
    return tuple(map(Label, dict.fromkeys(filter(None, names))))


def _mapped(name: str) -> str:
    """The line of a class; one that is called background has a colour, or it would be none."""
    if name.startswith("#"):
        raise InvalidInput("data.formats.name_unwritable", name=repr(name), format=Voc.name)
    return f"{name}:{'128,0,0' if f'{name}:::' in _BACKGROUND else ''}::"


def _media_folders(pictures: Iterable[str]) -> list[str]:
    """The folders, with ``/``, that lists may count from: those called as media are, and all
    that hold a picture."""
    found = set()
    for path in pictures:
        names = path.split("/")[:-1]
        place = next((i for i, name in enumerate(names, 1) if name.lower() in MEDIA_FOLDERS), None)
        found.add("".join(f"{name}/" for name in names[:place]))
    return sorted(found, key=len)


def _is_marked(line: str) -> bool:
    return line.rpartition(" ")[2] in ("-1", "0", "1") and " " in line


def _name(path: str) -> str:
    return posixpath.splitext(posixpath.basename(path))[0]


def _file_name(label: str) -> str:
    if "/" in label or clean(label) != label:
        raise InvalidInput("data.formats.name_unwritable", name=repr(label), format=Voc.name)
    return label


def _text(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
