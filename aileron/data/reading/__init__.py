"""Reading a source file into an Arrow table of trimmed text or of the file's own types.

Whatever is wrong with the file is said with its line: the fast reader finds that something
is wrong, and a second, slow pass over the text finds where. `read_cells` gives what the file
says, `cleaned` what it means.
"""

from __future__ import annotations

from pathlib import Path

from aileron.core.errors import InvalidInput
from aileron.data.reading.cleaning import cleaned
from aileron.data.reading.names import check_names
from aileron.data.reading.source import Source
from aileron.data.specs import TableSpec

__all__ = ["Source", "check_names", "cleaned", "read_cells"]


def read_cells(path: Path, spec: TableSpec, work: Path | None = None) -> Source:
    """The rows of the file at `path` with every cell as it stands there.

    Args:
        work: where rows are kept that are too many for memory; in memory without it.

    Raises:
        InvalidInput: the file is empty, cut short, wrongly encoded, has a bad header, ...
    """
    source = _read(path, spec, work)
    check_names(source.table.column_names, path.name)
    if source.table.num_rows == 0:
        raise InvalidInput("data.no_rows", where=path.name)
    return source


def _read(path: Path, spec: TableSpec, work: Path | None) -> Source:
    match spec.format:
        case "parquet":
            from aileron.data.reading.parquet import read_parquet

            return read_parquet(path)
        case "jsonl":
            from aileron.data.reading.jsonl import read_jsonl

            return read_jsonl(path, spec)
        case "json":
            from aileron.data.reading.json_array import read_json

            return read_json(path, spec)
        case "sqlite":
            from aileron.data.reading.sqlite import read_sqlite

            return read_sqlite(path, spec.table)
        case "excel":
            from aileron.data.reading.excel import read_excel

            return read_excel(path, spec)
        case "csv" | "tsv":
            from aileron.data.reading.delimited import read_delimited

            return read_delimited(path, spec, work)
