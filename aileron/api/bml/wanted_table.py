"""What `createImportTask` says of a table, as values that are laid over the definition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aileron.api.bml import records as b
from aileron.client.base import Client
from aileron.core.errors import InvalidInput

COLUMN_ERRORS: Final[Mapping[str, Mapping[str, Any]]] = {
    "auto": {},
    "skip": {"on_problem": "leave_out", "max_refused": 1.0},
    "fail": {"on_problem": "refuse"},
}
"""What happens to rows that cannot be read."""
MODES: Final = {"overwrite": "replace", "append": "append"}
"""BML's `upload_type` -> how our import makes a version."""
_TYPES: Final = {
    "smallint": "number",
    "int": "number",
    "bigint": "number",
    "float": "number",
    "double": "number",
    "decimal": "number",
    "date": "date",
    "timestamp": "date",
}
"""BML's type of a column -> ours; of the others the values decide."""


def imported_table(client: Client, body: b.ImportTable) -> dict[str, Any]:
    """The place of the table, or a SELECT of the columns that are wanted, and their types.

    Raises:
        InvalidInput: a column is not in the table.
    """
    connection = {"source.sql.connection": body.database_name}
    if body.schema_ is None:
        return {**connection, "source.sql.table": body.table_name}
    wanted = body.schema_
    found = client.preview_connection(body.database_name, table=body.table_name, limit=1)
    names = [column.name for column in found.columns]
    for place, raw in zip(wanted.columns, wanted.raw_names, strict=True):
        if place >= len(names) or names[place] != raw:
            raise InvalidInput(
                "api.not_in_table", field="schema", table=body.table_name, column=raw, place=place
            )
    (kind,) = (one.kind for one in client.connections() if one.name == body.database_name)
    columns = {
        name: {"type": _TYPES[type_.partition("(")[0]]}
        for name, type_ in zip(wanted.names, wanted.types, strict=True)
        if type_.partition("(")[0] in _TYPES
    }
    select = _select(kind, body.table_name, zip(wanted.raw_names, wanted.names, strict=True))
    typed = {"columns": columns} if columns else {}
    return {**connection, "source.sql.select": select, **typed}


def _select(kind: str, table: str, columns: Any) -> str:
    """`columns` are names in the table, which a preview has shown, and those that they get."""
    quote = "`" if kind == "mysql" else '"'

    def quoted(name: str) -> str:
        return quote + name.replace(quote, quote * 2) + quote

    shown = ", ".join(f"{quoted(raw)} AS {quoted(name)}" for raw, name in columns)
    place = ".".join(map(quoted, table.split(".")))
    return f"SELECT {shown} FROM {place}"  # noqa: S608 - quoted, of a table that is there
