"""Digests of rows and of a whole dataset, independent of any file format.

A row's canonical bytes are those of its cells in column order. A number is ``n`` and its
eight big-endian IEEE-754 bytes; any other value is ``s`` and the SHA-256 of its UTF-8 text;
a missing value is ``-``; each is padded to the width of its column. The digest of a dataset
is the SHA-256 over the schema and the rows, sorted by sample_id, with the parts that rows were
given for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from aileron.core.digest import canonical_json
from aileron.data.card import Column

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

BLOCK = 64 * 1024
HEX = 64
"""Letters of a digest."""


def row_digests(columns: Sequence[pa.Array]) -> list[str]:
    """SHA-256 of each row, in hex."""
    digests: list[str] = row_digest_column(columns).to_pylist()
    return digests


def row_digest_column(
    columns: Sequence[pa.Array], after_block: Callable[[], None] = lambda: None
) -> pa.ChunkedArray:
    """SHA-256 of each row, in hex; `after_block` is called whenever some rows are done."""
    import pyarrow as pa

    pieces = []
    for start in range(0, len(columns[0]), BLOCK):
        pieces.append(_hex([column.slice(start, BLOCK) for column in columns]))
        after_block()
    return pa.chunked_array(pieces, pa.string())


def _hex(columns: Sequence[pa.Array]) -> pa.Array:
    """The digests of a block of rows."""
    import numpy as np
    import pyarrow as pa

    cells = np.hstack([_cells(column) for column in columns])
    width, rows = cells.shape[1], cells.tobytes()
    sha256 = hashlib.sha256
    digests = [sha256(rows[i : i + width]).digest() for i in range(0, len(rows), width)]
    offsets = np.arange(0, (len(digests) + 1) * HEX, HEX, dtype=np.int32)
    text = b"".join(digests).hex().encode()
    return pa.StringArray.from_buffers(len(digests), pa.py_buffer(offsets), pa.py_buffer(text))


def dataset_digest(
    schema: Sequence[Column],
    ids: Sequence[str] | pa.Array | pa.ChunkedArray,
    digests: Sequence[str] | pa.Array | pa.ChunkedArray,
    parts: Sequence[str | None] | pa.Array | pa.ChunkedArray | None = None,
) -> str:
    """SHA-256 of the schema, then of ``sample_id NUL row-digest LF`` in order of sample_id.

    The line of a row with a given part is ``sample_id NUL row-digest NUL part LF``.
    """
    import pyarrow.compute as pc

    facts = [column.model_dump(mode="json", include=_SCHEMA) for column in schema]
    total = hashlib.sha256(canonical_json(facts) + b"\n")
    columns = [_chunked(one) for one in (ids, digests, parts) if one is not None]
    # By bytes of UTF-8, which is by code points.
    order = None if _ascending(columns[0]) else pc.sort_indices(columns[0])
    for start in range(0, len(columns[0]), BLOCK):
        if order is None:
            block = [column.slice(start, BLOCK) for column in columns]
        else:
            block = [column.take(order.slice(start, BLOCK)) for column in columns]
        total.update(_lines(*block))
    return total.hexdigest()


def _lines(
    ids: pa.ChunkedArray, digests: pa.ChunkedArray, parts: pa.ChunkedArray | None = None
) -> bytes:
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = [ids, "\0", digests]
    if parts is not None:
        given = pc.if_else(pc.equal(parts, ""), None, parts)
        cells.append(pc.fill_null(pc.binary_join_element_wise("\0", given, ""), ""))
    lines = pc.binary_join_element_wise(*cells, "\n", "").combine_chunks()
    whole = pc.binary_join(pa.ListArray.from_arrays([0, len(lines)], lines), "")
    joined: bytes = whole[0].as_buffer().to_pybytes()
    return joined


def _chunked(values: Sequence[str | None] | pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    if isinstance(values, pa.ChunkedArray):
        return values
    array = values if isinstance(values, pa.Array) else pa.array(values, pa.string())
    return pa.chunked_array([array])


def _ascending(values: pa.ChunkedArray) -> bool:
    """Whether `values` are in order already, as counted ids are."""
    import pyarrow.compute as pc

    before, after = values.slice(0, max(len(values) - 1, 0)), values.slice(1)
    return bool(pc.all(pc.less_equal(before, after)).as_py())


_SCHEMA = {"name", "type", "role", "categories"}


def _cells(values: pa.Array) -> np.ndarray[Any, Any]:
    """The canonical bytes of `values`, one row of the matrix per value."""
    import numpy as np
    import pyarrow as pa

    numeric = pa.types.is_floating(values.type)
    body = _numbers(values) if numeric else _texts(values)
    tags = np.full((len(values), 1), ord("n" if numeric else "s"), dtype=np.uint8)
    missing = np.asarray(values.is_null())
    body[missing] = 0
    tags[missing] = ord("-")
    return np.hstack([tags, body])


def _numbers(values: pa.Array) -> np.ndarray[Any, Any]:
    import numpy as np

    numbers = np.array(values.fill_null(0.0)).astype(">f8")
    return numbers.view(np.uint8).reshape(-1, 8)


def _texts(values: pa.Array) -> np.ndarray[Any, Any]:
    """Each distinct text is hashed once."""
    import numpy as np
    import pyarrow as pa

    coded = values.fill_null("").dictionary_encode()
    sha256 = hashlib.sha256
    texts = coded.dictionary.cast(pa.binary()).to_pylist()
    table = b"".join([sha256(one).digest() for one in texts])
    distinct = np.frombuffer(table, dtype=np.uint8).reshape(-1, 32)
    cells: np.ndarray[Any, Any] = distinct[np.asarray(coded.indices)]
    return cells
