"""What changed between two versions of a dataset; a program, so that no server loads PyArrow.

``python -m aileron.client.local.difference BEFORE AFTER`` takes two folders that hold
``card.json``, ``samples.parquet`` and the parts of ``table/``, if there are any, and prints
the rows and labels that changed as JSON. A row of a table changed if a column that both versions
have holds something else; any other sample, if its content has another digest.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from aileron.data.layout import SAMPLES_FILE
from aileron.data.quality.changed_rows import changed_rows
from aileron.data.table_files import read_rows


def difference(before: Path, after: Path) -> dict[str, Any]:
    """``{"rows": {...}, "classes": [...]}`` of the two DATASET folders."""
    labels = {folder: _labels(folder) for folder in (before, after)}
    tables = _is_table(before) and _is_table(after)
    every = sorted({label for counts in labels.values() for label in counts})
    return {
        "rows": changed_rows(before, after, tables=tables),
        "classes": [
            {"label": label, "before": labels[before][label], "after": labels[after][label]}
            for label in every
        ],
    }


def _card(folder: Path) -> Mapping[str, Any]:
    card: Mapping[str, Any] = json.loads((folder / "card.json").read_bytes())
    return card


def _is_table(folder: Path) -> bool:
    return bool(_card(folder).get("modality", "table") == "table")


def _labels(folder: Path) -> Counter[str]:
    """How many have each class: of a table's target, of samples, of what is drawn or marked."""
    if not _is_table(folder):
        return Counter(_sample_labels(folder / SAMPLES_FILE))
    card, found = _card(folder), Counter[str]()
    if card.get("task") == "classification":
        for rows in read_rows(folder, [card["target"]]):
            for one in rows.column(0).value_counts().to_pylist():
                found[str(one["values"])] += one["counts"]
    return found


def _sample_labels(path: Path) -> Iterator[str]:
    import pyarrow.parquet as pq

    there = pq.read_schema(path).names
    wanted = [name for name in ("labels", "objects", "spans", "tags", "segments") if name in there]
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(columns=wanted):
            for row in batch.to_pylist():
                yield from row["labels"]
                yield from (thing["label"] for thing in row.get("objects") or ())
                yield from (span["label"] for span in row.get("spans") or ())
                yield from (segment["label"] for segment in row.get("segments") or ())
                yield from (tag[2:] for tag in row.get("tags") or () if tag.startswith("B-"))


if __name__ == "__main__":
    json.dump(difference(Path(sys.argv[1]), Path(sys.argv[2])), sys.stdout)
