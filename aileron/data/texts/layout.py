"""Files of a DATASET artifact of texts: one row per sample in ``samples.parquet``.

Marked pieces are structs, so that pandas, Polars, DuckDB and Hugging Face's reader see their
fields. Attributes are JSON: their names and kinds are the user's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aileron.core.digest import canonical_json, digest_bytes
from aileron.data.attributes import attributes_of, attributes_text
from aileron.data.formats.records import Relation, Span, TextSample, Turn

if TYPE_CHECKING:
    import pyarrow as pa


def samples_schema() -> pa.Schema:
    """The columns of ``samples.parquet``."""
    import pyarrow as pa

    place, text = pa.int32(), pa.string()
    span = pa.struct([("label", text), ("start", place), ("end", place)])
    relation = pa.struct([("label", text), ("head", place), ("tail", place)])
    turn = pa.struct([("role", text), ("content", text)])
    return pa.schema(
        [
            ("sample_id", text),
            ("content_digest", text),
            ("text", text),
            ("pair", text),
            ("labels", pa.list_(text)),
            ("tokens", pa.list_(text)),
            ("tags", pa.list_(text)),
            ("spans", pa.list_(span)),
            ("relations", pa.list_(relation)),
            ("turns", pa.list_(turn)),
            ("split", text),
            ("annotated", pa.bool_()),
            ("attributes", text),
        ]
    )


def content_digest(sample: TextSample) -> str:
    """SHA-256 of what is read: text, pair, tokens and turns, and nothing that is said of it."""
    return digest_bytes(canonical_json([sample.text, sample.pair, sample.tokens, sample.turns]))


def row_of(sample: TextSample) -> dict[str, Any]:
    """The row of `sample`."""
    return {
        "sample_id": sample.sample_id,
        "content_digest": content_digest(sample),
        "text": sample.text,
        "pair": sample.pair,
        "labels": list(sample.labels),
        "tokens": list(sample.tokens),
        "tags": list(sample.tags),
        "spans": [span._asdict() for span in sample.spans],
        "relations": [relation._asdict() for relation in sample.relations],
        "turns": [turn._asdict() for turn in sample.turns],
        "split": sample.split,
        "annotated": sample.annotated,
        "attributes": attributes_text(sample.attributes),
    }


def sample_of(row: Mapping[str, Any]) -> TextSample:
    """The record whose row is `row`."""
    return TextSample(
        sample_id=row["sample_id"],
        text=row["text"],
        pair=row["pair"],
        labels=tuple(row["labels"]),
        tokens=tuple(row["tokens"]),
        tags=tuple(row["tags"]),
        spans=tuple(Span(**span) for span in row["spans"]),
        relations=tuple(Relation(**relation) for relation in row["relations"]),
        turns=tuple(Turn(**turn) for turn in row["turns"]),
        split=row["split"],
        annotated=row["annotated"],
        attributes=attributes_of(row["attributes"]),
    )


def row_digest(row: Mapping[str, Any]) -> bytes:
    """SHA-256 of all that a row says, whatever the order of its fields."""
    return hashlib.sha256(canonical_json(dict(row))).digest()


def texts_digest(
    task: str, classes: Sequence[str], label_type: str, rows: Iterable[tuple[str, bytes]]
) -> str:
    """SHA-256 of task and classes, then of each sample's id and row digest, by sample id."""
    head = {"task": task, "classes": classes, "label_type": label_type}
    total = hashlib.sha256(canonical_json(head))
    for sample_id, digest in sorted(rows):
        total.update(b"\n" + canonical_json(sample_id) + digest)
    return total.hexdigest()
