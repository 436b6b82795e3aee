"""Reading CSV and TSV: Arrow's reader, and a slow second pass that finds the wrong line."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from aileron.core.errors import InvalidInput
from aileron.data.reading.large import BLOCK, LARGE, spill
from aileron.data.reading.names import check_names, given_names, header_names
from aileron.data.reading.source import Source
from aileron.data.reading.spilled import SpilledTable, last_row
from aileron.data.specs import TableSpec

if TYPE_CHECKING:
    import pyarrow as pa

CHUNK = 1 << 20
LARGEST_BLOCK = (1 << 31) - 1
"""Arrow's limit, and so the longest row."""
WIDE = ("utf-16", "utf-32")
"""Encodings in which a NUL byte is nothing wrong."""


def read_delimited(path: Path, spec: TableSpec, work: Path | None = None) -> Source:
    """The rows of a CSV or TSV, every cell as text.

    Args:
        work: where the rows of a large file are kept; some columns of numbers are such there.

    Raises:
        InvalidInput: what is wrong, with its line.
    """
    import pyarrow as pa

    quoted = check_bytes(path, spec.encoding)
    names, header_lines = _header(path, spec)
    check_names(names, f"{path.name}:{max(header_lines, 1)}")
    try:
        table = _parsed(path, spec, names, header_lines, work, quoted=quoted)
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        _explain(path, spec, len(names))
        if "Empty CSV" in str(error):
            raise InvalidInput("data.no_rows", where=path.name) from None
        problem = str(error).splitlines()[0]
        raise InvalidInput("data.not_csv", where=path.name, problem=problem) from None
    _check_quotes(path, spec, table)
    return Source(table, partial(_where, path, spec))


def check_bytes(path: Path, encoding: str) -> bool:
    """Whether there may be quotes.

    Raises:
        InvalidInput: with the line of the first NUL byte: no text has one.
    """
    if encoding.startswith(WIDE):
        return True
    line, quoted = 1, encoding != "utf-8"
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            place = piece.find(b"\0")
            if place >= 0:
                line += piece.count(b"\n", 0, place)
                raise InvalidInput("data.nul_byte", where=f"{path.name}:{line}")
            line += piece.count(b"\n")
            quoted = quoted or b'"' in piece
    return quoted


def explain_encoding(path: Path, encoding: str) -> None:
    """Raise the `InvalidInput` that says where the bytes are not `encoding`, if they are not."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as file:
        while True:
            piece = file.read(CHUNK)
            try:
                line += decoder.decode(piece, final=not piece).count("\n")
            except UnicodeDecodeError as error:
                line += error.object[: error.start].count(b"\n")
                raise InvalidInput(
                    "data.wrong_encoding", where=f"{path.name}:{line}", encoding=encoding
                ) from None
            if not piece:
                return


def csv_rows(path: Path, spec: TableSpec, *, skip_header: bool) -> Iterator[tuple[int, list[str]]]:
    """(last line of the row, cells) of each row that is not blank."""
    csv.field_size_limit(LARGEST_BLOCK)  # of the whole process; by default a cell has 128 KiB
    encoding = "utf-8-sig" if spec.encoding == "utf-8" else spec.encoding
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=spec.separator)
        try:
            for cells in reader:
                if not cells:
                    continue
                if skip_header and spec.header:
                    skip_header = False
                    continue
                yield reader.line_num, cells
        except csv.Error as error:
            where = f"{path.name}:{reader.line_num}"
            raise InvalidInput("data.not_csv", where=where, problem=str(error)) from None
        except UnicodeError:
            explain_encoding(path, spec.encoding)
            raise


def _parsed(
    path: Path,
    spec: TableSpec,
    names: list[str],
    header_lines: int,
    work: Path | None,
    *,
    quoted: bool,
) -> pa.Table | SpilledTable:
    import pyarrow as pa
    import pyarrow.csv as pc

    large = work is not None and path.stat().st_size >= LARGE
    block = BLOCK if large else CHUNK
    parse = pc.ParseOptions(delimiter=spec.separator, newlines_in_values=quoted)
    text = pc.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
    while True:
        read = pc.ReadOptions(
            column_names=names, skip_rows=header_lines, encoding=spec.encoding, block_size=block
        )
        try:
            if work is not None and large:
                return spill(path, spec, read, parse, work)
            return pc.read_csv(path, read, parse, text)
        except pa.ArrowInvalid as error:
            # A row that is longer than a block; seldom, so the block grows only when needed.
            if "straddling" not in str(error) or block == LARGEST_BLOCK:
                raise
            block = min(block * 16, LARGEST_BLOCK)


def _header(path: Path, spec: TableSpec) -> tuple[list[str], int]:
    """Column names, and how many lines come before the first row."""
    for line, cells in csv_rows(path, spec, skip_header=False):
        if not spec.header:
            return given_names(spec.names, len(cells), path.name), 0
        return header_names(cells), line
    raise InvalidInput("data.empty_file", where=path.name)


def _where(path: Path, spec: TableSpec, row: int) -> str:
    for number, (line, _) in enumerate(csv_rows(path, spec, skip_header=True)):
        if number == row:
            return f"{path.name}:{line}"
    raise IndexError(row)


def _explain(path: Path, spec: TableSpec, width: int) -> None:
    """Raise the `InvalidInput` that says which line of a broken CSV is wrong, if one is found."""
    explain_encoding(path, spec.encoding)
    for line, cells in csv_rows(path, spec, skip_header=True):
        if len(cells) == width:
            continue
        where = f"{path.name}:{line}"
        if "\n" in cells[-1]:
            raise InvalidInput("data.unclosed_quote", where=where)
        raise InvalidInput("data.wrong_field_count", where=where, found=len(cells), wanted=width)


def _check_quotes(path: Path, spec: TableSpec, table: pa.Table | SpilledTable) -> None:
    """Refuse a file whose last row swallowed the rest of it behind an unclosed quote."""
    if not table.num_rows:
        return
    last = last_row(table)
    if not any(isinstance(cell, str) and "\n" in cell for cell in last.values()):
        return
    if _quotes(path) % 2:
        where = _where(path, spec, table.num_rows - 1)
        raise InvalidInput("data.unclosed_quote", where=where)


def _quotes(path: Path) -> int:
    with path.open("rb") as file:
        return sum(piece.count(b'"') for piece in iter(lambda: file.read(CHUNK), b""))
