"""The pictures of a tree: found by what annotations call them, and how large they are."""

from __future__ import annotations

import io
import posixpath
from collections import defaultdict
from collections.abc import Iterator
from typing import Final, NamedTuple

from aileron.data.formats.port import Tree
from aileron.data.formats.problems import Fault
from aileron.data.trees.paths import clean, is_picture

ORIENTATION: Final = 274
"""EXIF's tag of the rotation; `QUARTERS` are its values for a quarter turn (EXIF 2.32, 4.6.4)."""
QUARTERS: Final = frozenset((5, 6, 7, 8))


class Size(NamedTuple):
    """Pixels of the upright picture: after an EXIF rotation, as tools show it."""

    width: int
    height: int


class Pictures:
    """The pictures of a tree. Annotations name them by path, by the end of it, or by base name."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self.paths = [path for path in tree.paths() if is_picture(path)]
        self._known = frozenset(self.paths)
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for path in self.paths:
            self._by_name[posixpath.basename(path)].append(path)
            self._by_name[posixpath.splitext(posixpath.basename(path))[0]].append(path)

    def find(self, name: str, hints: tuple[str, ...] = ()) -> str | None:
        """The path of the picture that annotations call `name`; None if there is none.

        Args:
            hints: folders that are looked into first.
        """
        wanted = clean(name)
        if not wanted:
            return None
        for folder in (*hints, ""):
            path = posixpath.join(folder, wanted)
            if path in self._known:
                return path
        found = self._by_name.get(posixpath.basename(wanted), ())
        ending = [path for path in found if path.endswith(f"/{wanted}")]
        chosen = ending or (list(found) if "/" not in wanted else [])
        return chosen[0] if chosen else None

    def size(self, path: str) -> Size:
        """The size in the header of the picture at `path`.

        Raises:
            Fault: it has none.
        """
        size = size_of(self._tree.head(path)) or size_of(self._tree.read(path))
        if size is None:  # even with all its bytes: headers may lie behind large metadata
            raise Fault("picture_unreadable", file=path)
        return size

    def unused(self, used: set[str]) -> Iterator[str]:
        """The pictures that no annotation named."""
        return (path for path in self.paths if path not in used)


def size_of(content: bytes) -> Size | None:
    """The size in the header; no pixel is decoded, so a bomb is not one here."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content)) as picture:
            width, height = picture.size
            turned = picture.getexif().get(ORIENTATION, 1) in QUARTERS
            return Size(height, width) if turned else Size(width, height)
    except Image.DecompressionBombError:
        return None
    except (OSError, ValueError, SyntaxError):  # what the library's readers raise
        return None
