"""The files of an export that hold many samples each: one per part, and more where they grow."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from aileron.data.formats.port import Sink
from aileron.data.layout import Part

MOST: Final = 128 << 20
"""Bytes of a file, after which the next one begins."""
NO_PART: Final = "data"


class Pieces:
    """Rows by part: ``train.csv``, then ``train-2.csv``. A context manager, which ends them."""

    def __init__(
        self, sink: Sink, suffix: str, header: bytes = b"", no_part: str = NO_PART
    ) -> None:
        self._sink, self._suffix, self._header, self._no_part = sink, suffix, header, no_part
        self._rows: dict[str, bytearray] = {}
        self._counts: dict[str, int] = defaultdict(int)

    def add(self, part: Part | None, row: bytes, kind: str = "") -> None:
        """Put `row`, its end included, behind the others of `part`; `kind` makes files apart."""
        name = (part or self._no_part) + kind
        rows = self._rows.setdefault(name, bytearray(self._header))
        rows += row
        if len(rows) >= MOST:
            self._end(name)

    def __enter__(self) -> Pieces:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            for name in list(self._rows):
                self._end(name)

    def _end(self, name: str) -> None:
        self._counts[name] += 1
        number = self._counts[name]
        tail = "" if number == 1 else f"-{number}"
        self._sink.write(f"{name}{tail}{self._suffix}", bytes(self._rows.pop(name)))
