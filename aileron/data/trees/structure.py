"""What folders say about pictures: which folder is a class, which a part.

The folder of a picture's class is the first one below the root, or below ``train``,
``validation`` and ``test``; folders inside a class are its own affair. A folder that holds
everything (archives often have one) is passed through.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aileron.data.layout import Part

PART_NAMES: Final[Mapping[str, Part]] = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
}


@dataclass(frozen=True)
class Structure:
    """How to read a picture's path: what to pass through, and whether parts come first."""

    root: str
    """``""`` or the folders that hold everything, with a ``/`` at the end."""
    has_parts: bool
    empty: tuple[str, ...] = ()
    """Folders in the place of a class that hold no picture."""

    def part(self, path: str) -> Part | None:
        """The part that the source gives the picture at `path` to."""
        first = self.below(path).split("/")[0]
        return PART_NAMES[first.lower()] if self.has_parts else None

    def label(self, path: str) -> str | None:
        """The class of the picture at `path`, None if it lies in no class folder."""
        folders = self.below(path).split("/")[1 if self.has_parts else 0 : -1]
        return folders[0] if folders else None

    def below(self, path: str) -> str:
        """`path` without the folders that hold everything."""
        return path.removeprefix(self.root)


def find_structure(pictures: Sequence[str], folders: Iterable[str] = ()) -> Structure:
    """The structure of a source with these pictures and folders (relative paths)."""
    parts = [path.split("/")[:-1] for path in pictures]
    root = _root(parts)
    below = [names[len(root) :] for names in parts]
    parted = all(len(names) >= 2 and names[0].lower() in PART_NAMES for names in below)
    has_parts = parted and any(PART_NAMES[names[0].lower()] == "train" for names in below)
    # Without a training part these are names of classes, whatever they sound like.
    prefix = "".join(f"{name}/" for name in root)
    found = Structure(prefix, has_parts)
    labels = {found.label(path) for path in pictures}
    named = {found.label(f"{path}/") for path in folders if f"{path}/".startswith(prefix)}
    return Structure(prefix, has_parts, tuple(sorted(n for n in named - labels if n)))


def _root(folders: Sequence[Sequence[str]]) -> list[str]:
    """The folders that hold every picture and stand above at least two others."""
    root: list[str] = []
    while folders and all(len(names) > len(root) for names in folders):
        here = {names[len(root)] for names in folders}
        if len(here) > 1:
            return root
        root.append(here.pop())
    return []
