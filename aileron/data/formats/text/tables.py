"""Rows of CSV, TSV and Excel files of a tree, with their lines: for texts, and lists of files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aileron.core.errors import InvalidInput
from aileron.data.formats.port import Tree
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.text.lines import encoding_of, lines_of, suffix_of
from aileron.data.reading.excel import open_workbook, sheet_rows

SUFFIXES: Final = (".csv", ".tsv", ".xlsx")
_LONGEST_CELL: Final = (1 << 31) - 1
Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Table:
    """A file with a header. The rows are read as they are consumed."""

    path: str
    header: tuple[str, ...]
    rows: Callable[[], Iterator[Row]]
    """(first line, cells) of each row that is not blank."""

    def records(self, problems: Problems) -> Iterator[tuple[int, Mapping[str, str]]]:
        """Line and cells by column of each row; a row with too many or few is a problem."""
        for line, cells in self.rows():
            if len(cells) == len(self.header):
                yield line, dict(zip(self.header, cells, strict=True))
            else:
                fault = Fault("cell_count", found=len(cells), wanted=len(self.header))
                problems.add(self.path, fault, line)


def open_table(tree: Tree, path: str) -> Table:
    """The table in file `path`, by its suffix.

    Raises:
        InvalidInput: it is empty, in no encoding that is known, or no such table.
    """
    if suffix_of(path) == ".xlsx":
        found = _workbook_rows(tree, path)
        rows: Callable[[], Iterator[Row]] = lambda: iter(found)  # noqa: E731
    else:
        dialect = _dialect(tree, path)
        rows = lambda: _delimited_rows(tree, path, dialect)  # noqa: E731
    first = next(rows(), None)
    if first is None:
        raise InvalidInput("data.empty_file", where=path)
    header = tuple(cell.strip() for cell in first[1])

    def below() -> Iterator[Row]:
        every = rows()
        next(every, None)
        return every

    return Table(path, header, below)


def header_of(tree: Tree, path: str) -> tuple[str, ...]:
    """The names of the columns of file `path`; none if it is no table."""
    try:
        return open_table(tree, path).header
    except InvalidInput:
        return ()


def csv_row(cells: Sequence[str]) -> bytes:
    """A row of a CSV, its end included."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode()


def _dialect(tree: Tree, path: str) -> Mapping[str, Any]:
    """How a file parts its cells. Tab-separated ones often hold quotes that quote nothing."""
    head = tree.head(path).decode(encoding_of(tree, path), "replace")
    if suffix_of(path) == ".tsv":
        whole = head[: head.rfind("\n") + 1]
        return {"delimiter": "\t", "quoting": csv.QUOTE_MINIMAL if _quotes(whole) else 3}
    first = head.split("\n", 1)[0]
    return {"delimiter": max(",;\t", key=first.count)}


def _quotes(text: str) -> bool:
    """Whether the quotes in a tab-separated text quote cells."""
    if '"' not in text:
        return True
    try:
        widths = {len(row) for row in csv.reader(io.StringIO(text), delimiter="\t", strict=True)}
    except csv.Error:
        return False
    return len(widths - {0}) == 1


def _delimited_rows(tree: Tree, path: str, dialect: Mapping[str, Any]) -> Iterator[Row]:
    csv.field_size_limit(_LONGEST_CELL)  # of the whole process; by default a cell has 128 KiB
    lines = (line for _, line in lines_of(tree, path, encoding_of(tree, path)))
    reader = csv.reader(lines, strict=True, **dialect)
    while True:
        start = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            where = f"{path}:{start}"
            raise InvalidInput("data.formats.not_csv", where=where, problem=str(error)) from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield start, cells


def _workbook_rows(tree: Tree, path: str) -> list[Row]:
    """The rows of the first sheet that has any."""
    book = open_workbook(io.BytesIO(tree.read(path)), path)
    sheets = (list(_filled(sheet_rows(sheet))) for sheet in book.worksheets)
    return next((rows for rows in sheets if rows), [])


def _filled(rows: Iterable[tuple[int, Sequence[Any]]]) -> Iterator[Row]:
    """Rows of the width of the first one, the header, and what stands beyond it."""
    width = 0
    for number, values in rows:
        cells = ["" if value is None else _cell(value) for value in values]
        width = width or max(i + 1 for i, cell in enumerate(cells) if cell.strip())
        extra = [cell for cell in cells[width:] if cell.strip()]
        yield number, [*(cells + [""] * width)[:width], *extra]


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
