"""Reading a large CSV or TSV block by block into an Arrow file, numbers as numbers.

Columns whose first cells are all plain numbers are read as such at once, which is several times
quicker than by way of text. If any later cell is none, everything is read again as text, so the
result is the same for every file.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aileron.data.reading.cleaning import clean_column
from aileron.data.reading.spilled import SpilledTable
from aileron.data.shelf import MappedFile
from aileron.data.specs import ColumnSpec, TableSpec

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.csv as pc

LARGE: Final = 128 << 20
"""Bytes from which a file is read block by block; others are quicker at once."""
BLOCK: Final = 1 << 20
"""Memory of larger ones goes back to the system each time, which costs more than the reading."""
SAMPLE: Final = 10_000
"""Rows that show which columns look like numbers."""
PLAIN_NUMBER: Final = r"^-?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?)$"


class _NotNumbersError(Exception):
    """A cell of a column that began as numbers is none."""


def spill(
    path: Path,
    spec: TableSpec,
    read: pc.ReadOptions,
    parse: pc.ParseOptions,
    work: Path,
) -> SpilledTable:
    """The rows of the file at `path`, kept in `work`.

    Raises:
        pyarrow.ArrowInvalid: the file is no CSV with these columns.
    """
    import pyarrow as pa

    numbers = _look_like_numbers(path, spec, read, parse)
    try:
        return _spilled(path, spec, read, parse, work / "numbers.arrow", numbers)
    except (_NotNumbersError, pa.ArrowInvalid):
        if not numbers:
            raise
        (work / "numbers.arrow").unlink(missing_ok=True)
        return _spilled(path, spec, read, parse, work / "text.arrow", ())


def _spilled(
    path: Path,
    spec: TableSpec,
    read: pc.ReadOptions,
    parse: pc.ParseOptions,
    target: Path,
    numbers: Sequence[str],
) -> SpilledTable:
    import pyarrow as pa

    rows = 0
    batches = _batches(path, spec, read, parse, numbers)
    with pa.ipc.new_file(target, batches.schema) as file:
        for batch in batches:
            rows += len(batch)
            _check_finite(batch, numbers)
            file.write_batch(batch)
    return SpilledTable(MappedFile(target), tuple(read.column_names), rows)


def _batches(
    path: Path,
    spec: TableSpec,
    read: pc.ReadOptions,
    parse: pc.ParseOptions,
    numbers: Sequence[str] = (),
) -> pc.CSVStreamingReader:
    import pyarrow as pa
    import pyarrow.csv as pc

    types = {name: pa.float64() if name in numbers else pa.string() for name in read.column_names}
    convert = pc.ConvertOptions(column_types=types, null_values=list(spec.missing))
    return pc.open_csv(path, read, parse, convert)


def _look_like_numbers(
    path: Path, spec: TableSpec, read: pc.ReadOptions, parse: pc.ParseOptions
) -> list[str]:
    """The columns that may become numbers and whose first cells are."""
    import pyarrow.compute as pc

    with _batches(path, spec, read, parse) as batches:
        first = batches.read_next_batch().slice(0, SAMPLE)
    found = []
    for name in first.schema.names:
        if not _may_be_number(name, spec):
            continue
        present = clean_column(first[name], spec.missing, ColumnSpec()).drop_null()
        if len(present) and pc.all(pc.match_substring_regex(present, PLAIN_NUMBER)).as_py():
            found.append(name)
    return found


def _may_be_number(name: str, spec: TableSpec) -> bool:
    """Whether numbers of this column become numbers whatever else it holds."""
    if name == spec.target:
        return spec.task != "classification"
    said = spec.columns.get(name, ColumnSpec())
    plain = said.type == "number" and said.decimal == "." and not said.thousands and not said.unit
    inferred = said.type is None and not said.categories
    special = (spec.id_column, spec.time_column, *spec.series)
    return name not in special and not said.missing and (plain or inferred)


def _check_finite(batch: pa.RecordBatch, numbers: Sequence[str]) -> None:
    """Raise where a number has no finite value: its text decides what it means."""
    import pyarrow.compute as pc

    for name in numbers:
        if pc.all(pc.is_finite(batch[name])).as_py() is False:
            raise _NotNumbersError(name)
