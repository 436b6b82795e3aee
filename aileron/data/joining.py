"""The data file and, if there is one, its test file as one table that knows the given parts.

A SOURCE artifact holds one file, or one in ``data/`` and one in ``test/``. The test file has
the columns of the data in any order; columns that only it has are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aileron.core.documents import suggestion
from aileron.core.errors import InvalidInput
from aileron.data.layout import Part
from aileron.data.reading import Source, cleaned, read_cells
from aileron.data.reading.values import text
from aileron.data.row_faults import Noted, Report, refusing
from aileron.data.specs import DATA_FOLDER, TEST_FOLDER, ColumnSpec, TableSpec

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Joined:
    """All rows, with the part that each was given for (None: any), if a part was given at all."""

    source: Source
    parts: tuple[Part | None, ...] | None = None
    notes: tuple[str, ...] = ()
    """What was left out, for the log."""


@dataclass(frozen=True)
class SourceFiles:
    """The files of a source."""

    data: Path
    test: Path | None = None


@dataclass(frozen=True)
class Raw:
    """The cells of the files."""

    data: Source
    test: Source | None = None


@dataclass
class _Rows:
    """The rows of one file that have a target."""

    source: Source
    notes: list[str] = field(default_factory=list)


def source_files(folder: Path) -> SourceFiles:
    """The files of the SOURCE artifact in `folder`.

    Raises:
        InvalidInput: it holds other files than these.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if len(files) == 1:
        return SourceFiles(files[0])
    folders = [path.parent.relative_to(folder).as_posix() for path in files]
    if folders != [DATA_FOLDER, TEST_FOLDER]:
        raise InvalidInput("data.not_one_file", count=len(files))
    return SourceFiles(*files)


def read_joined(files: SourceFiles, spec: TableSpec, work: Path | None = None) -> Joined:
    """The rows of `files`, those of the test file last.

    Args:
        work: where rows are kept that are too many for memory; in memory without it.

    Raises:
        InvalidInput: a file cannot be read, a column is missing, or the labels do not fit.
    """
    return join(read_raw(files, spec, work), files, spec)


def read_raw(files: SourceFiles, spec: TableSpec, work: Path | None = None) -> Raw:
    """The cells of `files` as they stand there.

    Raises:
        InvalidInput: a file cannot be read.
    """
    if files.test is None:
        return Raw(read_cells(files.data, spec, work))
    data = read_cells(files.data, spec)  # columns of both files are joined as text, in memory
    if not spec.header:
        spec = spec.model_copy(update={"names": tuple(data.table.column_names)})
    return Raw(data, read_cells(files.test, spec))


def join(raw: Raw, files: SourceFiles, spec: TableSpec, noted: Noted | None = None) -> Joined:
    """The rows of `raw`, read from `files`, with their cells as `spec` says they are meant.

    Args:
        noted: takes the rows whose values or labels do not fit, those of the test file counted
            after those of the data; without it the first one is raised.

    Raises:
        InvalidInput: a column is missing, or values or labels do not fit.
    """
    names = raw.data.table.column_names
    _check_columns(names, spec, files.data.name)
    rows = cleaned(raw.data, spec, noted.report() if noted else None)
    data = _with_target(_Rows(rows), spec, files.data.name)
    if raw.test is None or files.test is None:
        return Joined(data.source, None, tuple(data.notes))
    fitted = _fitted(raw.test, names, spec, files.test.name)
    report = noted.report(raw.data.table.num_rows) if noted else None
    test = _Rows(cleaned(fitted.source, spec, report), fitted.notes)
    test = _with_target(test, spec, files.test.name)
    report = report or refusing(test.source.where)
    _check_labels(data.source, test.source, spec, files.test.name, report)
    count = data.source.table.num_rows
    parts: tuple[Part | None, ...] = (None,) * count + ("test",) * test.source.table.num_rows
    return Joined(_stacked(data.source, test.source), parts, (*data.notes, *test.notes))


