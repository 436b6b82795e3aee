"""A table on its way through operations: a view of DuckDB, and the columns that it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aileron.core.documents import suggestion
from aileron.core.errors import InvalidInput
from aileron.data.card import Card, Column, ColumnType
from aileron.data.layout import SAMPLE_ID, SAMPLES_FILE, SPLIT_COLUMN, TABLE_FOLDER
from aileron.data.quality.connection import name_, parquet_, text_

if TYPE_CHECKING:
    import duckdb

ROW: Final = "_aileron_row"
PART: Final = "_aileron_part"
RESERVED: Final = ("target", "time", "series")
"""Roles of columns that a task cannot be without."""
TRAIN: Final = f"coalesce({PART}, 'train') = 'train'"
"""Rows that things are computed of: part train, and those that no part is given to."""
Computed = tuple[Column, str]
"""A column, and the SQL of its values."""


class Working:
    """The rows as they are now. Numbers are DOUBLE, everything else is VARCHAR."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path, card: Card) -> None:
        self.connection = connection
        self.card = card
        self._step = 0
        self._check_case()
        rows = parquet_(sorted((folder / TABLE_FOLDER).iterdir()))
        samples = f"read_parquet({text_(str(folder / SAMPLES_FILE))})"
        described = connection.execute(f"DESCRIBE SELECT * FROM {samples}").fetchall()
        parts = any(column[0] == SPLIT_COLUMN for column in described)
        part = SPLIT_COLUMN if parts else "NULL::VARCHAR"
        names = ", ".join(name_(name) for name in (SAMPLE_ID, *self.names))
        connection.execute(
            f"CREATE TEMP TABLE step_0 AS SELECT r.*, s.part AS {PART} FROM"
            f" (SELECT row_number() OVER () AS {ROW}, {names} FROM {rows}) r"
            f" JOIN (SELECT {SAMPLE_ID}, {part} AS part FROM {samples}) s USING ({SAMPLE_ID})"
        )

    def _check_case(self) -> None:
        """SQL does not tell names apart that differ in case alone."""
        seen: dict[str, str] = {}
        for name in self.names:
            if other := seen.get(name.casefold()):
                raise InvalidInput("data.preparing.same_but_case", where=self.card.name, one=other,
                                   other=name, name=self.card.name)  # fmt: skip
            seen[name.casefold()] = name

    @property
    def names(self) -> list[str]:
        """The columns, in order."""
        return [column.name for column in self.card.columns]

    @property
    def relation(self) -> str:
        """What SQL calls the rows as they are now."""
        return f"step_{self._step}"

    @property
    def count(self) -> int:
        """How many rows there are."""
        return int(self.ask(f"SELECT count(*) FROM {self.relation}")[0][0])

    def ask(self, sql: str) -> list[Any]:
        """The rows of a query, by one thread: sums of floats depend on their order."""
        self.connection.execute("SET threads = 1")
        rows = self.connection.execute(sql).fetchall()
        self.connection.execute("SET threads = 2")
        return rows

    def of_train(self, expressions: Sequence[str]) -> Sequence[Any]:
        """Aggregates over the rows that things are computed of."""
        found: Sequence[Any] = self.ask(
            f"SELECT {', '.join(expressions)} FROM {self.relation} WHERE {TRAIN}"
        )[0]
        return found

    def find(self, operation: str, names: Sequence[str]) -> list[Column]:
        """The columns of these names.

        Raises:
            InvalidInput: there is none of that name.
        """
        known = {column.name: column for column in self.card.columns}
        for name in names:
            if name not in known:
                hint = suggestion(name, list(known))
                raise InvalidInput(
                    "data.preparing.no_column",
                    where=self.card.name, operation=operation, column=name, hint=hint,
                )  # fmt: skip
        return [known[name] for name in names]

    def chosen(
        self, operation: str, names: Sequence[str], types: Sequence[ColumnType]
    ) -> list[Column]:
        """The columns of these names; without names, all features of such a type.

        Raises:
            InvalidInput: one is not there, of another type, or one that must stay as it is.
        """
        if not names:
            return [column for column in self.card.features if column.type in types]
        found = self.find(operation, names)
        self.check_free(operation, found)
        for column in found:
            if column.type not in types:
                raise InvalidInput(
                    "data.preparing.wrong_type",
                    where=self.card.name, operation=operation, column=column.name, type=column.type,
                )  # fmt: skip
        return found

    def check_free(self, operation: str, columns: Sequence[Column]) -> None:
        """Raise `InvalidInput` if the task needs one of `columns` as it is."""
        for column in columns:
            if column.role in RESERVED:
                raise InvalidInput(
                    "data.preparing.reserved_column",
                    where=self.card.name, operation=operation, column=column.name, role=column.role,
                )  # fmt: skip

    def put(self, operation: str, changes: Mapping[str, Sequence[Computed]]) -> None:
        """In the place of each column that `changes` names, the columns that it gives."""
        pairs: list[Computed] = []
        for column in self.card.columns:
            pairs += changes.get(column.name, [(column, name_(column.name))])
        self.select(operation, pairs)

    def select(self, operation: str, pairs: Sequence[Computed], rest: str = "") -> None:
        """Go on with these columns; `rest` is SQL after FROM.

        Raises:
            InvalidInput: two have the same name.
        """
        seen = {SAMPLE_ID.casefold(), ROW, PART}
        for column, _ in pairs:
            if column.name.casefold() in seen:
                raise InvalidInput(
                    "data.preparing.column_twice",
                    where=self.card.name, operation=operation, column=column.name,
                )  # fmt: skip
            seen.add(column.name.casefold())
        listed = "".join(f", {sql} AS {name_(column.name)}" for column, sql in pairs)
        self._go_on(
            "VIEW", f"SELECT {SAMPLE_ID}, {ROW}, {PART}{listed} FROM {self.relation} {rest}"
        )
        self.card = self.card.model_copy(update={"columns": tuple(column for column, _ in pairs)})

    def keep(self, condition: str) -> None:
        """Go on with the rows that meet `condition`."""
        self._go_on("TEMP TABLE", f"SELECT * FROM {self.relation} {condition}")

    def order(self, by: str) -> None:
        """Go on in another order of rows."""
        self._go_on(
            "TEMP TABLE",
            f"SELECT * REPLACE (row_number() OVER (ORDER BY {by}, {ROW}) AS {ROW})"
            f" FROM {self.relation}",
        )

    def _go_on(self, kind: str, select: str) -> None:
        """A window is computed once, into a table; what each row gives alone is a view."""
        self.connection.execute(f"CREATE {kind} step_{self._step + 1} AS {select}")
        self._step += 1
