"""Reading a source file into an Arrow table of trimmed text or of the file's own types.

Whatever is wrong with the file is said with its line: the fast reader finds that something
is wrong, and a second, slow pass over the text finds where.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aileron.core.errors import InvalidInput
from aileron.data.specs import TableSpec

if TYPE_CHECKING:
    import pyarrow as pa

CHUNK = 1 << 20


def read_source(path: Path, spec: TableSpec) -> pa.Table:
    """The rows of the file at `path`; cells of a CSV are trimmed text, None where missing.

    Raises:
        InvalidInput: the file is empty, cut short, wrongly encoded, has a bad header, ...
    """
    table = _read_parquet(path) if spec.format == "parquet" else _read_csv(path, spec)
    check_names(table.column_names, path.name)
    if table.num_rows == 0:
        raise InvalidInput("data.no_rows", where=path.name)
    return table


def where_is_row(path: Path, spec: TableSpec, row: int) -> str:
    """``file:line`` of data row `row` (from 0) of a CSV, ``file row N`` of a Parquet file."""
    if spec.format == "parquet":
        return f"{path.name} row {row + 1}"
    for number, (line, _) in enumerate(_csv_rows(path, spec, skip_header=True)):
        if number == row:
            return f"{path.name}:{line}"
    raise IndexError(row)


def check_names(names: list[str], file: str) -> None:
    """Raise `InvalidInput` unless every column has a name of its own."""
    if "" in names:
        raise InvalidInput("data.unnamed_column", where=file, position=names.index("") + 1)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        positions = ", ".join(str(i + 1) for i, name in enumerate(names) if name == twice[0])
        raise InvalidInput(
            "data.duplicate_column", where=file, column=twice[0], positions=positions
        )
    if "sample_id" in names:
        raise InvalidInput("data.reserved_column", where=file, column="sample_id")


def _read_parquet(path: Path) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            return file.read()
    except (pa.ArrowException, OSError) as error:
        problem = str(error).splitlines()[0]
        raise InvalidInput("data.not_parquet", where=path.name, problem=problem) from None


def _read_csv(path: Path, spec: TableSpec) -> pa.Table:
    import pyarrow as pa
    import pyarrow.csv as pc

    names, header_lines = _header(path, spec)
    check_names(names, f"{path.name}:{max(header_lines, 1)}")
    try:
        table = pc.read_csv(
            path,
            pc.ReadOptions(
                column_names=names, skip_rows=header_lines, encoding=spec.encoding, block_size=CHUNK
            ),
            pc.ParseOptions(delimiter=spec.delimiter, newlines_in_values=True),
            pc.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
        )
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        _explain(path, spec, len(names))
        if "Empty CSV" in str(error):
            raise InvalidInput("data.no_rows", where=path.name) from None
        problem = str(error).splitlines()[0]
        raise InvalidInput("data.not_csv", where=path.name, problem=problem) from None
    _check_quotes(path, spec, table)
    return _trimmed(table, spec)


def _header(path: Path, spec: TableSpec) -> tuple[list[str], int]:
    """Column names, and how many lines come before the first row."""
    for line, cells in _csv_rows(path, spec, skip_header=False):
        if not spec.header:
            names = list(spec.names or ())
            if len(cells) != len(names):
                raise InvalidInput(
                    "data.names_do_not_fit", where=path.name, names=len(names), fields=len(cells)
                )
            return names, 0
        return [cell.strip() for cell in cells], line
    raise InvalidInput("data.empty_file", where=path.name)


def _csv_rows(path: Path, spec: TableSpec, *, skip_header: bool) -> Iterator[tuple[int, list[str]]]:
    """(last line of the row, cells) of each row that is not blank."""
    encoding = "utf-8-sig" if spec.encoding == "utf-8" else spec.encoding
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=spec.delimiter)
        try:
            for cells in reader:
                if not cells:
                    continue
                if skip_header and spec.header:
                    skip_header = False
                    continue
                yield reader.line_num, cells
        except csv.Error as error:
            where = f"{path.name}:{reader.line_num}"
            raise InvalidInput("data.not_csv", where=where, problem=str(error)) from None
        except UnicodeDecodeError:
            _explain_encoding(path, spec.encoding)
            raise


def _explain(path: Path, spec: TableSpec, width: int) -> None:
    """Raise the `InvalidInput` that says which line of a broken CSV is wrong, if one is found."""
    _explain_encoding(path, spec.encoding)
    for line, cells in _csv_rows(path, spec, skip_header=True):
        if len(cells) != width:
            raise InvalidInput(
                "data.wrong_field_count",
                where=f"{path.name}:{line}",
                found=len(cells),
                wanted=width,
            )


def _explain_encoding(path: Path, encoding: str) -> None:
    """Raise the `InvalidInput` that says where the bytes are not `encoding`, if they are not."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as file:
        while True:
            piece = file.read(CHUNK)
            try:
                line += decoder.decode(piece, final=not piece).count("\n")
            except UnicodeDecodeError as error:
                line += error.object[: error.start].count(b"\n")
                raise InvalidInput(
                    "data.wrong_encoding", where=f"{path.name}:{line}", encoding=encoding
                ) from None
            if not piece:
                return


def _check_quotes(path: Path, spec: TableSpec, table: pa.Table) -> None:
    """Refuse a file whose last row swallowed the rest of it behind an unclosed quote."""
    if not table.num_rows:
        return
    last = table.slice(table.num_rows - 1).to_pylist()[0]
    if not any(cell and "\n" in cell for cell in last.values()):
        return
    if path.read_bytes().count(b'"') % 2:
        where = where_is_row(path, spec, table.num_rows - 1)
        raise InvalidInput("data.unclosed_quote", where=where)


def _trimmed(table: pa.Table, spec: TableSpec) -> pa.Table:
    """Cells without surrounding blanks; those that mean "no value" become null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    missing = pa.array(spec.missing, pa.string())

    def clean(column: Any) -> Any:
        text = pc.utf8_trim_whitespace(column)
        return pc.if_else(pc.is_in(text, value_set=missing), None, text)

    return pa.table({name: clean(table[name]).combine_chunks() for name in table.column_names})
