"""A folder of pictures as one plain tar: the form in which it enters the store.

One file is stored, checked and laid out many times as fast as a hundred thousand.
"""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Protocol, cast

from aileron.core.errors import InvalidInput
from aileron.data.images.archive import Archive, Kind, Member
from aileron.data.images.paths import clean, is_junk, is_wanted


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


def walk(folder: Path) -> Iterator[tuple[str, Kind]]:
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
            kind = _kind(entry, path)
            if kind is not None:
                yield path, kind
            if kind == "folder":
                below.append((f"{path}/", Path(entry.path)))
        waiting += reversed(below)


class Folder(Archive):
    """A folder seen as an archive: what an import would find in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: dict[str, str] = {}
        self.members = []
        for name, kind in walk(folder):
            path = clean(name) or name
            self._names[path] = name
            size = (folder / name).stat().st_size if kind == "file" else 0
            self.members.append(Member(path, kind, size))

    def read(self, path: str) -> bytes:
        try:
            return (self._folder / self._names[path]).read_bytes()
        except OSError as error:
            problem = error.strerror or str(error)
            raise InvalidInput("data.bad_archive", where=path, problem=problem) from None


def _kind(entry: os.DirEntry[str], path: str) -> Kind | None:
    """What `entry` is, None if an import does not read it."""
    if entry.is_symlink():
        return "link" if is_wanted(path) or (entry.is_dir() and not is_junk(path)) else None
    if entry.is_dir():
        return None if is_junk(path) else "folder"
    return "file" if entry.is_file() and is_wanted(path) else None
