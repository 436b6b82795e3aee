"""The access log: one JSON line per request, written in batches."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Final

import orjson

MAX_BYTES: Final = 64 << 20


class AccessLog:
    """Appends to a file; the file before it is kept as ``NAME.1`` once it is too large.

    `write` costs no system call; the owner calls `flush` a few times a second and at the end.
    """

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._lines: list[Mapping[str, object]] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: BinaryIO = path.open("ab")

    def write(self, line: Mapping[str, object]) -> None:
        self._lines.append(line)

    def flush(self) -> None:
        """Write what has gathered."""
        if not self._lines:
            return
        lines, self._lines = self._lines, []
        self._file.write(b"".join(orjson.dumps(x, option=orjson.OPT_APPEND_NEWLINE) for x in lines))
        self._file.flush()
        if self._file.tell() > self._max_bytes:
            self._file.close()
            self._path.replace(self._path.with_name(self._path.name + ".1"))
            self._file = self._path.open("ab")

    def close(self) -> None:
        self.flush()
        self._file.close()
