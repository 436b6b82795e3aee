"""A table too large for memory: its columns lie in a file and are loaded one at a time.

Offers what the import asks of an Arrow table. Changes of columns are noted and made when a
column is loaded, so no more than one column is ever in memory on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from aileron.data.shelf import MappedFile

if TYPE_CHECKING:
    import pyarrow as pa

Change = Callable[[str, Any], Any]
"""Name and values of a column -> its new values."""


@dataclass(frozen=True)
class SpilledTable:
    """The rows of an Arrow file. Columns that are not changed on the way stay there."""

    file: MappedFile
    column_names: Sequence[str]
    num_rows: int
    changes: tuple[Change, ...] = ()

    def __getitem__(self, name: str) -> pa.ChunkedArray:
        import pyarrow as pa

        # Without a copy, so of all columns: choosing some makes room for the others all the same.
        values = pa.ipc.open_file(self.file.reader()).read_all()[name]
        for change in self.changes:
            values = change(name, values)
        self.file.release()
        pa.default_memory_pool().release_unused()  # what the column before took
        return values if isinstance(values, pa.ChunkedArray) else pa.chunked_array([values])

    def mapped(self, change: Change) -> SpilledTable:
        """This table with `change` made to each column once it is loaded."""
        return replace(self, changes=(*self.changes, change))

    def take(self, rows: pa.Array) -> SpilledTable:
        return replace(self.mapped(lambda _, values: values.take(rows)), num_rows=len(rows))


def mapped(table: Any, change: Change) -> Any:
    """`table`, Arrow's or a spilled one, with `change` made to each column."""
    import pyarrow as pa

    if isinstance(table, SpilledTable):
        return table.mapped(change)
    return pa.table({name: change(name, table[name]) for name in table.column_names})


def first_rows(table: Any, count: int) -> Any:
    """The first rows of `table`, Arrow's or a spilled one."""
    if isinstance(table, SpilledTable):
        return replace(table.mapped(lambda _, values: values.slice(0, count)), num_rows=count)
    return table.slice(0, count)


def last_row(table: Any) -> Mapping[str, Any]:
    """The cells of the last row of `table`, Arrow's or a spilled one without changes."""
    import pyarrow as pa

    row: Mapping[str, Any]
    if not isinstance(table, SpilledTable):
        row = table.slice(table.num_rows - 1).to_pylist()[0]
        return row
    reader = pa.ipc.open_file(table.file.reader())
    batch = reader.get_batch(reader.num_record_batches - 1)
    row = batch.slice(len(batch) - 1).to_pylist()[0]
    return row


def file_of(table: Any) -> MappedFile | None:
    """Where the columns of a spilled table lie; None of Arrow's."""
    return table.file if isinstance(table, SpilledTable) else None


def column_of(table: Any, name: str) -> Any:
    """A column of `table` as an array; numbers of a spilled one as they lie in its file."""
    import pyarrow as pa

    values = table[name]
    stays = isinstance(table, SpilledTable) and pa.types.is_floating(values.type)
    return values if stays else values.combine_chunks()
