"""The rows of a database as a Parquet file, as a preview, and as a sign of life."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from aileron.core.errors import InvalidInput
from aileron.data.sources.connections import Connections, Database
from aileron.data.sources.databases import Reader, Rows
from aileron.data.sources.spec import SqlPlace
from aileron.data.sources.sql_types import array, arrow_type, check_names, kinds_of, sqlite_kinds
from aileron.data.sources.transfer import Log, safe_name

MOST_PREVIEWED: Final = 200
CELL: Final = 200
"""Characters of a cell in a preview."""
LOG_EVERY: Final = 1_000_000


@dataclass(frozen=True)
class Preview:
    """The first rows: columns with their types, and cells as text."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str | None, ...], ...]
    more: bool
    """Whether there are more rows than these."""


def table_file_name(place: SqlPlace) -> str:
    """The name of the Parquet file that the rows become."""
    return f"{safe_name(str(place.table))}.parquet" if place.table else "rows.parquet"


def write_rows(
    database: Database, place: SqlPlace, connections: Connections, target: Path, log: Log
) -> None:
    """Write what `place` means to the Parquet file `target`: whole, or not at all.

    Raises:
        InvalidInput: the statement, a column or a value cannot be taken; or it is too large.
        Unavailable: the database does not answer or takes too long.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    limits = connections.limits
    reader = Reader(database, connections, limits.statement_seconds)
    statement = reader.statement(place)
    kinds = _sqlite_columns(reader, statement)
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.NamedTemporaryFile(dir=target.parent, suffix=".part") as file,
        reader.rows(statement) as rows,
    ):
        kinds = kinds or kinds_of(reader.kind, rows.description)
        schema = _schema(rows, kinds, reader.where)
        count = 0
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            for batch in rows.batches:
                columns = _arrays(batch, schema, kinds, reader.where)
                writer.write_batch(pa.record_batch(columns, schema=schema))
                if count // LOG_EVERY != (count + len(batch)) // LOG_EVERY:
                    log(f"{reader.where}: {count + len(batch):,} rows")
                count += len(batch)
                if file.tell() > limits.download_bytes:
                    raise InvalidInput(
                        "data.sources.too_large", where=reader.where, limit=limits.download_bytes
                    )
        file.flush()
        Path(file.name).chmod(0o644)
        target.unlink(missing_ok=True)
        target.hardlink_to(file.name)
    log(f"{reader.where}: {count:,} rows of {len(schema)} columns")


def preview(database: Database, place: SqlPlace, connections: Connections, limit: int) -> Preview:
    """The first `limit` rows of what `place` means; raises as `write_rows` does."""
    limit = min(limit, MOST_PREVIEWED)
    reader = Reader(database, connections, connections.limits.preview_seconds)
    statement = reader.statement(place)
    cut = f"SELECT * FROM ({statement}\n) AS previewed LIMIT {limit + 1}"  # noqa: S608 - checked
    kinds = _sqlite_columns(reader, cut)
    with reader.rows(cut, limit + 1) as rows:
        kinds = kinds or kinds_of(reader.kind, rows.description)
        found = next(rows.batches, ())
    shown = tuple(tuple(_cell(value) for value in row) for row in found[:limit])
    return Preview(tuple(zip(rows.names, kinds, strict=True)), shown, len(found) > limit)


def ping(database: Database, connections: Connections) -> str:
    """The database's version, which proves that the login works."""
    reader = Reader(database, connections, connections.limits.preview_seconds)
    asked = "SELECT sqlite_version()" if reader.kind == "sqlite" else "SELECT version()"
    with reader.rows(asked, 1) as rows:
        ((version,),) = next(rows.batches)
    return str(version)


def _sqlite_columns(reader: Reader, statement: str) -> list[str]:
    """The kinds of SQLite's columns, from all their values; none of other databases."""
    if reader.kind != "sqlite":
        return []
    with reader.rows(f"SELECT * FROM ({statement}\n) LIMIT 0") as rows:  # noqa: S608 - checked
        check_names(rows.names, reader.where)
        quoted = ['"{}"'.format(name.replace('"', '""')) for name in rows.names]
    types = ", ".join(f"group_concat(DISTINCT typeof({name}))" for name in quoted)
    with reader.rows(f"SELECT {types} FROM ({statement}\n)", 1) as rows:  # noqa: S608 - checked
        (found,) = next(rows.batches)
    return sqlite_kinds(found)


def _schema(rows: Rows, kinds: Sequence[str], where: str) -> Any:
    import pyarrow as pa

    check_names(rows.names, where)
    columns = zip(rows.names, kinds, rows.description, strict=True)
    return pa.schema([(name, arrow_type(kind, column, where)) for name, kind, column in columns])


def _arrays(
    batch: Sequence[Sequence[Any]], schema: Any, kinds: Sequence[str], where: str
) -> list[Any]:
    return [
        array(kind, field.type, field.name, [row[number] for row in batch], where)
        for number, (field, kind) in enumerate(zip(schema, kinds, strict=True))
    ]


def _cell(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bytes | bytearray | memoryview):
        return f"({len(value):,} bytes)"
    text = str(value)
    return text if len(text) <= CELL else text[: CELL - 1] + "…"
