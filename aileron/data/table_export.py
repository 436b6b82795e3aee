"""A table as a file that other tools read: delimited, JSON, Parquet, Excel or SQLite.

Rows pass through in batches, so memory does not grow with their number. The columns are those
of the source; an id that was read from a column stands in that column again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aileron.core.documents import suggestion
from aileron.core.errors import InvalidInput
from aileron.data.card import read_table_card
from aileron.data.layout import SAMPLE_ID, TABLE_FOLDER

if TYPE_CHECKING:
    import pyarrow as pa

Batches = Iterator["pa.RecordBatch"]
Write = Callable[[Path, "pa.Schema", Batches], None]
BATCH_ROWS: Final = 65_536
MOST_EXCEL_ROWS: Final = 1_048_575
"""Rows of a sheet without its header, a limit of the file format."""


@dataclass(frozen=True)
class TableWriter:
    """Writes one format."""

    suffix: str
    write: Write
    title: Mapping[str, str]


def table_writer(format_: str, options: Mapping[str, str]) -> TableWriter:
    """The writer of `format_`.

    Raises:
        InvalidInput: there is none, or it takes no such option.
    """
    if format_ not in WRITERS:
        hint = suggestion(format_, list(WRITERS))
        raise InvalidInput("data.unknown_table_format", name=format_, hint=hint)
    for option in options:
        raise InvalidInput("data.no_table_option", name=option, format=format_)
    return WRITERS[format_]


def export_table(
    dataset: Path, target: Path, writer: TableWriter, only: Collection[str] | None = None
) -> Path:
    """Write the rows of the DATASET artifact in `dataset` to the new file `target`.

    Args:
        only: ids of the rows to write; default: all.
    """
    import pyarrow as pa
    import pyarrow.dataset as ds

    card = read_table_card(dataset)
    names = [column.name for column in card.columns]
    first = [card.id_column or SAMPLE_ID]
    source = _table(dataset)
    types = {field.name: field.type for field in source.schema}
    schema = pa.schema([(first[0], types[SAMPLE_ID]), *((name, types[name]) for name in names)])
    wanted = None if only is None else ds.field(SAMPLE_ID).isin(list(only))
    batches = (
        batch.rename_columns([*first, *names])
        for batch in source.to_batches(
            columns=[SAMPLE_ID, *names], batch_size=BATCH_ROWS, filter=wanted
        )
    )
    writer.write(target, schema, batches)
    return target


def _table(dataset: Path) -> Any:
    import pyarrow.dataset as ds

    files = sorted((dataset / TABLE_FOLDER).iterdir())
    return ds.dataset([str(file) for file in files], format="parquet")


def _delimited(delimiter: str) -> Write:
    def write(target: Path, schema: pa.Schema, batches: Batches) -> None:
        from pyarrow import csv

        options = csv.WriteOptions(delimiter=delimiter, quoting_style="needed")
        with csv.CSVWriter(target, schema, write_options=options) as file:
            for batch in batches:
                file.write_batch(batch)

    return write


def _parquet(target: Path, schema: pa.Schema, batches: Batches) -> None:
    import pyarrow.parquet as pq

    with pq.ParquetWriter(target, schema, compression="zstd") as file:
        for batch in batches:
            file.write_batch(batch)


def _jsonl(target: Path, schema: pa.Schema, batches: Batches) -> None:
    with target.open("w", encoding="utf-8") as file:
        for row in _rows(schema, batches):
            file.write(_json(row) + "\n")


def _json_array(target: Path, schema: pa.Schema, batches: Batches) -> None:
    with target.open("w", encoding="utf-8") as file:
        before = "[\n"
        for row in _rows(schema, batches):
            file.write(before + _json(row))
            before = ",\n"
        file.write("\n]\n" if before != "[\n" else "[]\n")


def _excel(target: Path, schema: pa.Schema, batches: Batches) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("data")
    sheet.append(schema.names)
    for number, row in enumerate(_rows(schema, batches), 1):
        if number > MOST_EXCEL_ROWS:
            raise InvalidInput("data.too_long_for_excel", most=f"{MOST_EXCEL_ROWS:,}")
        sheet.append([_excel_cell(sheet, value) for value in row.values()])
    book.save(target)


def _sqlite(target: Path, schema: pa.Schema, batches: Batches) -> None:
    columns = ", ".join(f"{_quoted(field.name)} {_sqlite_type(field)}" for field in schema)
    marks = ", ".join("?" * len(schema))
    connection = sqlite3.connect(target)
    try:
        with connection:
            connection.execute(f"CREATE TABLE data ({columns})")
            connection.executemany(
                f"INSERT INTO data VALUES ({marks})",  # noqa: S608 (only question marks)
                (tuple(map(_plain, row.values())) for row in _rows(schema, batches)),
            )
    finally:
        connection.close()


def _rows(schema: pa.Schema, batches: Batches) -> Iterator[dict[str, Any]]:
    for batch in batches:
        columns = [column.to_pylist() for column in batch.columns]
        for values in zip(*columns, strict=True):
            yield dict(zip(schema.names, values, strict=True))


def _json(row: Mapping[str, Any]) -> str:
    return json.dumps({key: _plain(value) for key, value in row.items()}, ensure_ascii=False)


def _plain(value: Any) -> Any:
    """Times as ISO 8601 text; numbers that are none as nothing."""
    if isinstance(value, float) and value != value:
        return None
    return value if isinstance(value, str | int | float | None) else value.isoformat()


def _excel_cell(sheet: Any, value: Any) -> Any:
    """A text stays a text, even if it looks like a formula."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    value = _plain(value)
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type = "s"
    return cell


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _sqlite_type(field: pa.Field) -> str:
    import pyarrow.types as types

    if types.is_integer(field.type) or types.is_boolean(field.type):
        return "INTEGER"
    return "REAL" if types.is_floating(field.type) else "TEXT"


WRITERS: Final[Mapping[str, TableWriter]] = {
    "csv": TableWriter(".csv", _delimited(","), {"en": "CSV", "zh": "CSV"}),
    "tsv": TableWriter(".tsv", _delimited("\t"), {"en": "TSV, with tabs", "zh": "TSV（制表符）"}),
    "jsonl": TableWriter(".jsonl", _jsonl, {"en": "JSON Lines", "zh": "JSON Lines"}),
    "json": TableWriter(".json", _json_array, {"en": "JSON, one array", "zh": "JSON（一个数组）"}),
    "parquet": TableWriter(".parquet", _parquet, {"en": "Parquet", "zh": "Parquet"}),
    "excel": TableWriter(".xlsx", _excel, {"en": "Excel", "zh": "Excel"}),
    "sqlite": TableWriter(".sqlite", _sqlite, {"en": "SQLite database", "zh": "SQLite 数据库"}),
}
