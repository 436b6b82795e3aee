"""A folder of pictures as one plain tar: the form in which it enters the store.

One file is stored, checked and laid out many times as fast as a hundred thousand.
"""

from __future__ import annotations

import os
import tarfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Protocol

from aileron.core.errors import InvalidInput
from aileron.data.trees.archive import Archive, Kind, Member
from aileron.data.trees.paths import clean, is_junk, is_wanted
from aileron.data.trees.tar import file_header, padding

PIECE: Final = 1 << 20
"""Bytes read and written at a time."""


class Sink(Protocol):
    """What bytes can be written to."""

    def write(self, data: bytes, /) -> object: ...


def write_tar(folder: Path, out: Sink, wanted: Callable[[str], bool] = is_wanted) -> None:
    """Write the wanted files of `folder` to `out`, by default those that an import reads.

    Equal contents give equal bytes.

    Folders and links are entries too, so that an empty class and a link can be told of.

    Raises:
        InvalidInput: a file became shorter while it was read.
    """
    top = str(folder)
    with _Pieces(out) as pieces:
        for path, kind in walk(folder, wanted):
            if kind == "file":
                _write_file(pieces, top, path)
            else:
                info = tarfile.TarInfo(path)
                info.type = tarfile.DIRTYPE if kind == "folder" else tarfile.SYMTYPE
                info.linkname = "" if kind == "folder" else "-"
                pieces.write(info.tobuf(tarfile.PAX_FORMAT))
        pieces.write(bytes(2 * tarfile.BLOCKSIZE))
        pieces.write(bytes(padding(pieces.size, tarfile.RECORDSIZE)))


def _write_file(out: _Pieces, top: str, path: str) -> None:
    file = os.open(f"{top}/{path}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        size = left = os.fstat(file).st_size
        out.write(file_header(path, size))
        while left:
            piece = os.read(file, min(left, PIECE))
            if not piece:
                raise InvalidInput("data.picture_changed", where=path)
            out.write(piece)
            left -= len(piece)
    finally:
        os.close(file)
    out.write(bytes(padding(size)))


class _Pieces(AbstractContextManager["_Pieces"]):
    """Hands on large pieces, one in a thread, which hashes and writes while files are read."""

    def __init__(self, out: Sink) -> None:
        self._out = out
        self._thread = ThreadPoolExecutor(1)
        self._handed: Future[object] | None = None
        self._waiting = bytearray()
        self.size = 0
        """Bytes so far."""

    def write(self, data: bytes) -> None:
        self._waiting += data
        self.size += len(data)
        if len(self._waiting) >= PIECE:
            self._hand_on()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._thread:
            if kind is None:
                self._hand_on()
                self._settle()

    def _hand_on(self) -> None:
        self._settle()
        self._handed = self._thread.submit(self._out.write, bytes(self._waiting))
        self._waiting.clear()

    def _settle(self) -> None:
        """Wait until the piece before is written; what that raised is raised here."""
        if self._handed is not None:
            self._handed.result()


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
