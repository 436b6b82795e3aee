"""Bringing files from elsewhere to this machine, resumed after a break and kept when unchanged.

A `FarFile` is one file of any kind of server. `Downloads` is the folder where one source's files
lie: whole files under ``files/``, what came so far under ``parts/``, and in ``notes.jsonl`` which
state of the far file each of them is. A file is in ``files/`` whole or not at all.
"""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import shutil
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final, TypeVar

from aileron.core.digest import digest_bytes
from aileron.core.errors import InvalidInput, Unavailable
from aileron.data.sources.connections import Limits

Log = Callable[[str], None]
ResultT = TypeVar("ResultT")
PIECE: Final = 1 << 20
AT_ONCE: Final = 1000
"""Files of a folder that are handed to the threads together."""
PAUSE_SECONDS: Final = 0.2
"""Before a broken transfer goes on; doubled each time."""


class Broken(Exception):
    """The transfer broke off; it may go on where it stopped."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """The state of a far file: how long it is, and what tells this state from others."""

    size: int | None
    tag: str | None
    """ETag or time of change; None if the server says neither."""

    def same(self, other: Stamp | None) -> bool:
        """Whether the two are surely the same state; without a tag nothing is sure."""
        return other is not None and self.tag is not None and self == other


@dataclass(frozen=True)
class Opened:
    """An open far file: what comes from byte `start` on."""

    stamp: Stamp
    start: int
    pieces: Iterable[bytes]


class FarFile(ABC):
    """One file elsewhere. Both methods raise `Broken` when the server breaks off or is silent."""

    where: str
    """Its address, for sentences; without a secret."""

    @abstractmethod
    def stamp(self) -> Stamp:
        """Its state now."""

    @abstractmethod
    def open(self, start: int, stamp: Stamp) -> AbstractContextManager[Opened]:
        """Read from byte `start` on, if it is still in state `stamp`; else from 0."""


class Downloads:
    """The files of one source on this machine, written by one process at a time."""

    def __init__(self, folder: Path, limits: Limits, log: Log) -> None:
        self.files = folder / "files"
        self._folder = folder
        self._limits = limits
        self._log = log
        self._left = limits.download_bytes
        self._wanted: set[str] = set()
        self._notes: dict[str, Any] = {}
        self._counting = threading.Lock()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder; another process waits for its turn."""
        for folder in (self.files, self._folder / "parts"):
            folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            os.utime(lock.fileno())  # how long it was of no use is told from this
            self._notes = _read_notes(self._folder / "notes.jsonl")
            yield

    def bring(self, inside: str, far: FarFile) -> Path:
        """The file `inside` the folder, the same as `far` is now.

        Raises:
            InvalidInput: it is too large, or there are too many.
            Unavailable: the server broke off too often.
        """
        with self._counting:
            self._wanted.add(inside)
        if len(self._wanted) > self._limits.download_files:
            raise InvalidInput(
                "data.sources.too_many", where=far.where, limit=self._limits.download_files
            )
        place = self.files / _checked(inside, far.where)
        size = self.steadily(far.where, lambda: self._bring(inside, place, far))
        with self._counting:
            self._left -= size
        return place

    def bring_all(self, files: Iterable[tuple[str, FarFile]], threads: int) -> int:
        """`bring` of each, so many at a time; how many there were.

        After a failure nothing more is begun, and what came is kept for the next time.
        """
        count, waiting = 0, iter(files)
        with ThreadPoolExecutor(threads, "fetch") as pool:
            while some := list(itertools.islice(waiting, AT_ONCE)):
                begun = [pool.submit(self.bring, inside, far) for inside, far in some]
                try:
                    for one in begun:
                        one.result()
                except BaseException:
                    pool.shutdown(wait=True, cancel_futures=True)
                    raise
                count += len(some)
        return count

    def steadily(self, where: str, act: Callable[[], ResultT]) -> ResultT:
        """What `act` returns, tried again when the server breaks off.

        Raises:
            Unavailable: it broke off too often.
        """
        pause = PAUSE_SECONDS
        for left in reversed(range(self._limits.attempts)):
            try:
                return act()
            except Broken as error:
                if not left:
                    raise Unavailable(
                        "data.sources.broken", where=where, problem=str(error)
                    ) from error
                self._log(f"{where}: {error}; going on")
                time.sleep(pause)
                pause *= 2
        raise AssertionError  # attempts is at least one

    def tidy(self) -> None:
        """Remove what an earlier state of the source had, and is not wanted any more."""
        for path in sorted(self.files.rglob("*"), reverse=True):
            if path.is_dir():
                if not any(path.iterdir()):
                    path.rmdir()
            elif path.relative_to(self.files).as_posix() not in self._wanted:
                path.unlink()
        shutil.rmtree(self._folder / "parts")
        kept = {inside: note for inside, note in self._notes.items() if inside in self._wanted}
        _write_notes(self._folder / "notes.jsonl", kept)

    def _bring(self, inside: str, place: Path, far: FarFile) -> int:
        """One try; the file's size."""
        stamp = far.stamp()
        self._check_size(stamp.size or 0, far.where)
        if place.is_file() and stamp.same(self._noted(inside, place.stat().st_size)):
            self._log(f"{far.where}: unchanged")
            return place.stat().st_size
        part = self._folder / "parts" / digest_bytes(inside.encode())
        begun = part.stat().st_size if stamp.same(_read_stamp(part)) and part.is_file() else 0
        if stamp.size is None or begun > stamp.size:
            begun = 0
        stamp = self._receive(part, far, begun, stamp)
        size = part.stat().st_size
        try:
            _move(part, place)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            self._make_way(inside, far.where)
            _move(part, place)
        self._note(inside, stamp, size)
        self._log(f"{far.where}: {size:,} bytes")
        return size

    def _receive(self, part: Path, far: FarFile, begun: int, stamp: Stamp) -> Stamp:
        """Write what comes to `part`; the state that it is then in."""
        if stamp.size is not None and begun == stamp.size > 0:
            return stamp
        with far.open(begun, stamp) as opened:
            if opened.start and not (opened.start == begun and stamp.same(opened.stamp)):
                raise Broken("the server sent another part of the file")
            _write_stamp(part, opened.stamp)
            with part.open("r+b" if opened.start else "wb") as file:
                file.seek(opened.start)
                file.truncate()
                got = opened.start
                for piece in opened.pieces:
                    got += len(piece)
                    self._check_size(got, far.where)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
        if opened.stamp.size is not None and got != opened.stamp.size:
            if got > opened.stamp.size:
                part.unlink()
            raise Broken(f"{got:,} of {opened.stamp.size:,} bytes came")
        return opened.stamp

    def _make_way(self, inside: str, where: str) -> None:
        """Remove what an earlier state of the source left in the way: a file where a folder is."""
        for above in PurePosixPath(inside).parents:
            if (self.files / above).is_file():
                if str(above) in self._wanted:
                    raise InvalidInput("data.sources.file_and_folder", where=where, name=str(above))
                (self.files / above).unlink()
        if (self.files / inside).is_dir():
            if any(wanted.startswith(f"{inside}/") for wanted in self._wanted):
                raise InvalidInput("data.sources.file_and_folder", where=where, name=inside)
            shutil.rmtree(self.files / inside)

    def _check_size(self, size: int, where: str) -> None:
        if size > self._left:
            raise InvalidInput(
                "data.sources.too_large", where=where, limit=self._limits.download_bytes
            )

    def _noted(self, inside: str, size: int) -> Stamp | None:
        note = self._notes.get(inside)
        if note is None or note["size"] != size:
            return None
        return Stamp(note["stamp"][0], note["stamp"][1])

    def _note(self, inside: str, stamp: Stamp, size: int) -> None:
        note = {"path": inside, "stamp": [stamp.size, stamp.tag], "size": size}
        self._notes[inside] = note
        with self._counting, (self._folder / "notes.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(note) + "\n")


def safe_name(name: str, instead: str = "data") -> str:
    """`name` as the name of a file here: no folder, nothing hidden, 100 characters at most."""
    name = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in name)
    kept = kept.strip(". ")
    suffix = PurePosixPath(kept).suffix[:20]
    while len(kept.encode()) > 100:
        kept = kept[: -len(suffix) - 1 if suffix else -1] + suffix
    return kept or instead


