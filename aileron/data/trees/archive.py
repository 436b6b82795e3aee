"""Zip, tar and rar archives, read member by member and never laid out by their names.

A member's name is only ever text: contents are read from the archive itself, or from one
spool file if it is compressed as a whole. So no name and no link can lead anywhere. Counts,
sizes and the ratio of compression are bounded.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import struct
import tarfile
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedIOBase, RawIOBase
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, cast

from aileron.core.errors import InvalidInput
from aileron.data.trees.paths import clean
from aileron.data.trees.rar import RarAsTar
from aileron.data.trees.tar import padding, plain_file

Opener = Callable[[Path], BufferedIOBase | RawIOBase]
Kind = Literal["file", "folder", "link"]

MOST_MEMBERS: Final = 1_000_000
MOST_PICTURE_BYTES: Final = 128 << 20
"""A larger file is not read."""
FREE_BYTES: Final = 1 << 30
MOST_RATIO: Final = 100
"""What an archive may grow to: `FREE_BYTES`, or this many times its own size."""
PIECE: Final = 1 << 20
_TOO_EARLY: Final = "it ends too early"
_PACKED: Final[Mapping[bytes, Opener]] = {
    b"\x1f\x8b": gzip.GzipFile,
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
    b"Rar!\x1a\x07": RarAsTar,
}
"""How a packed tar, or what can be read as one, begins -> what opens it."""
_DAMAGE: Final = (
    tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error,
    EOFError, OSError,
    ValueError,  # a name that is no UTF-8, a number that is none
    NotImplementedError,  # a way of compression that the library lacks
    RuntimeError,  # a password is asked for
)  # fmt: skip
"""What the libraries raise over archives that are not whole, or locked."""


@dataclass(frozen=True)
class Member:
    """One entry: its clean path, what it is, and its bytes when unpacked."""

    path: str
    kind: Kind
    size: int = 0


class Archive(ABC):
    """The members of an archive, and their contents."""

    members: list[Member]

    @abstractmethod
    def read(self, path: str) -> bytes:
        """The bytes of the file `path`, at most `MOST_PICTURE_BYTES`.

        Raises:
            InvalidInput: the archive is damaged here, or locked with a password.
        """

    @abstractmethod
    def open(self, path: str) -> BinaryIO:
        """The file `path` as a stream that can be read from any place.

        Raises:
            InvalidInput: as `read`.
        """

    def head(self, path: str, count: int) -> bytes:
        """The first `count` bytes of the file `path`, or all of a shorter one."""
        with self.open(path) as file:
            return file.read(count)


def open_archive(path: Path, work: Path) -> Archive:
    """The archive `path`, which stays open for the life of the process; `work` takes the spool.

    Raises:
        InvalidInput: no zip, tar or rar, damaged, with unsafe names, or beyond the limits; or a
            rar where nothing that reads it is installed.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if start in (b"PK\x03\x04", b"PK\x05\x06"):
        return _Zip(path)
    return _Tar(path, work)


class _Zip(Archive):
    def __init__(self, path: Path) -> None:
        self._path = path
        with _reading(path):
            self._zip = zipfile.ZipFile(path)
        infos = self._zip.infolist()
        _check_count(len(infos), path)
        _check_growth(sum(info.file_size for info in infos), path)
        self.members = []
        self._infos: dict[str, zipfile.ZipInfo] = {}
        for name, info in zip(_zip_names(infos), infos, strict=True):
            member = _member(path, name, *_of_zip(info))
            self.members.append(member)
            self._infos.setdefault(member.path, info)

    def read(self, path: str) -> bytes:
        info = self._infos[path]
        with _reading(self._path, path), self._zip.open(info) as file:
            return file.read(info.file_size)

    def open(self, path: str) -> BinaryIO:
        with _reading(self._path, path):
            return cast("BinaryIO", self._zip.open(self._infos[path]))

    def head(self, path: str, count: int) -> bytes:
        with _reading(self._path, path), self._zip.open(self._infos[path]) as file:
            return file.read(count)


class _Tar(Archive):
    """Members are places in a file: the archive itself, or what a packed one was unpacked to."""

    def __init__(self, path: Path, work: Path) -> None:
        self._path = path
        unpack = _unpacker(path)
        place = path if unpack is None else _unpacked(path, unpack, work / "unpacked.tar")
        self._file = place.open("rb")
        entries = list(_tar_entries(self._file.fileno(), place, path))
        encoding = _encoding_of([entry.name for entry in entries])
        self.members = []
        self._places: dict[str, tuple[int, int]] = {}
        for entry in entries:
            member = _member(path, entry.name.decode(encoding), entry.kind, entry.size)
            self.members.append(member)
            self._places.setdefault(member.path, (entry.offset, entry.size))

    def read(self, path: str) -> bytes:
        offset, size = self._places[path]
        content = os.pread(self._file.fileno(), size, offset)
        if len(content) != size:
            raise _damaged(self._path, EOFError(_TOO_EARLY), path)
        return content

    def open(self, path: str) -> BinaryIO:
        return cast("BinaryIO", _Part(self._file.fileno(), *self._places[path]))


class _Part(RawIOBase):
    """A piece of an open file as a file of its own."""

    def __init__(self, file: int, offset: int, size: int) -> None:
        self._file, self._offset, self._size = file, offset, size
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        self._place = max(0, start + place)
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), max(0, self._size - self._place))
        content = os.pread(self._file, wanted, self._offset + self._place)
        buffer[: len(content)] = content
        self._place += len(content)
        return len(content)


