"""Reading Excel: one sheet of a workbook, its first row that is not empty being the header.

Formulas give the value that Excel saved with them. Merged cells are refused, since only one
of them holds the value that a person sees in all.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

from aileron.core.documents import suggestion
from aileron.core.errors import InvalidInput
from aileron.data.reading.names import given_names, header_names
from aileron.data.reading.source import Source
from aileron.data.reading.values import column, text
from aileron.data.specs import TableSpec

LARGEST: Final = 1 << 30
"""Bytes of a workbook's parts once unpacked: a small file can unpack into a very large one."""
Row = tuple[int, tuple[Any, ...]]
_BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, KeyError, ValueError, OSError, SyntaxError, TypeError,
    AttributeError, IndexError, EOFError, NotImplementedError, RuntimeError, AssertionError,
)  # fmt: skip
"""What the libraries raise over workbooks that are not whole; only they are called meanwhile."""


def read_excel(path: Path, spec: TableSpec) -> Source:
    """The rows of one sheet.

    Raises:
        InvalidInput: no workbook, no such sheet, an empty one, or one with merged cells.
    """
    import pyarrow as pa

    sheet = _sheet(path, spec.sheet)
    where = f"{path.name}[{sheet.title}]"
    if sheet.merged_cells.ranges:
        cells = str(min(sheet.merged_cells.ranges, key=str))
        raise InvalidInput("data.merged_cells", where=where, cells=cells)
    rows = sheet_rows(sheet)
    if not rows:
        raise InvalidInput("data.empty_file", where=where)
    width = max(_width(cells) for _, cells in rows)
    if spec.header:
        head, rows = rows[0][1], rows[1:]
        names = header_names([text(cell) or "" for cell in head[:width]])
    else:
        names = given_names(spec.names, width, where)
    columns = [column([_value(cells, i) for _, cells in rows]) for i in range(width)]
    table = pa.table(columns, names=names)
    return Source(table, lambda row: f"{where} row {rows[row][0]}")


def sheets(path: Path) -> dict[str, list[Row]]:
    """Title of each sheet -> its rows that are not empty.

    Raises:
        InvalidInput: the file is no workbook.
    """
    return {sheet.title: sheet_rows(sheet) for sheet in _workbook(path).worksheets}


def open_workbook(file: BinaryIO, name: str) -> Any:
    """The workbook in `file`, read whole; `name` is the file's.

    Raises:
        InvalidInput: it is none, damaged, or unpacks into too much.
    """
    import openpyxl

    try:
        with zipfile.ZipFile(file) as archive:
            size = sum(item.file_size for item in archive.infolist())
        if size > LARGEST:
            raise InvalidInput("data.workbook_too_large", where=name, limit=LARGEST >> 20)
        return openpyxl.load_workbook(file, data_only=True)
    except _BROKEN as error:
        problem = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InvalidInput("data.not_excel", where=name, problem=problem) from None


def sheet_rows(sheet: Any) -> list[Row]:
    """(row number from 1, cells) of each row that is not empty."""
    rows = enumerate(sheet.iter_rows(values_only=True), 1)
    return [(number, cells) for number, cells in rows if _width(cells)]


def _sheet(path: Path, title: str | None) -> Any:
    workbook = _workbook(path)
    if title is None:
        return workbook.worksheets[0]
    if title not in workbook.sheetnames:
        hint = suggestion(title, workbook.sheetnames)
        raise InvalidInput("data.no_sheet", where=path.name, sheet=title, hint=hint)
    return workbook[title]


def _workbook(path: Path) -> Any:
    with path.open("rb") as file:  # by its path, it would have to end in .xlsx
        return open_workbook(file, path.name)


def _width(cells: Sequence[Any]) -> int:
    """How many cells there are up to the last one that holds something."""
    return max((i + 1 for i, cell in enumerate(cells) if not _is_blank(cell)), default=0)


def _is_blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _value(cells: Sequence[Any], place: int) -> Any:
    cell = cells[place] if place < len(cells) else None
    return None if _is_blank(cell) else cell
