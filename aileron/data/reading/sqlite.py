"""Reading a table of an SQLite file, which is opened read-only and never trusted.

Only tables with rows of their own are read: no view, whose text the file brings, and no
virtual table. No extension is loaded, and the library may do nothing but read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aileron.core.documents import suggestion
from aileron.core.errors import InvalidInput
from aileron.data.reading.source import Source
from aileron.data.reading.values import column

if TYPE_CHECKING:
    import pyarrow as pa

ALLOWED: Final = frozenset((sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_TRANSACTION))
"""What the library may do once the tables are known."""


def read_sqlite(path: Path, table: str | None) -> Source:
    """The rows of `table` of the SQLite file at `path`, or of its only table.

    Raises:
        InvalidInput: it is no database, damaged, has no such table, or several and none is named.
    """
    try:
        with closing(connect(path)) as connection:
            name = _chosen(_tables(connection), table, path.name)
            connection.set_authorizer(only_reading)
            cursor = connection.execute(f"SELECT * FROM {_quoted(name)}")  # noqa: S608 - quoted
            names = [described[0] for described in cursor.description]
            rows = cursor.fetchall()
    except sqlite3.DatabaseError as error:
        raise InvalidInput("data.not_sqlite", where=path.name, problem=str(error)) from None
    columns = [_column([row[place] for row in rows]) for place in range(len(names))]
    import pyarrow as pa

    return Source(pa.table(columns, names=names), lambda row: f"{path.name} {name} row {row + 1}")


def sqlite_tables(path: Path) -> dict[str, list[str]]:
    """Name of each table that can be read -> its columns.

    Raises:
        InvalidInput: it is no database.
    """
    try:
        with closing(connect(path)) as connection:
            return {
                name: [
                    described[0]
                    for described in connection.execute(
                        f"SELECT * FROM {_quoted(name)} LIMIT 0"  # noqa: S608 - quoted
                    ).description
                ]
                for name in _tables(connection)
            }
    except sqlite3.DatabaseError as error:
        raise InvalidInput("data.not_sqlite", where=path.name, problem=str(error)) from None


def connect(path: Path) -> sqlite3.Connection:
    """The database at `path`, read-only and as it lies there."""
    # immutable: no journal is looked for beside the file, and no lock is taken.
    uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    connection = sqlite3.connect(uri, uri=True)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def _tables(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
        " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    )
    return [name for name, sql in found if not sql.upper().startswith("CREATE VIRTUAL")]


def _chosen(tables: Sequence[str], wanted: str | None, file: str) -> str:
    if wanted is not None:
        if wanted in tables:
            return wanted
        hint = suggestion(wanted, tables)
        raise InvalidInput("data.no_table", where=file, table=wanted, hint=hint)
    if len(tables) != 1:
        names = ", ".join(tables) or "-"
        raise InvalidInput("data.several_tables", where=file, count=len(tables), names=names)
    return tables[0]


def only_reading(action: int, *_: str | None) -> int:
    """What `sqlite3` asks before it does anything: no function, no file, no change."""
    return sqlite3.SQLITE_OK if action in ALLOWED else sqlite3.SQLITE_DENY


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _column(values: Sequence[Any]) -> pa.Array:
    """As `values.column`; a column with blobs is bytes, which nothing learns from."""
    import pyarrow as pa

    if not any(isinstance(value, bytes) for value in values):
        return column(values)
    blobs = [
        str(value).encode() if isinstance(value, str | int | float) else value for value in values
    ]
    return pa.array(blobs, pa.binary())
