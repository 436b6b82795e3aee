"""Looking through the text columns of a table, a batch of rows in memory at a time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aileron.core.documents import suggestion
from aileron.core.errors import InvalidInput
from aileron.data.card import Card, Column
from aileron.data.layout import (
    CONTENT_DIGEST,
    ROW_GROUP,
    SAMPLE_ID,
    SAMPLES_FILE,
    TABLE_FOLDER,
    read_given_parts,
    write_parquet,
)
from aileron.data.quality.personal.counting import Search
from aileron.data.rows import dataset_digest, row_digests

if TYPE_CHECKING:
    import pyarrow as pa

WORDS: Final = ("text", "category", "other")
"""The types of columns that hold words."""


def word_columns(card: Card, chosen: Sequence[str]) -> list[str]:
    """The columns to look through: those `chosen`, else all that hold words, but the target.

    Raises:
        InvalidInput: there is no such column, or it holds no words.
    """
    known = [c.name for c in card.columns if c.type in WORDS and c.name != card.target]
    for name in chosen:
        if name not in known:
            hint = suggestion(name, known)
            raise InvalidInput("data.quality.no_words", where="columns", column=name, hint=hint)
    return list(chosen) or known


def search_table(
    source: Path, target: Path, card: Card, search: Search, columns: Sequence[str]
) -> Card:
    """Write the table of `source`, searched, to the new folder `target`; the card of it."""
    import pyarrow.parquet as pq

    (target / TABLE_FOLDER).mkdir()
    ids: list[str] = []
    digests: list[str] = []
    values: dict[str, set[str]] = {name: set() for name in columns}
    for path in sorted((source / TABLE_FOLDER).iterdir()):
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
            writer = pq.ParquetWriter(
                target / TABLE_FOLDER / path.name, schema, compression="zstd", store_schema=False
            )
            with writer as out:
                for batch in file.iter_batches(batch_size=ROW_GROUP):
                    rows = _searched(batch, search, columns, values)
                    out.write_batch(rows, row_group_size=ROW_GROUP)
                    ids += rows.column(SAMPLE_ID).to_pylist()
                    digests += row_digests([rows.column(c.name) for c in card.columns])
    schema_ = tuple(_with_categories(column, values) for column in card.columns)
    _write_samples(source, target, digests)
    parts = list(read_given_parts(source).values()) or None
    digest = dataset_digest(schema_, ids, digests, parts)
    return card.model_copy(update={"digest": digest, "columns": schema_})


def _searched(
    batch: pa.RecordBatch, search: Search, columns: Sequence[str], values: dict[str, set[str]]
) -> pa.RecordBatch:
    import pyarrow as pa

    ids: list[str] = batch.column(SAMPLE_ID).to_pylist()
    for name in columns:
        place = batch.schema.get_field_index(name)
        cells: list[Any] = [
            None if text is None else search.text(name, sample, text)
            for sample, text in zip(ids, batch.column(place).to_pylist(), strict=True)
        ]
        values[name].update(cell for cell in cells if cell is not None)
        field = batch.schema.field(place)
        batch = batch.set_column(place, field, pa.array(cells, field.type))
    return batch


def _with_categories(column: Column, values: dict[str, set[str]]) -> Column:
    if column.categories is None or column.name not in values:
        return column
    return column.model_copy(update={"categories": tuple(sorted(values[column.name]))})


def _write_samples(source: Path, target: Path, digests: Sequence[str]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    samples = pq.read_table(source / SAMPLES_FILE)
    place = samples.schema.get_field_index(CONTENT_DIGEST)
    column = pa.array(digests, pa.string())
    write_parquet(samples.set_column(place, CONTENT_DIGEST, column), target / SAMPLES_FILE)
