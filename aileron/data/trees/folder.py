"""A folder of pictures as one plain tar: the form in which it enters the store.

One file is stored, checked and laid out many times as fast as a hundred thousand.
"""

from __future__ import annotations

import os
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, BinaryIO, Protocol, cast

from aileron.core.errors import InvalidInput
from aileron.data.trees.archive import Archive, Kind, Member
from aileron.data.trees.paths import clean, is_junk, is_wanted


class Sink(Protocol):
    """What bytes can be written to."""

    def write(self, data: bytes, /) -> object: ...


def write_tar(folder: Path, out: Sink) -> None:
    """Write what an import reads of `folder` to `out`: equal contents, equal bytes.

    Folders and links are entries too, so that an empty class and a link can be told of.
    """
    with tarfile.open(fileobj=cast("IO[bytes]", out), mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for path, kind in walk(folder):
            info = tarfile.TarInfo(path)
            if kind == "file":
                with (folder / path).open("rb") as file:
                    info.size = os.fstat(file.fileno()).st_size
                    tar.addfile(info, file)
            else:
                info.type = tarfile.DIRTYPE if kind == "folder" else tarfile.SYMTYPE
                info.linkname = "" if kind == "folder" else "-"
                tar.addfile(info)
            tar.members = []  # type: ignore[attr-defined]  # the library keeps them all


def walk(folder: Path, wanted: Callable[[str], bool] = is_wanted) -> Iterator[tuple[str, Kind]]:
    """(relative path, kind) of the folders, links and wanted files below `folder`, in order.

    Links are not followed, and hidden folders not entered.
    """
    waiting = [("", folder)]
    while waiting:
        prefix, place = waiting.pop()
        with os.scandir(place) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        below = []
        for entry in entries:
            path = prefix + entry.name
            kind = _kind(entry, path, wanted)
            if kind is not None:
                yield path, kind
            if kind == "folder":
                below.append((f"{path}/", Path(entry.path)))
        waiting += reversed(below)


class Folder(Archive):
    """A folder seen as an archive: the wanted files in it, by default those of an import."""

    def __init__(self, folder: Path, wanted: Callable[[str], bool] = is_wanted) -> None:
        self._folder = folder
        self._names: dict[str, str] = {}
        self.members = []
        for name, kind in walk(folder, wanted):
            path = clean(name) or name
            self._names[path] = name
            size = (folder / name).stat().st_size if kind == "file" else 0
            self.members.append(Member(path, kind, size))

    def read(self, path: str) -> bytes:
        with self.open(path) as file:
            return file.read()

    def open(self, path: str) -> BinaryIO:
        try:
            return (self._folder / self._names[path]).open("rb")
        except OSError as error:
            problem = error.strerror or str(error)
            raise InvalidInput("data.bad_archive", where=path, problem=problem) from None


def _kind(entry: os.DirEntry[str], path: str, wanted: Callable[[str], bool]) -> Kind | None:
    """What `entry` is, None if nobody wants it."""
    if entry.is_symlink():
        return "link" if wanted(path) or (entry.is_dir() and not is_junk(path)) else None
    if entry.is_dir():
        return None if is_junk(path) else "folder"
    return "file" if entry.is_file() and wanted(path) else None
