"""What was made once and may be made again: files under one folder, within a limit.

A file is there as a whole or not at all. What was not used for the longest time goes first.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Final

SPARE: Final = 0.8
"""Share of the limit that is left after a clean-up."""
LOCKS: Final = ".locks"
EVERY: Final = 64
"""New files between two clean-ups."""


class CacheFolder:
    """Files under `folder`, at most about `limit` bytes. Threads and processes may share it."""

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder = folder
        self._limit = limit
        self._new = 0

    def path(self, key: str) -> Path:
        """Where `key` is, or would be; a key may hold slashes."""
        return self.folder / key

    def find(self, key: str) -> Path | None:
        """The file of `key`, which counts as used now; None if it is not there."""
        path = self.path(key)
        try:
            os.utime(path)
        except OSError:
            return None
        return path

    def read(self, key: str) -> bytes | None:
        """The bytes of `key`; None if it is not there."""
        path = self.find(key)
        try:
            return path.read_bytes() if path else None
        except FileNotFoundError:  # it went meanwhile
            return None

    def write(self, key: str, content: bytes) -> None:
        """Keep `content` as `key`."""
        with self.draft(key) as draft:
            draft.write_bytes(content)

    @contextmanager
    def draft(self, key: str) -> Iterator[Path]:
        """A path to write to; what is there at the end becomes `key`."""
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{uuid.uuid4().hex}")
        try:
            yield draft
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        self._new += 1
        if self._new % EVERY == 1:
            self.clean()

    @contextmanager
    def alone(self, key: str) -> Iterator[None]:
        """One at a time with the same key, in all processes of the machine."""
        path = self.folder / LOCKS / key.replace("/", "_")
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w") as lock:
            flock(lock, LOCK_EX)
            yield

    def clean(self) -> None:
        """Delete what was not used for the longest time, if there is more than the limit."""
        found = sorted(self._sizes())
        total = sum(size for _, size, _ in found)
        if total <= self._limit:
            return
        for _, size, path in found:
            if total <= self._limit * SPARE:
                return
            path.unlink(missing_ok=True)
            total -= size

    def _sizes(self) -> Iterator[tuple[float, int, Path]]:
        """(last use, bytes, path) of each file; those in the making are not looked at."""
        for folder, _, names in os.walk(self.folder):
            for name in names:
                path = Path(folder, name)
                if not name.startswith(".") and path.parent.name != LOCKS:
                    with suppress(FileNotFoundError):
                        facts = path.stat()
                        yield facts.st_mtime, facts.st_size, path
