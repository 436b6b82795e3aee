"""The rows of a text file that are whole, in a copy, and the lines that are not.

What is looked at is whether a line can be read, has as many fields as there are columns, or is
an object of JSON. A quotation mark that is never closed costs the line that it is in: what
follows is read again.
"""

from __future__ import annotations

import csv
from array import array
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from aileron.core.errors import InvalidInput
from aileron.core.phrase import Phrase, phrase
from aileron.data.reading.delimited import LARGEST_BLOCK, WIDE
from aileron.data.reading.jsonl import parsed_line
from aileron.data.specs import DELIMITED, TableSpec

LONGEST: Final = 64 << 20
"""Bytes beyond which a row is no row, but what a quotation mark swallowed."""
Note = Callable[[int, Phrase, bytes], None]
"""Line, reason and bytes of a row that is not whole."""


@dataclass
class WholeRows:
    """Where the rows of a file stand that are whole."""

    original: Path
    copy: Path
    """A file with these rows alone, and the header."""
    header: bytes = b""
    starts: array[int] = field(default_factory=lambda: array("q"))
    ends: array[int] = field(default_factory=lambda: array("q"))
    lines: array[int] = field(default_factory=lambda: array("q"))
    """The last line of each row."""

    def raw(self, row: int) -> bytes:
        """The bytes of a row in the original."""
        with self.original.open("rb") as file:
            file.seek(self.starts[row])
            return file.read(self.ends[row] - self.starts[row])


def has_lines(spec: TableSpec) -> bool:
    """Whether the rows of such a file are lines that can be looked at one by one."""
    return spec.format in (*DELIMITED, "jsonl") and not spec.encoding.startswith(WIDE)


def whole_rows(path: Path, spec: TableSpec, copy: Path, note: Note) -> WholeRows:
    """The rows of the file at `path` that are whole; the others are told to `note`.

    Raises:
        InvalidInput: there is no header, or it cannot be read, or a row is far too long.
    """
    rows = WholeRows(path, copy)
    copy.parent.mkdir(parents=True, exist_ok=True)
    with path.open("rb") as file, copy.open("wb") as target:
        lines = _Lines(file, path.name, spec)
        found = _objects(lines) if spec.format == "jsonl" else _records(lines, rows, target)
        for fault in found:
            if fault is not None:
                note(lines.first, fault, lines.raw)
                continue
            rows.starts.append(lines.start)
            rows.ends.append(lines.end)
            rows.lines.append(lines.number)
            target.write(lines.raw)
    return rows


class _Lines:
    """The lines of a file as text, of which the last ones can be given back."""

    def __init__(self, file: BinaryIO, name: str, spec: TableSpec) -> None:
        self.name, self.spec = name, spec
        self._file = file
        self._waiting: deque[bytes] = deque()
        self.taken: list[bytes] = []
        """The lines of this row."""
        self.number = 0
        """Of the last line taken."""
        self.end = 0
        self.start = 0
        """Where the row begins, in bytes; it ends at `end`."""
        self.readable = True
        self.ended = False

    def begin(self) -> None:
        """What is taken from here on is the next row."""
        self.taken, self.readable, self.start = [], True, self.end

    def give_back(self) -> None:
        """The row is its first line alone."""
        self._waiting.extendleft(reversed(self.taken[1:]))
        self.number -= len(self.taken) - 1
        self.end -= sum(map(len, self.taken[1:]))
        del self.taken[1:]
        self.ended = False

    @property
    def first(self) -> int:
        """The number of the first line of the row."""
        return self.number - len(self.taken) + 1

    @property
    def raw(self) -> bytes:
        """The bytes of the row."""
        return b"".join(self.taken)

    @property
    def where(self) -> str:
        return f"{self.name}:{self.first}"

    def text(self, line: bytes) -> str:
        """`line` decoded; bytes that are none of the encoding stay recognisable."""
        try:
            text = line.decode(self.spec.encoding)
        except UnicodeDecodeError:
            self.readable = False
            text = line.decode(self.spec.encoding, "surrogateescape")
        return text.removeprefix("\ufeff") if self.number == 1 else text

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else self._file.readline(LONGEST + 1)
        if not line:
            self.ended = True
            raise StopIteration
        self.taken.append(line)
        self.number += 1
        self.end += len(line)
        if self.end - self.start > LONGEST:
            raise InvalidInput("data.unclosed_quote", where=self.where)
        return self.text(line)

    def fault(self) -> Phrase | None:
        """Why the row is no text, if it is none."""
        if any(b"\0" in line for line in self.taken):
            return phrase("data.nul_byte")
        if not self.readable:
            return phrase("data.wrong_encoding", encoding=self.spec.encoding)
        return None


def _objects(lines: _Lines) -> Iterator[Phrase | None]:
    """For each row of JSON Lines: None, or why it is no object."""
    while True:
        lines.begin()
        line = next(lines, None)
        if line is None:
            return
        if line.strip():
            yield lines.fault() or _no_object(line)


def _no_object(line: str) -> Phrase | None:
    try:
        parsed_line(line, "")
    except InvalidInput as error:
        return Phrase(error.message_id, error.values)
    return None


def _records(lines: _Lines, rows: WholeRows, target: BinaryIO) -> Iterator[Phrase | None]:
    """For each row of a CSV: None, or why it cannot be read; the header is written at once."""
    csv.field_size_limit(LARGEST_BLOCK)
    width = None if lines.spec.names is None else len(lines.spec.names)
    for cells, problem in _each(lines):
        width = width or len(cells)
        fault = _fault(cells, problem, width, lines)
        if not lines.spec.header or rows.header:
            yield fault
        elif fault is not None:
            raise InvalidInput(fault.message_id, where=lines.where, **fault.values)
        else:
            rows.header = lines.raw
            target.write(rows.header)


def _each(lines: _Lines) -> Iterator[tuple[list[str], str | None]]:
    """The cells of each row that is not blank, or why `csv` cannot read them."""
    reader = csv.reader(lines, delimiter=lines.spec.separator)
    while True:
        lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield [], str(error)
        else:
            if cells:
                yield cells, None


def _fault(cells: Sequence[str], problem: str | None, width: int, lines: _Lines) -> Phrase | None:
    """What is wrong with a row; one that swallowed others gives them back."""
    if problem is not None:
        return phrase("data.not_csv", problem=problem)
    several = len(lines.taken) > 1
    swallowed = several and len(cells) != width and _are_rows(lines, width)
    if swallowed or (several and lines.ended and _is_open(lines)):
        lines.give_back()
        return phrase("data.unclosed_quote")
    if (fault := lines.fault()) is not None or len(cells) == width:
        return fault
    return phrase("data.wrong_field_count", found=len(cells), wanted=width)


def _is_open(lines: _Lines) -> bool:
    """Whether the row ends within quotation marks."""
    texts = [lines.text(line) for line in lines.taken]
    try:
        for _ in csv.reader(texts, delimiter=lines.spec.separator, strict=True):
            pass
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def _are_rows(lines: _Lines, width: int) -> bool:
    """Whether most lines after the first of a row look like rows of their own."""
    later = [lines.text(line) for line in lines.taken[1:]]
    alone = (next(csv.reader([text], delimiter=lines.spec.separator), []) for text in later)
    return 2 * sum(len(cells) == width for cells in alone) > len(later)
