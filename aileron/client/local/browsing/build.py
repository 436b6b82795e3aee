"""Make the index of a dataset version; a program, so that no server loads PyArrow.

``python -m aileron.client.local.browsing.build FOLDER INDEX`` reads ``samples.parquet`` of the
DATASET folder in batches and writes the SQLite file INDEX.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from aileron.client.local.browsing.index import Entry, write_index
from aileron.data.attributes import attributes_of
from aileron.data.layout import CONTENT_DIGEST, SAMPLE_ID, SAMPLES_FILE

BATCH_ROWS: Final = 2048
SOUGHT_CHARACTERS: Final = 4000
"""Of one sample; what comes after is not searched."""
_TAKEN: Final = (
    "width", "height", "format", "seconds", "sample_rate", "channels", "text", "pair", "tokens",
    "tags", "spans", "relations", "turns", "segments", "time", "points", "first", "last",
)  # fmt: skip
"""Columns that are shown as they are."""


def entries(path: Path) -> Iterator[Entry]:
    """The samples of ``samples.parquet``, in its order."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=BATCH_ROWS):
            yield from map(entry, batch.to_pylist())


def entry(row: Mapping[str, Any]) -> Entry:
    """The sample of a row, whatever its modality: a column that is not there says nothing."""
    body = _body(row)
    return Entry(
        sample_id=row[SAMPLE_ID],
        split=row.get("split"),
        annotated=row.get("annotated", True),
        medium=_medium(row),
        labels=_labels(row),
        sought=_sought(body),
        body=json.dumps(body, ensure_ascii=False, separators=(",", ":")),
    )


def _body(row: Mapping[str, Any]) -> dict[str, Any]:
    body = {name: row[name] for name in _TAKEN if row.get(name) not in (None, [])}
    return {
        "sample_id": row[SAMPLE_ID],
        "split": row.get("split"),
        "labels": row.get("labels") or [],
        "annotated": row.get("annotated", True),
        "attributes": attributes_of(row.get("attributes")),
        "has_medium": row.get("media") is not None,
        "size": row.get("bytes"),
        "objects": [_object(thing) for thing in row.get("objects") or ()],
        **body,
    }


def _object(thing: Mapping[str, Any]) -> dict[str, Any]:
    mask: bytes | None = thing["mask"]
    return {
        **thing,
        "mask": mask.decode("ascii") if mask is not None else None,
        "attributes": attributes_of(thing["attributes"]),
    }


def _medium(row: Mapping[str, Any]) -> str | None:
    if row.get("media") is None:
        return None
    place = {"digest": row[CONTENT_DIGEST], "media": row["media"], "row": row["row"]}
    return json.dumps(place)


def _labels(row: Mapping[str, Any]) -> frozenset[str]:
    columns = ("objects", "spans", "relations", "segments")
    named = [one for column in columns for one in row.get(column) or ()]
    tags = [tag[2:] for tag in row.get("tags") or () if tag != "O"]
    return frozenset((*(row.get("labels") or ()), *(one["label"] for one in named), *tags))


def _sought(body: Mapping[str, Any]) -> str:
    turns = (turn["content"] for turn in body.get("turns", ()))
    spaces = (" ".join(body.get("tokens", ())), body.get("text", ""), body.get("pair", ""), *turns)
    values = (str(value) for value in body["attributes"].values())
    whole = "\n".join((body["sample_id"], *body["labels"], *values, *spaces))
    return whole[:SOUGHT_CHARACTERS].lower()


if __name__ == "__main__":
    write_index(Path(sys.argv[2]), entries(Path(sys.argv[1]) / SAMPLES_FILE))
