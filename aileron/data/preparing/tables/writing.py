"""The rows of a working table as a DATASET artifact, a row group in memory at a time."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aileron.core.errors import InvalidInput
from aileron.data.card import Card, Counts
from aileron.data.layout import (
    CONTENT_DIGEST,
    ROW_GROUP,
    SAMPLE_ID,
    SAMPLES_FILE,
    SPLIT_COLUMN,
    TABLE_FOLDER,
    part_file,
    write_parquet,
)
from aileron.data.preparing.tables.working import PART, ROW, Working
from aileron.data.quality.connection import name_
from aileron.data.rows import dataset_digest, row_digests

if TYPE_CHECKING:
    import pyarrow as pa


def write_rows(working: Working, folder: Path) -> Card:
    """Write the rows into the new directory `folder`; the card with what they are.

    Raises:
        InvalidInput: there are none.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    (folder / TABLE_FOLDER).mkdir(parents=True)
    columns = working.card.columns
    listed = ", ".join(name_(name) for name in (SAMPLE_ID, PART, *working.names))
    query = f"SELECT {listed} FROM {working.relation} ORDER BY {ROW}"
    reader: Any = working.connection.sql(query).to_arrow_reader(ROW_GROUP)
    schema = pa.schema([(SAMPLE_ID, pa.string()), *((c.name, _type(c.type)) for c in columns)])
    missing: Counter[str] = Counter()
    ids, digests, parts = [], [], []
    path = folder / TABLE_FOLDER / part_file(0)
    with pq.ParquetWriter(path, schema, compression="zstd", store_schema=False) as file:
        for batch in reader:
            rows = pa.Table.from_batches([batch])
            parts.append(rows[PART].cast(pa.string()).combine_chunks())
            rows = rows.drop_columns(PART).cast(schema).combine_chunks()
            file.write_table(rows, row_group_size=ROW_GROUP)
            cells = [rows[column.name].combine_chunks() for column in columns]
            missing.update({c.name: a.null_count for c, a in zip(columns, cells, strict=True)})
            ids.append(rows[SAMPLE_ID].combine_chunks())
            digests.append(pa.array(row_digests(cells), pa.string()))
    if not ids:
        raise InvalidInput("data.preparing.nothing_left", where=working.card.name,
                           name=working.card.name)  # fmt: skip
    samples = _samples(ids, digests, parts)
    write_parquet(samples, folder / SAMPLES_FILE)
    counted = tuple(c.model_copy(update={"missing": missing[c.name]}) for c in columns)
    digest = dataset_digest(counted, *(column.combine_chunks() for column in samples.columns))
    update: dict[str, Any] = {"columns": counted, "digest": digest}
    return working.card.model_copy(update=update | {"counts": Counts(rows=len(samples))})


def _samples(ids: list[pa.Array], digests: list[pa.Array], parts: list[pa.Array]) -> pa.Table:
    import pyarrow as pa

    columns = {SAMPLE_ID: ids, CONTENT_DIGEST: digests, SPLIT_COLUMN: parts}
    samples = pa.table({name: pa.concat_arrays(arrays) for name, arrays in columns.items()})
    if samples[SPLIT_COLUMN].null_count == len(samples):
        return samples.drop_columns(SPLIT_COLUMN)
    return samples


def _type(kind: str) -> pa.DataType:
    import pyarrow as pa

    return pa.float64() if kind == "number" else pa.string()
