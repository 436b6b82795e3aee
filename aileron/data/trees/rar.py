"""Rar archives, read by libarchive's `bsdtar` where it is installed.

The program writes the members into a tar on its standard output and nothing into any folder, so
their names stay text here too. It takes a file that was cut between two members for a whole one;
so the block that ends an archive is looked for here (https://www.rarlab.com/technote.htm for
RAR 5.0; technote.txt of RAR 3 for the format before).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import zlib
from collections.abc import Iterator
from io import RawIOBase
from pathlib import Path
from typing import Any, Final

from aileron.core.errors import InvalidInput

PROGRAM: Final = "bsdtar"
RAR5: Final = b"Rar!\x1a\x07\x01\x00"
_TAIL: Final = 64 * 1024
"""Bytes at the end of an archive in which its last block is."""
_MORE_VOLUMES: Final = 1


class RarAsTar(RawIOBase):
    """The tar of a rar's members, as a stream.

    Raises:
        InvalidInput: no program that reads rar is installed.
        EOFError: the archive was cut, or goes on in another file.
        OSError: without a number, when the end is read: the archive is damaged or locked.
    """

    def __init__(self, path: Path) -> None:
        program = shutil.which(PROGRAM)
        if program is None:
            raise InvalidInput("data.no_rar_program", where=path.name, program=PROGRAM)
        _check_end(path)
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 (closed in close)
        self._process = subprocess.Popen(
            [program, "--format=pax", "-cf", "-", f"@{path.resolve()}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._said,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
        assert self._process.stdout is not None  # noqa: S101 (it is a pipe)
        self._tar = self._process.stdout

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        content = self._tar.read(len(buffer))
        if not content and self._process.wait() != 0:
            raise OSError(self._problem())
        buffer[: len(content)] = content
        return len(content)

    def close(self) -> None:
        if not self.closed:
            self._process.kill()
            self._process.wait()
            self._tar.close()
            self._said.close()
        super().close()

    def _problem(self) -> str:
        """The first thing that the program said, without its name."""
        self._said.seek(0)
        first = self._said.readline(500).decode(errors="replace").strip()
        return first.removeprefix(f"{PROGRAM}: ")


def _check_end(path: Path) -> None:
    """Raise where no block ends the archive, or it says that there is another volume."""
    with path.open("rb") as file:
        start = file.read(len(RAR5))
        file.seek(max(len(start), path.stat().st_size - _TAIL))
        tail = file.read()
    flags = list(_ends_of_5(tail) if start == RAR5 else _ends_of_3(tail))
    if not flags:
        raise EOFError("it ends too early")
    if flags[-1] & _MORE_VOLUMES:
        raise EOFError("it goes on in another file; join the volumes")


def _ends_of_5(tail: bytes) -> Iterator[int]:
    """The flags of each end block: its sum, 3 bytes to come, type 5, two sets of flags."""
    place = tail.find(b"\x03\x05", 4)
    while place >= 0:
        block = tail[place : place + 4]
        if zlib.crc32(block) == int.from_bytes(tail[place - 4 : place], "little"):
            yield block[-1]
        place = tail.find(b"\x03\x05", place + 1)


def _ends_of_3(tail: bytes) -> Iterator[int]:
    """The flags of each end block: half of its sum, type 0x7b, flags, its size."""
    place = tail.find(b"\x7b", 2)
    while place >= 0:
        flags, size = (int.from_bytes(tail[place + i : place + i + 2], "little") for i in (1, 3))
        total = zlib.crc32(tail[place : place + size - 2]) & 0xFFFF
        if size >= 7 and total == int.from_bytes(tail[place - 2 : place], "little"):
            yield flags
        place = tail.find(b"\x7b", place + 1)
