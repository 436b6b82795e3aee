"""Formats with a file of annotations per picture: which belongs to which, and what its id is.

The two have the same name but for the suffix. They lie beside each other, or in two folders
that are built alike: ``images`` and ``labels``, ``JPEGImages`` and ``Annotations``.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from aileron.core.errors import InvalidInput
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import ImageSample
from aileron.data.layout import Part
from aileron.data.trees.structure import PART_NAMES

MEDIA: Final = frozenset(("images", "image", "jpegimages", "imgs", "img", "pictures", "photos"))
NOTES: Final = frozenset(
    ("labels", "label", "annotations", "annotation", "xml", "xmls", "json", "jsons")
)
NO_PART: Final = "default"
"""The folder of samples that belong to no part, beside folders of parts."""
_LOOSE: Final = re.compile(r"(?:obj_)?(train|valid|val|test)(?:_data|\d{4})?")
"""``obj_train_data`` of Darknet, ``train2017``."""


class Pairs:
    """The pictures of a tree, with their annotations, sample ids and parts.

    Args:
        pictures: paths of pictures.
        notes: paths of files of annotations.
        anchors: other files of the format: with them, the folder that holds everything is found.
        parted: whether the first folder of all may be parts, which then belong to no id.
    """

    def __init__(
        self,
        pictures: Sequence[str],
        notes: Sequence[str],
        anchors: Iterable[str] = (),
        *,
        parted: bool = False,
    ) -> None:
        self.pictures = pictures
        self._twins: dict[str, str] = {}
        stems = {_stem(path) for path in pictures}
        self._parallel = not any(_stem(path) in stems for path in notes)
        self._root = _common([*pictures, *notes, *anchors]) if self._parallel else ""
        self.note_of = self._matched(notes)
        self.strays = sorted(set(notes) - set(self.note_of.values()))
        self._below = {path: self._under(path, MEDIA) for path in pictures}
        self._parts = _folder_parts(self._below) if parted else {}
        self.ids = self._ids()

    def part(self, picture: str) -> Part | None:
        """The part that the folder of `picture` names."""
        return self._parts.get(picture)

    def check(self, picture: str) -> None:
        """Raise `Fault` if `picture` would share its annotations with another one."""
        if picture in self._twins:
            raise Fault("same_stem", first=self._twins[picture], second=picture)

    def in_part_folder(self, picture: str) -> bool:
        """Whether the folder of `picture` is called as a part is, or as none."""
        first = self._below[picture].split("/")[0].lower()
        return picture in self._parts and (first in PART_NAMES or first == NO_PART)

    def _matched(self, notes: Sequence[str]) -> dict[str, str]:
        by_key = {_stem(self._under(path, NOTES)): path for path in notes}
        found: dict[str, str] = {}
        owners: dict[str, str] = {}
        for picture in self.pictures:
            note = by_key.get(_stem(self._under(picture, MEDIA)))
            if note is None:
                continue
            if owners.setdefault(note, picture) == picture:
                found[picture] = note
            else:
                self._twins[picture] = owners[note]
        if self._parallel:
            found |= _matched_by_name(set(self.pictures) - set(found), set(notes) - set(owners))
        return found

    def _under(self, path: str, folders: frozenset[str]) -> str:
        """`path` without the root, and without the first of `folders` where they are parallel."""
        names = path.removeprefix(self._root).split("/")
        place = next((i for i, name in enumerate(names[:-1]) if name.lower() in folders), None)
        if self._parallel and place is not None:
            del names[place]
        return unicodedata.normalize("NFC", "/".join(names))

    def _ids(self) -> dict[str, str]:
        """The shortest ids that tell all pictures apart."""
        short = {path: below.partition("/")[2] for path, below in self._below.items()}
        whole = {path: unicodedata.normalize("NFC", path) for path in self.pictures}
        for ids in (short, self._below) if self._parts else (self._below,):
            if len(set(ids.values())) == len(ids):
                return dict(ids)
        return whole


def read_pairs(
    pairs: Pairs, problems: Problems, sample_of: Callable[[str, str | None], ImageSample]
) -> Iterator[ImageSample]:
    """The sample of each picture and its annotations, if it has any; what fails is a problem."""
    for stray in pairs.strays:
        problems.add(stray, Fault("no_picture", file=f"{_stem(posixpath.basename(stray))}.*"))
    for picture in pairs.pictures:
        note = pairs.note_of.get(picture)
        try:
            pairs.check(picture)
            yield sample_of(picture, note)
        except Fault as fault:
            problems.add(note or picture, fault)
        except InvalidInput as error:
            problems.add_error(note or picture, error)


class Stems:
    """The names of files of annotations in an export: each picture has its own."""

    def __init__(self) -> None:
        self._taken: dict[str, str] = {}

    def take(self, path: str) -> str:
        """`path` of a picture without its suffix.

        Raises:
            InvalidInput: another picture has the same name but for the suffix.
        """
        stem = _stem(path)
        other = self._taken.setdefault(stem, path)
        if other != path:
            raise InvalidInput("data.formats.same_stem", first=other, second=path)
        return stem


def part_prefixes(samples: Iterable[ImageSample]) -> Mapping[Part | None, str]:
    """The folder, with ``/``, of samples of each part; ``""`` if there are no parts.

    Ids that begin as parts do also lie in such folders, or they would be read as parts.
    """
    parted = any(
        sample.split is not None or folder_part(sample.sample_id) is not None for sample in samples
    )
    parts: tuple[Part | None, ...] = ("train", "validation", "test", None)
    return {part: f"{part or NO_PART}/" if parted else "" for part in parts}


def folder_part(path: str) -> str | None:
    """The part that the first folder of `path` names, `NO_PART`, or None."""
    first, separator, _ = path.partition("/")
    name = first.lower() if separator else ""
    loose = _LOOSE.fullmatch(name)
    return PART_NAMES.get(loose[1] if loose else name, NO_PART if name == NO_PART else None)


def _matched_by_name(pictures: Iterable[str], notes: Iterable[str]) -> dict[str, str]:
    """Pictures and notes that are the only ones of their base name."""
    named: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for side, paths in enumerate((pictures, notes)):
        for path in paths:
            named[_stem(posixpath.basename(path))][side].append(path)
    return {a[0]: b[0] for a, b in named.values() if len(a) == len(b) == 1}


def _folder_parts(below: Mapping[str, str]) -> dict[str, Part | None]:
    """The parts of pictures if the first folder of each names one."""
    named = {path: folder_part(name) for path, name in below.items()}
    if None in named.values():
        return {}
    return {path: PART_NAMES.get(name or "") for path, name in named.items()}


def _common(paths: Sequence[str]) -> str:
    """The folder that holds all of `paths`, with ``/``."""
    if len(paths) < 2:
        return ""
    first, last = min(paths).split("/")[:-1], max(paths).split("/")[:-1]
    shared = 0
    while shared < min(len(first), len(last)) and first[shared] == last[shared]:
        shared += 1
    return "".join(f"{name}/" for name in first[:shared])


def _stem(path: str) -> str:
    return posixpath.splitext(path)[0]
