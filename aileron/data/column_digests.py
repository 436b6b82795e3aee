"""The digest of a table: of its schema and its cells, independent of any file format.

It is the SHA-256 of the canonical JSON of ``schema``, ``rows`` and ``samples``. The latter two are
digests of columns in order of sample_id: ``rows`` of the sample ids and each column, ``samples``
of the sample ids and the parts that rows are given for (null where none is). A column is digested
in blocks of 65,536 values: ``n`` (numbers) or ``s`` (texts), their count as eight bytes, a bit per
value that is set where it is missing, then the numbers as IEEE-754 doubles, or the lengths of the
UTF-8 texts as four bytes each and the texts. All is little-endian. What is missing is 0 or empty,
-0.0 is 0.0 and every NaN is the same.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from aileron.core.digest import digest_json
from aileron.data.card import Column

if TYPE_CHECKING:
    import pyarrow as pa

BLOCK: Final = 64 * 1024
_SCHEMA: Final = {"name", "type", "role", "categories"}


class ColumnDigest:
    """SHA-256 of the values of a column, which come in pieces of any length."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._waiting: list[pa.Array] = []
        self._rows = 0

    def add(self, values: pa.Array | pa.ChunkedArray) -> None:
        """The next values: float64, else what can be a string."""
        import pyarrow as pa

        for piece in values.chunks if isinstance(values, pa.ChunkedArray) else [values]:
            self._add(piece)

    def _add(self, values: pa.Array) -> None:
        start = 0
        while start < len(values):
            piece = values.slice(start, BLOCK - self._rows)
            self._waiting.append(piece)
            self._rows += len(piece)
            start += len(piece)
            if self._rows == BLOCK:
                self._flush()

    def hexdigest(self) -> str:
        """Of all values; none can be added any more."""
        if self._rows:
            self._flush()
        return self._hash.hexdigest()

    def _flush(self) -> None:
        import pyarrow as pa

        one = len(self._waiting) == 1
        values = self._waiting[0] if one else pa.concat_arrays(self._waiting)
        self._waiting, self._rows = [], 0
        numeric = pa.types.is_floating(values.type)
        self._hash.update(struct.pack("<cQ", b"n" if numeric else b"s", len(values)))
        self._hash.update(_missing(values))
        for data in _numbers(values) if numeric else _texts(values):
            self._hash.update(data)


def combined(schema: Sequence[Column], rows: Sequence[str], samples: Sequence[str | None]) -> str:
    """The digest of a table from those of its columns: sample ids first, of rows and samples."""
    facts = [column.model_dump(mode="json", include=_SCHEMA) for column in schema]
    return digest_json({"schema": facts, "rows": rows, "samples": samples})


def dataset_digest(
    schema: Sequence[Column],
    ids: pa.Array,
    columns: Sequence[pa.Array | pa.ChunkedArray],
    parts: pa.Array | None = None,
    after_column: Callable[[], None] = lambda: None,
) -> str:
    """The digest of the table of `columns`, which are in memory.

    Args:
        parts: the part that each row is given for, null for none.
        after_column: is called whenever a column is done.
    """
    order = order_of(ids)
    digests = []
    for column in (ids, *columns):
        digests.append(digest_of(column, order))
        after_column()
    given = None if parts is None or parts.null_count == len(parts) else digest_of(parts, order)
    return combined(schema, digests, [digests[0], given])


def digest_of(values: pa.Array | pa.ChunkedArray, order: pa.Array | None) -> str:
    """The digest of a column in the order of `order`; None: as it is."""
    found = ColumnDigest()
    if order is None:
        found.add(values)
        return found.hexdigest()
    for start in range(0, len(order), BLOCK):
        found.add(values.take(order.slice(start, BLOCK)))
    return found.hexdigest()


def order_of(ids: pa.Array) -> pa.Array | None:
    """The numbers of the rows in order of their ids; None if they are in order already."""
    import pyarrow.compute as pc

    # By bytes of UTF-8, which is by code points.
    return None if ascending(ids) else pc.sort_indices(ids)


def ascending(ids: pa.Array) -> bool:
    """Whether `ids` are in order, as counted ones are."""
    import pyarrow.compute as pc

    before, after = ids.slice(0, max(len(ids) - 1, 0)), ids.slice(1)
    return bool(pc.all(pc.less_equal(before, after)).as_py())


def _missing(values: pa.Array) -> bytes:
    """A bit per value, the first one lowest, that is set where it is missing."""
    import numpy as np

    if not values.null_count:
        return bytes((len(values) + 7) // 8)
    missing = values.is_null().to_numpy(zero_copy_only=False)
    return np.packbits(missing, bitorder="little").tobytes()


def _numbers(values: pa.Array) -> list[Any]:
    import numpy as np

    filled = values.fill_null(0.0) if values.null_count else values
    numbers = filled.to_numpy(zero_copy_only=False) + 0.0
    strange = np.isnan(numbers)
    if strange.any():
        numbers[strange] = np.nan
    return [numbers.astype("<f8", copy=False)]


def _texts(values: pa.Array) -> list[Any]:
    import numpy as np
    import pyarrow as pa

    texts = values.cast(pa.string())
    filled = texts.fill_null("") if texts.null_count else texts
    _, places, data = filled.buffers()
    start = filled.offset
    offsets = np.frombuffer(places, dtype=np.int32)[start : start + len(filled) + 1]
    body = memoryview(data)[offsets[0] : offsets[-1]] if data is not None else b""
    return [np.diff(offsets).astype("<i4", copy=False), body]
