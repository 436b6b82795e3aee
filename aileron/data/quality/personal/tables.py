"""Looking through the text columns of a table, a batch of rows in memory at a time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aileron.core.documents import suggestion
from aileron.core.errors import InvalidInput
from aileron.data.card import Card, Column
from aileron.data.layout import SAMPLE_ID, read_parts
from aileron.data.quality.personal.counting import Search
from aileron.data.table_files import TableWriter, read_rows, read_sample_rows, table_digest

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
    values: dict[str, set[str]] = {name: set() for name in columns}
    names = [SAMPLE_ID, *(column.name for column in card.columns)]
    with TableWriter(target, parts=read_parts(source) is not None) as writer:
        for rows in read_rows(source, names):
            writer.add(_searched(rows, search, columns, values))
        for rows in read_sample_rows(source):
            writer.add_samples(*rows.columns)
    schema = tuple(_with_categories(column, values) for column in card.columns)
    digest = table_digest(target, schema)
    return card.model_copy(update={"digest": digest, "columns": schema})


def _searched(
    rows: pa.Table, search: Search, columns: Sequence[str], values: dict[str, set[str]]
) -> pa.Table:
    import pyarrow as pa

    ids: list[str] = rows.column(SAMPLE_ID).to_pylist()
    for name in columns:
        place = rows.schema.get_field_index(name)
        cells: list[Any] = [
            None if text is None else search.text(name, sample, text)
            for sample, text in zip(ids, rows.column(place).to_pylist(), strict=True)
        ]
        values[name].update(cell for cell in cells if cell is not None)
        field = rows.schema.field(place)
        rows = rows.set_column(place, field, pa.array(cells, field.type))
    return rows


def _with_categories(column: Column, values: dict[str, set[str]]) -> Column:
    if column.categories is None or column.name not in values:
        return column
    return column.model_copy(update={"categories": tuple(sorted(values[column.name]))})
