"""What changed between two versions of a dataset; a program, so that no server loads PyArrow.

``python -m aileron.client.local.difference BEFORE AFTER`` takes two folders that hold
``card.json``, ``samples.parquet`` and the parts of ``table/``, if there are any, and prints
the rows and labels that changed as JSON.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aileron.data.layout import CONTENT_DIGEST, SAMPLE_ID, SAMPLES_FILE, TABLE_FOLDER

if TYPE_CHECKING:
    import pyarrow as pa


def difference(before: Path, after: Path) -> dict[str, Any]:
    """``{"rows": {...}, "classes": [...]}`` of the two DATASET folders."""
    labels = {folder: Counter(_labels(folder)) for folder in (before, after)}
    every = sorted({str(label) for counts in labels.values() for label in counts})
    return {
        "rows": _rows(_digests(before), _digests(after)),
        "classes": [
            {"label": label, "before": labels[before][label], "after": labels[after][label]}
            for label in every
        ],
    }


def _rows(before: pa.Table, after: pa.Table) -> dict[str, int]:
    import pyarrow.compute as pc

    both = before.join(after, SAMPLE_ID, join_type="inner", right_suffix="_after")
    same = pc.sum(pc.equal(both[CONTENT_DIGEST], both[f"{CONTENT_DIGEST}_after"])).as_py() or 0
    return {
        "before": before.num_rows,
        "after": after.num_rows,
        "added": after.num_rows - both.num_rows,
        "removed": before.num_rows - both.num_rows,
        "changed": both.num_rows - same,
        "kept": same,
    }


def _digests(folder: Path) -> pa.Table:
    import pyarrow.parquet as pq

    return pq.read_table(folder / SAMPLES_FILE, columns=[SAMPLE_ID, CONTENT_DIGEST])


def _labels(folder: Path) -> Iterator[str]:
    """The classes of all rows: of a table's target, of samples, of what is drawn or marked."""
    import pyarrow.parquet as pq

    card: Mapping[str, Any] = json.loads((folder / "card.json").read_bytes())
    if card.get("modality", "table") != "table":
        yield from _sample_labels(folder / SAMPLES_FILE)
        return
    if card.get("task") != "classification":
        return
    for part in sorted((folder / TABLE_FOLDER).iterdir()):
        for value in pq.read_table(part, columns=[card["target"]])[card["target"]]:
            yield str(value.as_py())


def _sample_labels(path: Path) -> Iterator[str]:
    import pyarrow.parquet as pq

    there = pq.read_schema(path).names
    wanted = [name for name in ("labels", "objects", "spans", "tags") if name in there]
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(columns=wanted):
            for row in batch.to_pylist():
                yield from row["labels"]
                yield from (thing["label"] for thing in row.get("objects") or ())
                yield from (span["label"] for span in row.get("spans") or ())
                yield from (tag[2:] for tag in row.get("tags") or () if tag.startswith("B-"))


if __name__ == "__main__":
    json.dump(difference(Path(sys.argv[1]), Path(sys.argv[2])), sys.stdout)
