"""A file of changed labels: ``sample_id`` and ``labels``, as CSV or JSON Lines.

In CSV several labels stand in one cell with ``;`` between them; in JSON Lines they are a list.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aileron.core.errors import InvalidInput
from aileron.data.operations.edit import LabelSet
from aileron.data.trees.tree import only_file

FIELDS = ("sample_id", "labels")


def read_changes(folder: Path) -> dict[str, LabelSet]:
    """Sample id -> labels, of the SOURCE artifact in `folder`.

    Raises:
        InvalidInput: a line that cannot be used, with its number.
    """
    path = only_file(folder)
    lines = _json_lines(path) if path.suffix.lower() in (".jsonl", ".ndjson") else _csv(path)
    changes: dict[str, LabelSet] = {}
    try:
        for where, sample, labels in lines:
            if not isinstance(sample, str) or not sample or labels is None:
                raise InvalidInput("data.operations.bad_change", where=where)
            if sample in changes:
                raise InvalidInput("data.operations.change_twice", where=where, sample=sample)
            changes[sample] = tuple(dict.fromkeys(labels))
    except UnicodeDecodeError:
        raise InvalidInput("data.operations.bad_change", where=path.name) from None
    return changes


def _csv(path: Path) -> Iterator[tuple[str, Any, list[str] | None]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, skipinitialspace=True)
        if not set(FIELDS) <= set(reader.fieldnames or ()):
            raise InvalidInput("data.operations.change_header", where=f"{path.name}:1")
        for row in reader:
            cell = row["labels"]
            parts = None if cell is None else [part.strip() for part in cell.split(";")]
            labels = None if parts is None else [part for part in parts if part]
            yield f"{path.name}:{reader.line_num}", row["sample_id"], labels


def _json_lines(path: Path) -> Iterator[tuple[str, Any, list[str] | None]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            where = f"{path.name}:{number}"
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError:
                raise InvalidInput("data.operations.bad_change", where=where) from None
            labels = row.get("labels") if isinstance(row, dict) else None
            fits = isinstance(labels, list) and all(isinstance(name, str) for name in labels)
            yield (
                where,
                row.get("sample_id") if isinstance(row, dict) else None,
                (labels if fits else None),
            )
