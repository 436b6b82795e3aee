"""The join of a working table with the rows of another dataset."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from aileron.core.documents import suggestion
from aileron.core.errors import InvalidInput
from aileron.data.card import Card, Column
from aileron.data.layout import TABLE_FOLDER
from aileron.data.preparing.tables.working import Computed, Working
from aileron.data.quality.connection import name_, parquet_

if TYPE_CHECKING:
    from aileron.data.preparing.tables.join import JoinTableConfig

JOIN: Final = "join"
_THERE: Final = "_aileron_there"


def join(table: Working, folder: Path, other: Card, config: JoinTableConfig) -> int:
    """Join columns of `other` to `table`; how many rows have no partner there.

    Raises:
        InvalidInput: keys do not fit or repeat, or names would.
    """
    own = table.find(JOIN, list(config.keys))
    theirs = _columns(other, list(config.keys.values()))
    _check_keys(table.card, own, other, theirs)
    joining = _joining(other, config)
    _open_other(table, folder, theirs, joining)
    if config.repeats == "refuse":
        _refuse_repeats(table, other, theirs)
    pairs: list[Computed] = [(c, f"{table.relation}.{name_(c.name)}") for c in table.card.columns]
    pairs += [
        (_joined(column, config.prefix), f"o.{name_(_their(place))}")
        for place, column in enumerate(joining)
    ]
    equal = " AND ".join(
        f"{table.relation}.{name_(one.name)} = o.{name_(_key(place))}"
        for place, one in enumerate(own)
    )
    [[unmatched]] = table.ask(
        f"SELECT count(*) FROM {table.relation} LEFT JOIN other_rows o ON {equal}"
        f" WHERE o.{_THERE} IS NULL"
    )
    table.select(JOIN, pairs, f"{config.how.upper()} JOIN other_rows o ON {equal}")
    return int(unmatched)


def _open_other(table: Working, folder: Path, keys: list[Column], joining: list[Column]) -> None:
    """The rows of the other table that join, as ``other_rows``: each key once."""
    columns = [(_key(place), column) for place, column in enumerate(keys)]
    columns += [(_their(place), column) for place, column in enumerate(joining)]
    listed = ", ".join(f"{name_(column.name)} AS {name_(new)}" for new, column in columns)
    known = " AND ".join(f"{name_(_key(place))} IS NOT NULL" for place in range(len(keys)))
    rows = parquet_(sorted((folder / TABLE_FOLDER).iterdir()))
    by = ", ".join(name_(_key(place)) for place in range(len(keys)))
    table.connection.execute(
        f"CREATE TEMP TABLE other_all AS SELECT row_number() OVER () AS {_THERE}, {listed}"
        f" FROM {rows}"
    )
    table.connection.execute(
        f"CREATE TEMP TABLE other_rows AS SELECT * FROM other_all WHERE {known}"
        f" QUALIFY row_number() OVER (PARTITION BY {by} ORDER BY {_THERE}) = 1"
    )


def _refuse_repeats(table: Working, other: Card, keys: list[Column]) -> None:
    names = [name_(_key(place)) for place in range(len(keys))]
    known = " AND ".join(f"{name} IS NOT NULL" for name in names)
    by = ", ".join(names)
    rows = table.ask(
        f"SELECT {by}, count(*) OVER () FROM other_all WHERE {known}"
        f" GROUP BY {by} HAVING count(*) > 1 ORDER BY {by} LIMIT 1"
    )
    for *values, count in rows:
        key = ", ".join(map(str, values))
        raise InvalidInput("data.preparing.repeated_key", where=other.name, name=other.name,
                           count=count, key=key)  # fmt: skip


def _check_keys(one: Card, own: list[Column], other: Card, theirs: list[Column]) -> None:
    for left, right in zip(own, theirs, strict=True):
        if (left.type == "number") != (right.type == "number"):
            raise InvalidInput(
                "data.preparing.other_key", where="keys", one=one.name, left=left.name,
                first=left.type, other=other.name, right=right.name, second=right.type,
            )  # fmt: skip


def _joining(other: Card, config: JoinTableConfig) -> list[Column]:
    keys = set(config.keys.values())
    names = list(config.columns) or [c.name for c in other.columns if c.name not in keys]
    if not names:
        raise InvalidInput("data.preparing.nothing_new", where="columns", name=other.name)
    return _columns(other, names)


def _columns(card: Card, names: list[str]) -> list[Column]:
    known = {column.name: column for column in card.columns}
    for name in names:
        if name not in known:
            hint = suggestion(name, list(known))
            raise InvalidInput("data.preparing.no_column", where=card.name, operation=JOIN,
                               column=name, hint=hint)  # fmt: skip
    return [known[name] for name in names]


def _joined(column: Column, prefix: str) -> Column:
    """The column as one of the result: a feature, if its own table did not ignore it."""
    role = "ignored" if column.role == "ignored" else "feature"
    return column.model_copy(update={"name": f"{prefix}{column.name}", "role": role})


def _key(place: int) -> str:
    return f"key_{place}"


def _their(place: int) -> str:
    return f"value_{place}"
