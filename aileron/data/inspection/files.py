"""How to open a file: encoding, delimiter, header and sheet, each found or asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aileron.core.errors import InvalidInput
from aileron.data.definition import SUFFIXES
from aileron.data.inspection.assumption import Assumption, assume, listed
from aileron.data.inspection.delimiters import (
    Rows,
    find_delimiter,
    fit,
    has_header,
    sample_rows,
    sample_text,
)
from aileron.data.inspection.encodings import find_encoding
from aileron.data.specs import FileFormat


@dataclass(frozen=True)
class Opened:
    """Fields of a dataset definition that say how to read a file."""

    fields: dict[str, Any]
    assumptions: tuple[Assumption, ...]


def open_text(
    path: Path,
    form: FileFormat,
    delimiter: str | None,
    encoding: str | None,
    header: bool | None,
    target: str | None,
) -> Opened:
    """How to read the text file `path` of format `form`.

    Raises:
        InvalidInput: it mixes encodings, or the delimiter asked for does not fit.
    """
    said: list[Assumption] = list(_format(path, form))
    if encoding is None:
        found = find_encoding(path)
        encoding = found.name
        if encoding != "utf-8":
            said.append(assume("encoding", because=found.because, encoding=encoding))
    fields: dict[str, Any] = {"format": form, "encoding": encoding}
    if form in ("json", "jsonl"):
        return Opened(fields, tuple(said))
    text = sample_text(path, encoding)
    best = find_delimiter(text)
    if delimiter is None:
        delimiter = best.delimiter
        if delimiter != ("\t" if form == "tsv" else ","):
            said.append(assume("delimiter", delimiter=repr(delimiter), columns=best.columns))
    elif best.fits and not fit(text, delimiter).fits:
        raise InvalidInput(
            "data.wrong_delimiter",
            where=path.name,
            delimiter=repr(delimiter),
            found=repr(best.delimiter),
            columns=best.columns,
        )
    if delimiter != ("\t" if form == "tsv" else ","):
        fields["delimiter"] = delimiter
    more, why = _header(sample_rows(text, delimiter), header, target)
    return Opened({**fields, **more}, (*said, *why))


def open_excel(path: Path, sheet: str | None, header: bool | None, target: str | None) -> Opened:
    """How to read the workbook `path`: the sheet that has the target, else the first with rows.

    Raises:
        InvalidInput: it is no workbook, or every sheet is empty.
    """
    from aileron.data.reading.excel import sheets
    from aileron.data.reading.values import text

    said: list[Assumption] = list(_format(path, "excel"))
    filled = {title: rows for title, rows in sheets(path).items() if rows}
    if not filled:
        raise InvalidInput("data.empty_file", where=path.name)
    fields: dict[str, Any] = {"format": "excel"}
    if sheet is None:
        heads = {title: [text(cell) for cell in rows[0][1]] for title, rows in filled.items()}
        sheet = next((title for title in filled if target in heads[title]), next(iter(filled)))
        if len(filled) > 1:
            because = "sheet_because_target" if target in heads[sheet] else None
            others = [title for title in filled if title != sheet]
            said.append(assume("sheet", because=because, sheet=sheet, others=listed(others)))
    fields["sheet"] = sheet
    cells: Rows = [[text(cell) or "" for cell in row] for _, row in filled.get(sheet, [])[:200]]
    more, why = _header(cells, header, target)
    return Opened({**fields, **more}, (*said, *why))


def open_sqlite(path: Path, table: str | None, target: str | None) -> Opened:
    """How to read the database `path`: the table that has the target, else the only one.

    Raises:
        InvalidInput: it is no database.
    """
    from aileron.data.reading.sqlite import sqlite_tables

    fields: dict[str, Any] = {"format": "sqlite"}
    said: list[Assumption] = list(_format(path, "sqlite"))
    tables = sqlite_tables(path)
    if table is None and len(tables) > 1:
        having = [name for name, columns in tables.items() if target in columns]
        if len(having) == 1:
            (table,) = having
            others = [name for name in tables if name != table]
            said.append(assume("table", table=table, others=listed(others)))
    return Opened({**fields, **({"table": table} if table else {})}, tuple(said))


def _format(path: Path, form: FileFormat) -> Iterator[Assumption]:
    """Say the format where the file's name says another one."""
    if SUFFIXES.get(path.suffix.lower(), "csv") != form:
        yield assume("format", format=form, file=path.name)


def _header(
    rows: Rows, asked: bool | None, target: str | None
) -> tuple[dict[str, Any], tuple[Assumption, ...]]:
    """The field `header` if there is none, and why."""
    if asked is True or (asked is None and has_header(rows, target)):
        return {}, ()
    first = listed(rows[0]) if rows else ""
    if asked is False:
        return {"header": False}, (assume("names"),)
    return {"header": False}, (assume("no_header", first=first), assume("names"))
