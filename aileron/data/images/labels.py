"""``labels.csv``: labels of pictures in a table, ``file,labels`` and if wanted ``split``.

Several labels of a picture stand in one cell, with ``;`` between them.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from dataclasses import dataclass

from aileron.core.errors import InvalidInput
from aileron.data.layout import Part
from aileron.data.trees.paths import LABELS_FILE, clean
from aileron.data.trees.structure import PART_NAMES


@dataclass(frozen=True)
class Row:
    """What the table says of one picture."""

    line: int
    labels: tuple[str, ...]
    part: Part | None


def read_labels(content: bytes, single: bool) -> dict[str, Row]:
    """Path beside the table -> its row.

    Raises:
        InvalidInput: a line that cannot be used, with its number.
    """
    reader = csv.DictReader(io.StringIO(_text(content), newline=""), skipinitialspace=True)
    fields = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    reader.fieldnames = fields
    if not {"file", "labels"} <= set(fields):
        raise InvalidInput("data.labels_header", where=f"{LABELS_FILE}:1", found=", ".join(fields))
    rows: dict[str, Row] = {}
    for values in reader:
        where = f"{LABELS_FILE}:{reader.line_num}"
        path = clean((values["file"] or "").strip())
        if not path:
            raise InvalidInput("data.labels_file", where=where, found=str(values["file"]))
        if path in rows:
            raise InvalidInput("data.labels_twice", where=where, file=path, line=rows[path].line)
        labels = _labels(values["labels"] or "")
        if single and len(labels) != 1:
            raise InvalidInput("data.labels_count", where=where, file=path, count=len(labels))
        rows[path] = Row(reader.line_num, labels, _part(values.get("split"), where))
    return rows


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