@dataclass(frozen=True)
class _Entry:
    """A tar's entry: its name in an unknown encoding, and where its bytes lie."""

    name: bytes
    kind: Kind
    size: int
    offset: int


def _unpacker(path: Path) -> Opener | None:
    """What opens the packed tar `path`; None if it is a plain one."""
    with path.open("rb") as file:
        start = file.read(6)
    for mark, opener in _PACKED.items():
        if start.startswith(mark):
            return opener
    return None


def _unpacked(path: Path, unpack: Opener, target: Path) -> Path:
    with _reading(path), unpack(path) as packed, target.open("wb") as out:
        while piece := packed.read(PIECE):
            _check_growth(out.tell() + len(piece), path)
            out.write(piece)
    return target


def _tar_entries(file: int, place: Path, path: Path) -> Iterator[_Entry]:
    """The entries one by one; the library, which would keep them all, reads those not plain."""
    with _reading(path):
        try:
            tar = tarfile.open(place, "r:")  # noqa: SIM115 (closed below)
        except tarfile.ReadError:
            raise InvalidInput("data.no_archive", where=path.name) from None
    with tar:
        count = 0
        while (entry := _entry(file, tar, path)) is not None:
            count += 1
            _check_count(count, path)
            yield entry
        _check_end(place, tar.offset, path)


def _entry(file: int, tar: tarfile.TarFile, path: Path) -> _Entry | None:
    """The entry that begins where `tar` is, which is behind it then; None at the end."""
    # The library has read the first one, and knows what a global header says of the others.
    known = tar.firstmember is not None or tar.pax_headers  # type: ignore[attr-defined]
    found = None if known else plain_file(os.pread(file, tarfile.BLOCKSIZE, tar.offset))
    if found is not None:
        begin = tar.offset + tarfile.BLOCKSIZE
        tar.offset = begin + found.size + padding(found.size)
        return _Entry(found.name, "file", found.size, begin)
    info = _next(tar, path)
    tar.members = []  # type: ignore[attr-defined]
    if info is None:
        return None
    plain = info.isreg() and not info.issparse()
    kind: Kind = "folder" if info.isdir() else "file" if plain else "link"
    return _Entry(os.fsencode(info.name), kind, info.size if plain else 0, info.offset_data)


def _next(tar: tarfile.TarFile, path: Path) -> tarfile.TarInfo | None:
    with _reading(path):
        return tar.next()


def _check_end(place: Path, offset: int, path: Path) -> None:
    """A whole tar ends in blocks of zeros; at anything else the library stops in silence."""
    with place.open("rb") as file:
        file.seek(offset)
        if file.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
            raise _damaged(path, EOFError(_TOO_EARLY))


def _member(archive: Path, name: str, kind: Kind, size: int) -> Member:
    path = clean(name)
    if path is None:
        raise InvalidInput("data.unsafe_member", where=archive.name, member=name[:200])
    return Member(path, kind, size)


def _of_zip(info: zipfile.ZipInfo) -> tuple[Kind, int]:
    if info.is_dir():
        return "folder", 0
    linked = (info.external_attr >> 28) == 0xA  # the file type bits of a Unix mode
    return ("link" if linked else "file"), info.file_size


def _zip_names(infos: list[zipfile.ZipInfo]) -> list[str]:
    """Names as they were meant: those without the UTF-8 flag are often UTF-8, or GBK."""
    raw = [None if info.flag_bits & 0x800 else _raw(info.filename) for info in infos]
    encoding = _encoding_of([name for name in raw if name is not None])
    return [
        info.filename if name is None else name.decode(encoding)
        for info, name in zip(infos, raw, strict=True)
    ]


def _raw(name: str) -> bytes | None:
    """The bytes of a name that the library read as cp437; None if it knew better."""
    try:
        return name.encode("cp437")
    except UnicodeEncodeError:
        return None


def _encoding_of(names: list[bytes]) -> str:
    """The first of UTF-8 and GBK that fits every name, else that of the format."""
    for encoding in ("utf-8", "gb18030"):
        try:
            for name in names:
                name.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return "cp437"


def _check_count(count: int, path: Path) -> None:
    if count > MOST_MEMBERS:
        raise InvalidInput("data.many_members", where=path.name, most=f"{MOST_MEMBERS:,}")


def _check_growth(total: int, path: Path) -> None:
    size = path.stat().st_size
    if total > max(FREE_BYTES, MOST_RATIO * size):
        raise InvalidInput(
            "data.archive_bomb", where=path.name, size=f"{size:,}", total=f"{total:,}"
        )


@contextmanager
def _reading(path: Path, member: str | None = None) -> Iterator[None]:
    """What the libraries raise over the archive `path` becomes an `InvalidInput`."""
    try:
        yield
    except _DAMAGE as error:
        if isinstance(error, OSError) and error.errno is not None:  # the disk, not the archive
            raise
        raise _damaged(path, error, member) from None


def _damaged(path: Path, error: Exception, member: str | None = None) -> InvalidInput:
    where = f"{path.name}/{member}" if member else path.name
    return InvalidInput("data.bad_archive", where=where, problem=str(error) or _TOO_EARLY)
