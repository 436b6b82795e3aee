"""What stands between the cells of a text file, and whether its first line names the columns."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aileron.data.inspection.numbers import NUMBER
from aileron.data.reading.delimited import LARGEST_BLOCK
from aileron.data.specs import TableSpec

CANDIDATES: Final = (",", ";", "\t", "|", " ")
SAMPLE: Final = 256 * 1024
"""Characters that are looked at; more if the first line alone is longer."""
ROWS: Final = 200
INDEX: Final = re.compile(r"[+-]?\d+")
"""How a column is asked for by its place."""
CONSISTENT: Final = 0.9
"""Share of rows that must have equally many cells."""

Rows = list[list[str]]


@dataclass(frozen=True)
class Fit:
    """How well a delimiter fits: columns, and share of rows that have as many."""

    delimiter: str
    columns: int
    share: float

    @property
    def fits(self) -> bool:
        return self.columns > 1 and self.share >= CONSISTENT


def sample_text(path: Path, encoding: str) -> str:
    """The beginning of the file, whole lines, two at least."""
    name = "utf-8-sig" if encoding == "utf-8" else encoding
    with path.open(encoding=name, errors="replace", newline="") as file:
        text = file.read(SAMPLE)
        if text.count("\n") < 2:
            text += file.readline() + file.readline()
        elif len(text) == SAMPLE:
            text = text[: text.rindex("\n") + 1]
    return text


def find_delimiter(text: str) -> Fit:
    """The delimiter that gives the most even rows; a comma if none does."""
    fits = [fit(text, candidate) for candidate in CANDIDATES]
    good = [found for found in fits if found.fits]
    named = [found for found in good if found.delimiter != " "] or good
    return max(named, key=lambda found: (round(found.share, 2), found.columns), default=fits[0])


def fit(text: str, delimiter: str) -> Fit:
    """How `delimiter` divides the rows of `text`."""
    rows = sample_rows(text, delimiter)
    widths = Counter(len(row) for row in rows)
    if not widths:
        return Fit(delimiter, 0, 0.0)
    columns, count = widths.most_common(1)[0]
    return Fit(delimiter, columns, count / len(rows))


def sample_rows(text: str, delimiter: str) -> Rows:
    """The first rows of `text` that are not blank."""
    csv.field_size_limit(LARGEST_BLOCK)
    rows: Rows = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if cells:
                rows.append([cell.strip() for cell in cells])
            if len(rows) == ROWS:
                break
    except csv.Error:
        return rows
    return rows


def has_header(rows: Sequence[Sequence[str]], target: str | None = None) -> bool:
    """Whether the first of `rows` names columns: its cells are no numbers where others are.

    A line that names the target is a header, unless the target is an index. Where nothing is a
    number, it is one unless it repeats itself or its values come again below.
    """
    named = target is not None and not INDEX.fullmatch(target)
    if not rows or (named and target in rows[0]):
        return True
    first, rest = rows[0], rows[1:]
    if any(NUMBER.fullmatch(cell) for cell in first):
        return False
    columns = [[row[i] for row in rest if i < len(row) and row[i]] for i in range(len(first))]
    if any(_mostly_numbers(column) for column in columns):
        return True
    again = sum(cell in column for cell, column in zip(first, columns, strict=True))
    return len(set(first)) == len(first) and again * 2 < len(first)


def _mostly_numbers(cells: Sequence[str]) -> bool:
    numbers = sum(bool(re.fullmatch(NUMBER, cell)) for cell in cells)
    return bool(cells) and numbers >= CONSISTENT * len(cells)


def draft(**fields: object) -> TableSpec:
    """A definition that reads cells as they are, before target and task are known."""
    return TableSpec.model_validate(
        {"name": "draft", "target": "?", "task": "classification", "missing": (), **fields}
    )
