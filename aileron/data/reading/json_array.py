"""Reading JSON: an array of objects, one after the other, so that the text is never held whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NoReturn, TextIO

from aileron.core.errors import InvalidInput
from aileron.data.reading.delimited import check_bytes, explain_encoding
from aileron.data.reading.jsonl import from_objects
from aileron.data.reading.source import Source
from aileron.data.specs import TableSpec

PIECE: Final = 1 << 20
MOST_CHARACTERS: Final = 16 << 20
"""Of one object: a row is small, and what is cut short is found before memory ends."""
_SPACE: Final = " \t\r\n"


def read_json(path: Path, spec: TableSpec) -> Source:
    """The rows of a JSON array, columns in the order in which their keys first appear.

    Raises:
        InvalidInput: it is no array of objects; says in which line.
    """
    check_bytes(path, spec.encoding)
    explain_encoding(path, spec.encoding)
    encoding = "utf-8-sig" if spec.encoding == "utf-8" else spec.encoding
    with path.open(encoding=encoding) as file:
        found = list(_Objects(file, path.name))
    return from_objects(path.name, [row for row, _ in found], [line for _, line in found])


class _Objects:
    """The objects of an array and the lines in which they begin."""

    def __init__(self, file: TextIO, name: str) -> None:
        self._file = file
        self._name = name
        self._text = ""
        self._line = 1
        self._decoder = json.JSONDecoder()

    def __iter__(self) -> Iterator[tuple[dict[str, Any], int]]:
        if (first := self._next()) != "[":
            if not first:
                raise InvalidInput("data.empty_file", where=self._name)
            raise InvalidInput("data.json_no_array", where=self._where, found=self._text[:40])
        self._take(1)
        separator = ""
        while (mark := self._next()) != "]" or separator == ",":
            if mark != "{":
                found = self._text[:40] or "-"
                raise InvalidInput("data.json_no_object", where=self._where, found=found)
            line = self._line
            yield self._object(), line
            separator = self._next()
            if separator == ",":
                self._take(1)
            elif separator != "]":
                self._refuse(problem="',' or ']' is missing")
        self._take(1)
        if self._next():
            self._refuse(problem="something follows the array")

    def _object(self) -> dict[str, Any]:
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text)
            except (ValueError, RecursionError) as error:
                if len(self._text) > MOST_CHARACTERS or not self._more():
                    self._refuse(problem=str(error))
            else:
                self._take(end)
                return dict(value)

    def _next(self) -> str:
        """The next character that is no space, which is not taken; empty at the end."""
        while True:
            plain = self._text.lstrip(_SPACE)
            self._take(len(self._text) - len(plain))
            if self._text or not self._more():
                return self._text[:1]

    def _more(self) -> bool:
        piece = self._file.read(max(PIECE, len(self._text)))
        self._text += piece
        return bool(piece)

    def _take(self, count: int) -> None:
        self._line += self._text.count("\n", 0, count)
        self._text = self._text[count:]

    def _refuse(self, problem: str) -> NoReturn:
        raise InvalidInput("data.bad_json", where=self._where, problem=problem)

    @property
    def _where(self) -> str:
        return f"{self._name}:{self._line}"
