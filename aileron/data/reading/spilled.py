"""A table too large for memory: its columns lie in a file and are loaded one at a time.

Offers what the import asks of an Arrow table. Changes of columns are noted and made when a
column is loaded, so no more than one column is ever in memory on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

Change = Callable[[str, Any], Any]
"""Name and values of a column -> its new values."""


@dataclass(frozen=True)
class SpilledTable:
    """The rows of the Arrow file at `path`."""

    path: Path
    column_names: Sequence[str]
    num_rows: int
    changes: tuple[Change, ...] = ()

    def __getitem__(self, name: str) -> pa.ChunkedArray:
        import pyarrow as pa

        with pa.OSFile(str(self.path)) as file:
            fields = [pa.ipc.open_file(file).schema.get_field_index(name)]
            options = pa.ipc.IpcReadOptions(included_fields=fields)
            values = pa.ipc.open_file(file, options=options).read_all()[name]
        for change in self.changes:
            values = change(name, values)
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


def last_row(table: Any) -> Mapping[str, Any]:
    """The cells of the last row of `table`, Arrow's or a spilled one without changes."""
    import pyarrow as pa

    row: Mapping[str, Any]
    if not isinstance(table, SpilledTable):
        row = table.slice(table.num_rows - 1).to_pylist()[0]
        return row
    with pa.OSFile(str(table.path)) as file:
        reader = pa.ipc.open_file(file)
        batch = reader.get_batch(reader.num_record_batches - 1)
        row = batch.slice(len(batch) - 1).to_pylist()[0]
    return row
