"""Which files are recordings, and which of them are taken. Whether they can be decoded is told
where they enter a dataset."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Final

from aileron.data.formats.port import Tree
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.text.lines import suffix_of
from aileron.data.trees.paths import SOUNDS, clean, is_picture

TAKEN: Final = frozenset((".wav", ".flac", ".mp3", ".m4a"))


def recordings(tree: Tree) -> list[str]:
    """All recordings of `tree`, taken or not."""
    return [path for path in tree.paths() if suffix_of(path) in SOUNDS]


def taken(paths: list[str], problems: Problems) -> Iterator[str]:
    """Those of a kind that is taken; the others are problems."""
    for path in paths:
        try:
            check_kind(path)
        except Fault as fault:
            problems.add(path, fault)
        else:
            yield path


def check_kind(path: str) -> None:
    """Raise `Fault` if recordings of this suffix are not taken."""
    suffix = suffix_of(path)
    if suffix not in TAKEN:
        raise Fault("recording_kind", kind=suffix or "?")


def has_pictures(tree: Tree) -> bool:
    """Whether `tree` is of pictures, at least in part."""
    return any(is_picture(path) for path in tree.paths())


class Recordings:
    """The recordings of a tree by what a list calls them: a path, or the end of one."""

    def __init__(self, tree: Tree, folder: str) -> None:
        self._folder = folder
        self.paths = recordings(tree)
        self._known = frozenset(self.paths)
        self._by_name: dict[str, list[str]] = {}
        for path in self.paths:
            self._by_name.setdefault(posixpath.basename(path), []).append(path)

    def find(self, name: str, beside: str = "") -> str | None:
        """The path of the recording called `name` in a list in folder `beside`."""
        wanted = clean(name)
        if not wanted:
            return None
        for folder in (posixpath.join(beside, self._folder), beside, self._folder, ""):
            path = posixpath.join(folder, wanted)
            if path in self._known:
                return path
        found = self._by_name.get(posixpath.basename(wanted), [])
        ending = [path for path in found if path.endswith(f"/{wanted}")]
        return ending[0] if len(ending) == 1 else None
