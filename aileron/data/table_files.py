"""The files of a table: written and read a group of rows at a time, and their digest.

``table/part-NNNNN.parquet`` hold sample_id and the columns, ``samples.parquet`` sample_id and, if
some row is given for one, `split`. Equal rows written alike give equal bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from aileron.data.card import Column
from aileron.data.column_digests import ColumnDigest, ascending, combined, digest_of, order_of
from aileron.data.layout import (
    SAMPLE_ID,
    SAMPLES_FILE,
    SPLIT_COLUMN,
    TABLE_FOLDER,
    hand_over,
    part_file,
)
from aileron.data.parquet import ROW_GROUP, ParquetRows

if TYPE_CHECKING:
    import pyarrow as pa

SAMPLES: Final = (SAMPLE_ID, SPLIT_COLUMN)


class TableWriter:
    """Writes the rows of a DATASET artifact into a new folder, and counts what is missing."""

    def __init__(self, folder: Path, *, parts: bool) -> None:
        """`parts`: whether some row is given for a part."""
        self._folder = folder
        self._files = 0
        self._rows: ParquetRows | None = None
        (folder / TABLE_FOLDER).mkdir(parents=True)
        self._columns = SAMPLES if parts else SAMPLES[:1]
        self._samples = ParquetRows(folder / SAMPLES_FILE)
        self.missing: Counter[str] = Counter()
        """Column -> rows without a value."""
        self.count = 0

    def add(self, rows: pa.Table) -> None:
        """The next rows: sample_id and the columns."""
        if not len(rows):
            return
        if self._rows is None:
            self._rows = ParquetRows(self._next())
        self._rows.add(rows)
        self.missing.update({name: rows[name].null_count for name in rows.column_names})

    def hand_over(self, path: Path) -> None:
        """The file `path` of a table as the next rows."""
        self.end_file()
        hand_over(path, self._next())

    def add_samples(self, ids: pa.ChunkedArray, parts: pa.ChunkedArray) -> None:
        """Of the next rows, in step with them."""
        import pyarrow as pa

        self.count += len(ids)
        columns = dict(zip(SAMPLES, (ids, parts), strict=True))
        self._samples.add(pa.table({name: columns[name] for name in self._columns}))

    def end_file(self) -> None:
        """What comes next goes into another file."""
        if self._rows is not None:
            self._rows.close()
        self._rows = None

    def _next(self) -> Path:
        self._files += 1
        return self._folder / TABLE_FOLDER / part_file(self._files - 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end_file()
        self._samples.close()


def table_files(folder: Path) -> list[Path]:
    """The files of rows of the DATASET artifact in `folder`, in their order."""
    return sorted((folder / TABLE_FOLDER).iterdir())


def read_rows(folder: Path, columns: Sequence[str]) -> Iterator[pa.Table]:
    """The rows in order, a row group at most at a time."""
    return _batches(table_files(folder), columns)


def read_sample_rows(folder: Path) -> Iterator[pa.Table]:
    """``samples.parquet`` in order, with a column of parts whether it has one or not."""
    import pyarrow as pa

    names = _sample_columns(folder)
    for rows in _batches([folder / SAMPLES_FILE], names):
        if SPLIT_COLUMN in names:
            yield rows
        else:
            yield rows.append_column(SPLIT_COLUMN, pa.nulls(len(rows), pa.string()))


def read_column(folder: Path, name: str) -> pa.Array:
    """A column of the DATASET artifact in `folder`: doubles, or large strings."""
    return _whole(table_files(folder), name)


def table_digest(folder: Path, schema: Sequence[Column]) -> str:
    """The digest of the table in the DATASET folder `folder`, computed from its files."""
    names = [SAMPLE_ID, *(column.name for column in schema)]
    rows = _digests(table_files(folder), names)
    samples: list[str | None] = [*_digests([folder / SAMPLES_FILE], _sample_columns(folder))]
    if all(part.null_count == len(part) for part in _given_parts(folder)):
        samples = [samples[0], None]
    return combined(schema, rows, samples)


def _given_parts(folder: Path) -> Iterator[pa.ChunkedArray]:
    if SPLIT_COLUMN in _sample_columns(folder):
        for rows in _batches([folder / SAMPLES_FILE], [SPLIT_COLUMN]):
            yield rows[SPLIT_COLUMN]


def _sample_columns(folder: Path) -> list[str]:
    import pyarrow.parquet as pq

    names = pq.read_schema(folder / SAMPLES_FILE).names
    return [name for name in SAMPLES if name in names]


def _digests(files: Sequence[Path], names: Sequence[str]) -> list[str]:
    """Of columns, the first of which are the sample ids, in their order."""
    found = [ColumnDigest() for _ in names]
    last: pa.Array | None = None
    for batch in _batches(files, names):
        columns = [column.combine_chunks() for column in batch.columns]
        if not _goes_on(last, columns[0]):
            return _sorted_digests(files, names)
        last = columns[0].slice(len(columns[0]) - 1)
        for digest, column in zip(found, columns, strict=True):
            digest.add(column)
    return [digest.hexdigest() for digest in found]


def _goes_on(last: pa.Array | None, ids: pa.Array) -> bool:
    """Whether `ids` are in order and come after the `last` one."""
    import pyarrow as pa

    if last is None or not len(ids):
        return ascending(ids)
    return ascending(pa.concat_arrays([last, ids.slice(0, 1)])) and ascending(ids)


def _sorted_digests(files: Sequence[Path], names: Sequence[str]) -> list[str]:
    """The same of rows in another order: each column is in memory, one at a time."""
    order = order_of(_whole(files, names[0]))
    return [digest_of(_whole(files, name), order) for name in names]


def _whole(files: Sequence[Path], name: str) -> pa.Array:
    import pyarrow as pa

    chunks = [batch[name].combine_chunks() for batch in _batches(files, [name])]
    if not pa.types.is_floating(chunks[0].type):
        chunks = [chunk.cast(pa.large_string()) for chunk in chunks]  # of more than 2 GiB as well
    return pa.concat_arrays(chunks)


def _batches(files: Sequence[Path], columns: Sequence[str]) -> Iterator[pa.Table]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    for path in files:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(ROW_GROUP, columns=list(columns)):
                yield pa.Table.from_batches([batch]).select(list(columns))
