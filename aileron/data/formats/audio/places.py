"""Where recordings lie whose annotations are in other files: below ``audio``, by part."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from typing import Final

from aileron.data.formats.records import AudioSample
from aileron.data.formats.text.file_names import (
    common_root,
    file_name,
    id_of,
    part_below,
    with_part,
)
from aileron.data.layout import Part

FOLDER: Final = "audio"
_SLASH: Final = "%2F"


class Places:
    """Parts and ids of the recordings of a tree by their paths."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._below_audio = all(FOLDER in path.split("/")[:-1] for path in paths)
        self._root = common_root(paths)

    def part(self, path: str) -> Part | None:
        """The part whose folder the recording lies in."""
        return part_below(self._below(path))[0]

    def sample_id(self, path: str, part: Part | None) -> str:
        """The id of a recording of `part`: its path without the folder of the part."""
        below = self._below(path)
        found, rest = part_below(below)
        if found is not None and found == part:
            return id_of(rest)
        plain = below.replace(_SLASH, "/", 1)
        return id_of(plain if part_below(plain)[0] else below)

    def _below(self, path: str) -> str:
        if not self._below_audio:
            return path.removeprefix(self._root)
        folders = path.split("/")
        return "/".join(folders[folders.index(FOLDER) + 1 :])


def name_of(sample: AudioSample) -> str:
    """The name of the file of `sample` in the folder of its part.

    An id that begins like the folder of a part is no sample of that part.
    """
    name = file_name(sample.sample_id)
    return name if sample.split or not part_below(name)[0] else name.replace("/", _SLASH, 1)


def path_of(sample: AudioSample) -> str:
    """Where the recording of `sample` is written."""
    return posixpath.join(FOLDER, with_part(sample.split, name_of(sample)))
