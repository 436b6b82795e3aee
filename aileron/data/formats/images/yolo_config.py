"""What a YOLO dataset says of itself: classes, key points and parts.

Ultralytics has ``data.yaml``; Darknet and its heirs have a list of names (``obj.names``,
``classes.txt``) and lists of pictures by part (``train.txt``). Paths in them are of the machine
that wrote them, so they are matched by their ends.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

from aileron.core.errors import InvalidInput
from aileron.data.formats.documents import decode_text
from aileron.data.formats.port import Tree
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import Label
from aileron.data.layout import Part
from aileron.data.trees.structure import PART_NAMES

CONFIG: Final = "data.yaml"
LISTED_NAMES: Final = ("classes.txt", "obj.names", "predefined_classes.txt")
_IS_CONFIG: Final = re.compile(rb"^[\"']?names[\"']?\s*:", re.MULTILINE)
_IS_MODEL: Final = re.compile(rb"^backbone\s*:", re.MULTILINE)
_LARGEST: Final = 4_000_000
"""Bytes of a configuration; one of 10,000 classes has a tenth of it."""
_MOST: Final = 100_000
"""Classes."""


@dataclass(frozen=True)
class Config:
    """What was found."""

    labels: tuple[Label, ...] | None = None
    """In the order of their numbers; None: nothing names them."""
    point_count: int = 0
    """Key points of each object."""
    point_size: int = 3
    """Numbers of a key point: x, y and, if 3, the visibility."""
    parts: tuple[tuple[Part, str], ...] = ()
    """Folders of pictures, and lists of them, with their parts."""
    paths: tuple[str, ...] = ()
    """The files that said it."""


def find_configs(tree: Tree) -> list[str]:
    """The YAML files that describe a dataset, the uppermost first."""
    found = [
        path
        for path in tree.paths()
        if path.endswith((".yaml", ".yml")) and tree.size(path) <= _LARGEST
    ]
    heads = {path: tree.head(path) for path in found}
    chosen = [
        p for p, head in heads.items() if _IS_CONFIG.search(head) and not _IS_MODEL.search(head)
    ]
    return sorted(chosen, key=lambda path: (path.count("/"), posixpath.basename(path) != CONFIG))


def read_config(tree: Tree) -> Config:
    """What the uppermost YAML says, or the lists that stand for one.

    Raises:
        InvalidInput: it cannot be read; says the line.
    """
    configs = find_configs(tree)
    if configs:
        return _of_yaml(tree, configs[0])
    lists = [path for path in tree.paths() if posixpath.basename(path) in LISTED_NAMES]
    names = lists or [path for path in tree.paths() if path.endswith(".names")]
    parts = tuple(_part_lists(tree))
    if not names:
        return Config(parts=parts)
    path = min(names, key=lambda path: path.count("/"))
    lines = [line.strip() for line in decode_text(tree, path).splitlines()]
    labels = tuple(Label(line) for line in lines if line)
    return Config(labels, parts=parts, paths=(path, *(name for _, name in parts)))


def parts_of(
    config: Config, tree: Tree, pictures: Sequence[str], problems: Problems
) -> Mapping[str, Part | None]:
    """The parts of the pictures that the configuration mentions; None where it names several.

    A line of a list that names no picture is a problem.
    """
    found: dict[str, set[Part]] = defaultdict(set)
    folders = {folder for path in pictures for folder in _parents(path)}
    texts = {path for path in tree.paths() if path.endswith(".txt")}
    by_folder: dict[str, set[Part]] = defaultdict(set)
    bases = ["", *(f"{folder}/" for path in config.paths for folder in _parents(path))]
    known, places = set(pictures), folders | texts
    for part, entry in config.parts:
        place = _find(entry, places, bases)
        if place in texts:
            for picture in _listed(tree, place, known, bases, problems):
                found[picture].add(part)
        elif place is not None:
            by_folder[place].add(part)
    for path in pictures:
        near = next((by_folder[f] for f in _parents(path) if f in by_folder), None)
        found[path] |= near or set()
    return {
        path: (min(parts) if len(parts) == 1 else None) for path, parts in found.items() if parts
    }


def _listed(
    tree: Tree, path: str, pictures: set[str], bases: Sequence[str], problems: Problems
) -> Iterator[str]:
    """The pictures that the list `path` names."""
    for number, line in enumerate(decode_text(tree, path).splitlines(), 1):
        picture = _find(line.strip(), pictures, bases)
        if picture is not None:
            yield picture
        elif line.strip():
            problems.add(path, Fault("no_picture", file=line.strip()), number)


def _of_yaml(tree: Tree, path: str) -> Config:
    text = decode_text(tree, path)
    try:
        content = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - strings, lists, mappings
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{path}:{mark.line + 1 if mark else 1}"
        problem = error.problem
        raise InvalidInput("data.formats.not_yaml", where=where, problem=problem) from None
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        problem = str(error) or type(error).__name__
        raise InvalidInput("data.formats.not_yaml", where=path, problem=problem) from None
    try:
        return _config(content, path)
    except Fault as fault:
        raise InvalidInput(fault.reason.message_id, where=path, **fault.reason.values) from None


def _config(content: Any, path: str) -> Config:
    if not isinstance(content, dict):
        raise Fault("missing_field", field="names")
    names = _numbered(content, "names")
    points = _numbered(content, "kpt_names")
    bones = _numbered(content, "skeleton")
    count, size = _point_shape(content)
    labels = []
    for number in range(max(names, default=-1) + 1):
        of_class = points.get(number)
        listed = tuple(of_class) if isinstance(of_class, list) else ()
        joined = _joined(bones.get(number), len(listed))
        labels.append(
            Label(_text(names.get(number, str(number))), tuple(map(_text, listed)), joined)
        )
    parts = tuple(
        (PART_NAMES[key], entry)
        for key in ("train", "val", "valid", "validation", "test")
        for entry in _entries(content.get(key))
    )
    return Config(tuple(labels), count, size, parts, (path,))


def _numbered(content: Mapping[str, Any], key: str) -> dict[int, Any]:
    """A list, or a mapping by numbers, of values by class number."""
    found = content.get(key) or {}
    pairs = enumerate(found) if isinstance(found, list) else None
    try:
        numbered = dict(pairs or ((int(k), v) for k, v in found.items()))
    except (AttributeError, TypeError, ValueError):
        wanted = "{0: a, 1: b}"
        raise Fault("wrong_field", field=key, found=_shown(found), wanted=wanted) from None
    if numbered and not 0 <= min(numbered) <= max(numbered) < _MOST:
        raise Fault("wrong_field", field=key, found=min(numbered), wanted="0, 1, 2")
    return numbered


def _point_shape(content: Mapping[str, Any]) -> tuple[int, int]:
    found = content.get("kpt_shape")
    if not found:
        return 0, 3
    try:
        count, size = map(int, found)
    except (TypeError, ValueError):
        count, size = 0, 0
    if count < 1 or size not in (2, 3):
        raise Fault("wrong_field", field="kpt_shape", found=_shown(found), wanted="[17, 3]")
    return count, size


def _joined(pairs: Any, count: int) -> tuple[tuple[int, int], ...]:
    """The lines of a skeleton: a key of ours, since Ultralytics has none."""
    try:
        found = tuple((int(a), int(b)) for a, b in pairs or ())
    except (TypeError, ValueError):
        return ()
    return found if all(0 <= place < count for pair in found for place in pair) else ()


def _entries(value: Any) -> Iterator[str]:
    values = value if isinstance(value, list) else [value]
    return (entry for entry in values if isinstance(entry, str) and entry)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Fault("wrong_field", field="names", found=_shown(value), wanted="{0: a, 1: b}")
    return value


def _shown(value: Any) -> str:
    """A value for a message; lists are not shown, since aliases may make them endless."""
    return value[:60] if isinstance(value, str) else type(value).__name__


def _part_lists(tree: Tree) -> Iterator[tuple[Part, str]]:
    """``train.txt`` and the like."""
    for path in tree.paths():
        stem, suffix = posixpath.splitext(posixpath.basename(path))
        if suffix == ".txt" and stem in PART_NAMES:
            yield PART_NAMES[stem], path


def _find(name: str, known: Container[str], bases: Iterable[str]) -> str | None:
    """The path in `known` that is the longest end of path `name`, below one of `bases`."""
    names = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    ends = ("/".join(names[i:]) for i in range(len(names)))
    places = (f"{base}{end}" for end in ends for base in bases)
    return next((place for place in places if place in known), None)


def _parents(path: str) -> Iterator[str]:
    """The folders that `path` lies in, the nearest first."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
