"""From the types of databases to those of Parquet.

PostgreSQL's types are known by their OIDs, MySQL's by the protocol's field types, each with
precision and scale; SQLite has none per
column, so all values decide. A type
without a counterpart is refused, naming the column; a SELECT can cast it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from aileron.core.errors import InvalidInput

if TYPE_CHECKING:
    import pyarrow as pa

POSTGRES: Final[Mapping[int, str]] = {
    16: "bool",
    18: "text",
    19: "text",
    20: "int64",
    21: "int64",
    23: "int64",
    25: "text",
    26: "int64",
    700: "double",
    701: "double",
    114: "json",
    142: "text",
    1042: "text",
    1043: "text",
    1082: "date",
    1083: "time",
    1114: "timestamp",
    1184: "timestamp in UTC",
    1700: "decimal",
    2950: "text",
    3802: "json",
    17: "bytes",
}
"""OID -> kind, as ``pg_type.dat`` of PostgreSQL has them."""
MYSQL: Final[Mapping[int, str]] = {
    0: "decimal",
    1: "int64",
    2: "int64",
    3: "int64",
    4: "double",
    5: "double",
    7: "timestamp",
    8: "int64",
    9: "int64",
    10: "date",
    11: "time",
    12: "timestamp",
    13: "int64",
    15: "text",
    16: "bytes",
    245: "json",
    246: "decimal",
    247: "text",
    248: "text",
    249: "text",
    250: "text",
    251: "text",
    252: "text",
    253: "text",
    254: "text",
    255: "bytes",
}
"""Field type -> kind, as the client protocol of MySQL has them; UNSIGNED BIGINT fits as it is."""
SQLITE: Final[Mapping[str, str]] = {
    "integer": "int64",
    "real": "double",
    "text": "text",
    "blob": "bytes",
}
"""What ``typeof`` of SQLite says -> kind."""
FIRST_USER_OID: Final = 16_384
"""From here on PostgreSQL numbers types that users made: enums, mostly, which come as text."""
MOST_DIGITS: Final = 38


def kinds_of(database: str, description: Sequence[Sequence[Any]]) -> list[str]:
    """The kind of each column of PostgreSQL or MySQL."""
    codes = (column[1] for column in description)
    if database == "mysql":
        return [MYSQL.get(code, f"type {code}") for code in codes]
    return [
        "text" if code >= FIRST_USER_OID else POSTGRES.get(code, f"type {code}") for code in codes
    ]


def sqlite_kinds(found: Sequence[str | None]) -> list[str]:
    """The kind of each column of SQLite, from the ``typeof`` of its values, joined by commas."""
    return [_sqlite_kind(set((types or "").split(",")) - {"null", ""}) for types in found]


def _sqlite_kind(types: set[str]) -> str:
    if types == {"integer", "real"}:
        return "double"
    if "blob" in types:
        return "bytes"
    return SQLITE[types.pop()] if len(types) == 1 else "text"


def check_names(names: Sequence[str], where: str) -> None:
    """Raise `InvalidInput` if two columns have one name."""
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise InvalidInput("data.sources.column_twice", where=where, column=min(twice))


def arrow_type(kind: str, column: Sequence[Any], where: str) -> pa.DataType:
    """The type in Parquet of a column of `kind`.

    Raises:
        InvalidInput: it has none.
    """
    import pyarrow as pa

    plain = {
        "bool": pa.bool_(),
        "int64": pa.int64(),
        "double": pa.float64(),
        "text": pa.string(),
        "json": pa.string(),
        "time": pa.string(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us"),
        "timestamp in UTC": pa.timestamp("us", "UTC"),
    }
    if kind in plain:
        return plain[kind]
    if kind == "decimal":
        precision, scale = column[4], column[5]
        if not precision or precision > MOST_DIGITS or scale is None or scale > precision:
            return pa.float64()  # NUMERIC without digits holds any number of them
        return pa.decimal128(precision, scale)
    raise InvalidInput("data.sources.no_type", where=where, column=str(column[0]), type=kind)


def array(kind: str, type_: pa.DataType, name: str, values: Sequence[Any], where: str) -> pa.Array:
    """The values of one column in Parquet's type.

    Raises:
        InvalidInput: a value does not fit its column's type.
    """
    import pyarrow as pa

    try:
        if kind in ("text", "json", "time"):
            return pa.array([_text(value) for value in values], type_)
        if pa.types.is_floating(type_):
            return pa.array([None if v is None else float(v) for v in values], type_)
        return pa.array(values, type_)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise InvalidInput(
            "data.sources.value_misfits", where=where, column=name, type=kind, problem=str(error)
        ) from None


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        import json

        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bytes | bytearray | memoryview):
        raise TypeError("bytes")
    return str(value)
