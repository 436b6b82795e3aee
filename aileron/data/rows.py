"""Digests of rows and of a whole dataset, independent of any file format.

A row's canonical bytes are those of its cells in column order. A number is ``n`` and its
eight big-endian IEEE-754 bytes; any other value is ``s`` and the SHA-256 of its UTF-8 text;
a missing value is ``-``; each is padded to the width of its column. The digest of a dataset
is the SHA-256 over the schema and the rows, sorted by sample_id, with the parts that rows were
given for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aileron.core.digest import canonical_json
from aileron.data.card import Column

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

BLOCK = 64 * 1024


def row_digests(columns: Sequence[pa.Array]) -> list[str]:
    """SHA-256 of each row, in hex."""
    import numpy as np

    digests: list[str] = []
    for start in range(0, len(columns[0]), BLOCK):
        cells = np.hstack([_cells(column.slice(start, BLOCK)) for column in columns])
        digests += [hashlib.sha256(row).hexdigest() for row in cells]
    return digests


def dataset_digest(
    schema: Sequence[Column],
    ids: Sequence[str] | pa.Array,
    digests: Sequence[str] | pa.Array,
    parts: Sequence[str | None] | pa.Array | None = None,
) -> str:
    """SHA-256 of the schema, then of ``sample_id NUL row-digest LF`` in order of sample_id.

    The line of a row with a given part is ``sample_id NUL row-digest NUL part LF``.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    facts = [column.model_dump(mode="json", include=_SCHEMA) for column in schema]
    total = hashlib.sha256(canonical_json(facts) + b"\n")
    columns = [pa.chunked_array([_array(one)]) for one in (ids, digests, parts) if one is not None]
    order = pc.sort_indices(columns[0])  # by bytes of UTF-8, which is by code points
    for start in range(0, len(order), BLOCK):
        block = order.slice(start, BLOCK)
        rows = zip(*(column.take(block).to_pylist() for column in columns), strict=True)
        total.update("".join(_line(*row) for row in rows).encode())
    return total.hexdigest()


def _line(sample: str, digest: str, part: str | None = None) -> str:
    given = f"\0{part}" if part else ""
    return f"{sample}\0{digest}{given}\n"


def _array(values: Sequence[str | None] | pa.Array) -> pa.Array:
    import pyarrow as pa

    return values if isinstance(values, pa.Array) else pa.array(values, pa.string())


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

    coded = values.fill_null("").dictionary_encode()
    table = b"".join(hashlib.sha256(t.encode()).digest() for t in coded.dictionary.to_pylist())
    distinct = np.frombuffer(table, dtype=np.uint8).reshape(-1, 32)
    cells: np.ndarray[Any, Any] = distinct[np.asarray(coded.indices)]
    return cells
