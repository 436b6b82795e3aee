"""The rows of a working table as a DATASET artifact, a row group in memory at a time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from aileron.core.errors import InvalidInput
from aileron.data.card import Card, Counts
from aileron.data.layout import SAMPLE_ID
from aileron.data.parquet import ROW_GROUP
from aileron.data.preparing.tables.working import PART, ROW, Working
from aileron.data.quality.connection import name_
from aileron.data.table_files import TableWriter, table_digest

if TYPE_CHECKING:
    import pyarrow as pa


def write_rows(working: Working, folder: Path) -> Card:
    """Write the rows into the new directory `folder`; the card with what they are.

    Raises:
        InvalidInput: there are none.
    """
    import pyarrow as pa

    if not working.count:
        raise InvalidInput("data.preparing.nothing_left", where=working.card.name,
                           name=working.card.name)  # fmt: skip
    columns, parts_given = working.card.columns, _parts(working)
    listed = ", ".join(name_(name) for name in (SAMPLE_ID, PART, *working.names))
    query = f"SELECT {listed} FROM {working.relation} ORDER BY {ROW}"
    reader: Any = working.connection.sql(query).to_arrow_reader(ROW_GROUP)
    schema = pa.schema([(SAMPLE_ID, pa.string()), *((c.name, _type(c.type)) for c in columns)])
    with TableWriter(folder, parts=parts_given) as writer:
        for batch in reader:
            rows = pa.Table.from_batches([batch])
            parts = rows[PART].cast(pa.string())
            rows = rows.drop_columns(PART).cast(schema)
            writer.add(rows)
            writer.add_samples(rows[SAMPLE_ID], parts)
    counted = tuple(c.model_copy(update={"missing": writer.missing[c.name]}) for c in columns)
    update: dict[str, Any] = {"columns": counted, "digest": table_digest(folder, counted)}
    return working.card.model_copy(update=update | {"counts": Counts(rows=writer.count)})


def _parts(working: Working) -> bool:
    """Whether a row has a part."""
    [[given]] = working.ask(f"SELECT count({PART}) FROM {working.relation}")
    return bool(given)


def _type(kind: str) -> pa.DataType:
    import pyarrow as pa

    return pa.float64() if kind == "number" else pa.string()