def _checked(inside: str, where: str) -> str:
    """`inside`, if it is a plain path below a folder."""
    parts = inside.split("/")
    if any(part in ("", ".", "..") for part in parts) or "\0" in inside or "\\" in inside:
        raise InvalidInput("data.sources.bad_name", where=where, name=inside)
    return inside


def _move(part: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    part.replace(place)


def _stamp_of(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _read_stamp(part: Path) -> Stamp | None:
    try:
        size, tag = json.loads(_stamp_of(part).read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return Stamp(size, tag)


def _write_stamp(part: Path, stamp: Stamp) -> None:
    if not stamp.same(_read_stamp(part)):
        part.unlink(missing_ok=True)  # before its stamp: it is not a part of this state
        _stamp_of(part).write_text(json.dumps([stamp.size, stamp.tag]))
        part.touch()


def _read_notes(path: Path) -> dict[str, Any]:
    """The last note of each file; a line that a kill cut off is left out."""
    notes: dict[str, Any] = {}
    if path.is_file():
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                note = json.loads(line)
                notes[note["path"]] = note
            except (ValueError, KeyError):
                continue
    return notes


def _write_notes(path: Path, notes: dict[str, Any]) -> None:
    made = path.with_suffix(".new")
    made.write_text("".join(json.dumps(note) + "\n" for note in notes.values()), encoding="utf-8")
    made.replace(path)
