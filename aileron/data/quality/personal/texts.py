"""Looking through a dataset of texts, sample by sample."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from aileron.core.digest import canonical_json, digest_bytes
from aileron.data.layout import SAMPLES_FILE
from aileron.data.parquet import ROW_GROUP
from aileron.data.quality.personal.counting import Search
from aileron.data.texts.card import TextCard
from aileron.data.texts.layout import row_digest, samples_schema, texts_digest

BATCH: Final = 4096


def search_texts(source: Path, target: Path, card: TextCard, search: Search) -> TextCard:
    """Write the samples of `source`, searched, to the new folder `target`; the card of these."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    digests: list[tuple[str, bytes]] = []
    contents: set[str] = set()
    schema = samples_schema()
    settings: dict[str, Any] = {"compression": "zstd", "store_schema": False}
    with (
        pq.ParquetFile(source / SAMPLES_FILE) as file,
        pq.ParquetWriter(target / SAMPLES_FILE, schema, **settings) as out,
    ):
        for batch in file.iter_batches(batch_size=BATCH):
            rows = [_searched(row, search) for row in batch.to_pylist()]
            digests += [(row["sample_id"], row_digest(row)) for row in rows]
            contents.update(row["content_digest"] for row in rows)
            out.write_table(pa.Table.from_pylist(rows, schema), row_group_size=ROW_GROUP)
    digest = texts_digest(card.task, card.classes, card.label_type, digests)
    counts = card.counts.model_copy(update={"repeats": card.counts.rows - len(contents)})
    return card.model_copy(update={"digest": digest, "counts": counts})


def _searched(row: Mapping[str, Any], search: Search) -> dict[str, Any]:
    name = row["sample_id"]
    changed = dict(row)
    changed["text"] = search.text("text", name, row["text"])
    if row["pair"] is not None:
        changed["pair"] = search.text("pair", name, row["pair"])
    changed["tokens"] = search.tokens(name, row["tokens"])
    changed["turns"] = [
        {**turn, "content": search.text("turns", name, turn["content"])} for turn in row["turns"]
    ]
    if changed != row:
        turns = [(turn["role"], turn["content"]) for turn in changed["turns"]]
        said = [changed["text"], changed["pair"], changed["tokens"], turns]
        changed["content_digest"] = digest_bytes(canonical_json(said))
    return changed
