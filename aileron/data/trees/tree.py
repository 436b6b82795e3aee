"""A folder, a zip or a tar as a tree of files, which formats read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final

from aileron.core.errors import InvalidInput
from aileron.data.trees.archive import Archive, Member, open_archive
from aileron.data.trees.folder import Folder
from aileron.data.trees.paths import clean, is_junk

MOST_BYTES: Final = 4 << 30
"""Of one file: annotations of a million pictures fit many times."""
FILES: Final = frozenset(
    (".csv", ".json", ".jsonl", ".ndjson", ".parquet", ".tsv", ".txt", ".xlsx", ".conll", ".bio")
)
"""How the names of files end that hold samples by themselves; others are taken for archives."""


class FileTree:
    """The files of an `Archive`, as `aileron.data.formats.Tree` has them."""

    def __init__(self, name: str, archive: Archive) -> None:
        self.name = name
        self._archive = archive
        self._files = {
            member.path: member
            for member in archive.members
            if member.kind == "file" and not is_junk(member.path)
        }
        self._paths = sorted(self._files)

    def paths(self) -> Sequence[str]:
        """Of all files, sorted."""
        return self._paths

    def others(self, kind: str) -> Sequence[Member]:
        """The folders, or the links, which are not followed."""
        return [one for one in self._archive.members if one.kind == kind and not is_junk(one.path)]

    def size(self, path: str) -> int:
        """Bytes of a file."""
        return self._files[path].size

    def head(self, path: str, count: int = 65536) -> bytes:
        """The first `count` bytes of a file."""
        return self._archive.head(path, count)

    def open(self, path: str) -> BinaryIO:
        """The file as a stream that can be read from any place."""
        return self._archive.open(path)

    def read(self, path: str) -> bytes:
        """The bytes of a file.

        Raises:
            InvalidInput: the archive is damaged here, or the file is too large.
        """
        size = self._files[path].size
        if size > MOST_BYTES:
            raise InvalidInput(
                "data.large_file", where=path, size=size >> 20, most=MOST_BYTES >> 20
            )
        return self._archive.read(path)


class _OneFile(Archive):
    """A file alone, seen as an archive."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.members = [Member(clean(path.name) or path.name, "file", path.stat().st_size)]

    def read(self, path: str) -> bytes:  # noqa: ARG002 - there is one
        return self._path.read_bytes()

    def open(self, path: str) -> BinaryIO:  # noqa: ARG002
        return self._path.open("rb")


def open_tree(path: Path, work: Path) -> FileTree:
    """The tree at `path`: a folder, an archive, or one file (`FILES`).

    A packed tar is unpacked into `work` first.

    Raises:
        InvalidInput: it is not there, no folder, zip or tar, damaged, or unsafe.
    """
    return FileTree(path.name, open_files(path, work))


def open_files(path: Path, work: Path) -> Archive:
    """What `open_tree` reads, with folders and links as they are."""
    if path.is_dir():
        return Folder(path, lambda name: not is_junk(name))
    if not path.is_file():
        raise InvalidInput("data.no_tree", where=str(path))
    if path.suffix.lower() in FILES:
        return _OneFile(path)
    return open_archive(path, work)


def only_file(folder: Path) -> Path:
    """The one file of the SOURCE artifact in `folder`.

    Raises:
        InvalidInput: there are several, or none.
    """
    files = [path for path in folder.iterdir() if path.is_file()]
    if len(files) != 1:
        raise InvalidInput("data.not_one_file", count=len(files))
    return files[0]
