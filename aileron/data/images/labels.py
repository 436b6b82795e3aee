"""``labels.csv``: labels of pictures in a table, ``file,labels`` and if wanted ``split``.

Several labels of a picture stand in one cell, with ``;`` between them.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from aileron.core.errors import InvalidInput
from aileron.core.phrase import Phrase
from aileron.data.layout import Part
from aileron.data.refusals import Refused
from aileron.data.trees.paths import LABELS_FILE, clean
from aileron.data.trees.structure import PART_NAMES


@dataclass(frozen=True)
class Row:
    """What the table says of one picture."""

    line: int
    labels: tuple[str, ...]
    part: Part | None


def read_labels(
    content: bytes, single: bool, faults: dict[str, Refused] | None = None
) -> dict[str, Row]:
    """Path beside the table -> its row.

    Args:
        faults: takes what is wrong with single lines, by path or place; else the first is raised.

    Raises:
        InvalidInput: the table, or a line of it, cannot be used; with the number of the line.
    """
    reader = csv.DictReader(io.StringIO(_text(content), newline=""), skipinitialspace=True)
    fields = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    reader.fieldnames = fields
    if not {"file", "labels"} <= set(fields):
        raise InvalidInput("data.labels_header", where=f"{LABELS_FILE}:1", found=", ".join(fields))
    rows: dict[str, Row] = {}
    for values in reader:
        where = f"{LABELS_FILE}:{reader.line_num}"
        path = clean((values["file"] or "").strip()) or ""
        try:
            row = _row(path, values, reader.line_num, single=single, before=rows.get(path))
        except InvalidInput as error:
            if faults is None:
                raise
            faults[path or where] = fault_at(reader.line_num, error)
        else:
            rows[path] = row
    return rows


def fault_at(line: int, error: InvalidInput) -> Refused:
    """A line of the table as one that is left out."""
    return Refused(LABELS_FILE, Phrase(error.message_id, error.values), line)


def _row(
    path: str, values: Mapping[str, str | None], line: int, *, single: bool, before: Row | None
) -> Row:
    where = f"{LABELS_FILE}:{line}"
    if not path:
        raise InvalidInput("data.labels_file", where=where, found=str(values["file"]))
    if before is not None:
        raise InvalidInput("data.labels_twice", where=where, file=path, line=before.line)
    labels = _labels(values["labels"] or "")
    if single and len(labels) != 1:
        raise InvalidInput("data.labels_count", where=where, file=path, count=len(labels))
    return Row(line, labels, _part(values.get("split"), where))


def has_several_labels(content: bytes) -> bool:
    """Whether any picture of the table has more than one label, or none."""
    return any(len(row.labels) != 1 for row in read_labels(content, single=False).values())


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError:
        raise InvalidInput("data.wrong_encoding", where=LABELS_FILE, encoding="utf-8") from None


def _labels(cell: str) -> tuple[str, ...]:
    names = (unicodedata.normalize("NFC", name.strip()) for name in cell.split(";"))
    return tuple(dict.fromkeys(name for name in names if name))


def _part(cell: str | None, where: str) -> Part | None:
    if not cell or not cell.strip():
        return None
    part = PART_NAMES.get(cell.strip().lower())
    if part is None:
        raise InvalidInput("data.labels_split", where=where, found=cell)
    return part