def _check_columns(names: list[str], spec: TableSpec, file: str) -> None:
    """Every column that the definition names must be in the file."""
    if spec.target is not None and spec.target not in names:
        hint = suggestion(spec.target, names)
        raise InvalidInput("data.no_target", where=file, target=spec.target, hint=hint)
    known = set(names)
    for name in (*spec.columns, spec.id_column, spec.time_column, *spec.series):
        if name is not None and name not in known:
            hint = suggestion(name, names)
            raise InvalidInput("data.no_column", where=file, column=name, hint=hint)


def _fitted(source: Source, names: Sequence[str], spec: TableSpec, file: str) -> _Rows:
    """The test file's rows with the columns `names` in this order."""
    import pyarrow as pa

    table = source.table
    found, known = set(table.column_names), set(names)
    columns = {}
    for name in names:
        if name in found:
            columns[name] = table[name].combine_chunks()
        elif spec.columns.get(name, ColumnSpec()).role == "ignored":
            columns[name] = pa.nulls(table.num_rows, pa.string())
        else:
            hint = suggestion(name, table.column_names)
            raise InvalidInput("data.lacks_column", where=file, column=name, hint=hint)
    more = [name for name in table.column_names if name not in known]
    notes = [f"{file}: left out {', '.join(more)}"] if more else []
    return _Rows(Source(pa.table(columns), source.where), notes)


def _with_target(rows: _Rows, spec: TableSpec, file: str) -> _Rows:
    """`rows` without those that have no target, if the definition leaves them out."""
    import pyarrow.compute as pc

    if spec.target is None or spec.missing_target == "refuse":
        return rows
    target = rows.source.table[spec.target].combine_chunks()
    if not target.null_count:
        return rows
    if target.null_count == len(target):
        raise InvalidInput("data.empty_target", where=file, target=spec.target)
    kept = pc.indices_nonzero(target.is_valid())
    numbers = kept.to_pylist()
    where = rows.source.where
    note = f"{file}: left out {target.null_count} rows without {spec.target}"
    source = Source(rows.source.table.take(kept), lambda row: where(numbers[row]))
    return _Rows(source, [*rows.notes, note])


def _check_labels(data: Source, test: Source, spec: TableSpec, file: str, report: Report) -> None:
    """The test rows of a classification must hold at least two of the data's labels, no other."""
    import pyarrow as pa

    if spec.task != "classification" or spec.target is None:
        return
    target = spec.target
    known = set(_labels(data, target)) - {None}
    found = _labels(test, target)
    report(
        pa.array([label is not None and label not in known for label in found], pa.bool_()),
        "data.unseen_label",
        lambda row: {
            "target": target,
            "label": found[row],
            "known": ", ".join(sorted(known)[:20]),
        },
    )
    if len(set(found)) == 1:
        raise InvalidInput("data.test_single_class", where=file, target=target, label=found[0])


def _labels(source: Source, target: str) -> list[Any]:
    return [text(value) for value in source.table[target].to_pylist()]


def _stacked(data: Source, test: Source) -> Source:
    """The rows of both; a column that the files type differently becomes text."""
    import pyarrow as pa

    columns = {}
    for name in data.table.column_names:
        pieces = [table[name].combine_chunks() for table in (data.table, test.table)]
        if pieces[0].type != pieces[1].type:
            pieces = _alike(pieces)
        columns[name] = pa.concat_arrays(pieces)
    where = partial(_place, data.where, test.where, data.table.num_rows)
    return Source(pa.table(columns), where)


def _alike(pieces: Sequence[pa.Array]) -> list[pa.Array]:
    import pyarrow as pa

    numeric = (pa.types.is_integer, pa.types.is_floating, pa.types.is_null)
    if all(any(is_one(piece.type) for is_one in numeric) for piece in pieces):
        return [piece.cast(pa.float64(), safe=False) for piece in pieces]
    return [pa.array([text(v) for v in piece.to_pylist()], pa.string()) for piece in pieces]


def _place(data: Any, test: Any, count: int, row: int) -> str:
    return str(data(row) if row < count else test(row - count))
