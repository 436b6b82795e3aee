"""Reading JSON Lines: one object per line; keys that a line lacks are missing values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aileron.core.errors import InvalidInput
from aileron.data.reading.delimited import check_bytes, explain_encoding
from aileron.data.reading.source import Source
from aileron.data.reading.values import column
from aileron.data.specs import TableSpec


def read_jsonl(path: Path, spec: TableSpec) -> Source:
    """The rows of a JSON Lines file, columns in the order in which their keys first appear.

    Raises:
        InvalidInput: a line is no JSON object; says which.
    """
    check_bytes(path, spec.encoding)
    explain_encoding(path, spec.encoding)
    return from_objects(path.name, *_rows(path, spec))


def from_objects(file: str, rows: Sequence[Mapping[str, Any]], lines: Sequence[int]) -> Source:
    """A table of JSON objects, each of which begins in a line of `file`.

    Raises:
        InvalidInput: there are none.
    """
    import pyarrow as pa

    if not rows:
        raise InvalidInput("data.empty_file", where=file)
    keys = dict.fromkeys(key for row in rows for key in row)
    table = pa.table({key: column([row.get(key) for row in rows]) for key in keys})
    return Source(table, lambda row: f"{file}:{lines[row]}")


def _rows(path: Path, spec: TableSpec) -> tuple[list[dict[str, Any]], list[int]]:
    rows, lines = [], []
    encoding = "utf-8-sig" if spec.encoding == "utf-8" else spec.encoding
    with path.open(encoding=encoding) as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                rows.append(parsed_line(line, f"{path.name}:{number}"))
                lines.append(number)
    return rows, lines


def parsed_line(line: str, where: str) -> dict[str, Any]:
    """The object that `line` is.

    Raises:
        InvalidInput: it is none; said to be at `where`.
    """
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("data.bad_json_line", where=where, problem=str(error)) from None
    if not isinstance(value, dict):
        kind = "[...]" if isinstance(value, list) else repr(value)[:40]
        raise InvalidInput("data.json_line_no_object", where=where, found=kind)
    return value
