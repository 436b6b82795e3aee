"""The rows that a table's import left out, as they stood in its file: to be mended and imported."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aileron.data.reading.values import text

if TYPE_CHECKING:
    import pyarrow as pa

MOST_BYTES: Final = 256 << 20
"""What the rows of one file may take here; of more, the first ones are kept."""


@dataclass
class Pieces:
    """The rows of one file that are left out."""

    name: str
    """The file that they go into."""
    header: bytes
    rows: list[tuple[int, bytes]] = field(default_factory=list)
    """Where each row stands, and its bytes."""
    size: int = 0
    missing: int = 0
    """Rows that did not fit."""

    def add(self, place: int, content: bytes) -> None:
        if self.size + len(content) > MOST_BYTES:
            self.missing += 1
            return
        self.size += len(content)
        self.rows.append((place, content))

    def content(self) -> bytes:
        """The file: its header, and the rows in their order."""
        return b"".join(_lines(self.header, [row for _, row in sorted(self.rows)]))


def as_csv(cells: Sequence[Any]) -> bytes:
    """A line of CSV in UTF-8, of a row of a file that has no lines."""
    line = io.StringIO()
    csv.writer(line).writerow([_written(cell) for cell in cells])
    return line.getvalue().encode()


def csv_header(table: pa.Table) -> bytes:
    """The first line of a CSV that spreadsheets open as UTF-8."""
    return codecs.BOM_UTF8 + as_csv(table.column_names)


def _written(cell: Any) -> str:
    return cell.hex() if isinstance(cell, bytes) else text(cell) or ""


def _lines(header: bytes, rows: Sequence[bytes]) -> Iterator[bytes]:
    for line in (header, *rows):
        yield line if not line or line.endswith(b"\n") else line + b"\n"
