"""Chance that follows from ids: the same whatever the order of rows, and on every machine."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

BLOCK: Final = 64 * 1024
RANK_BYTES: Final = 8
"""Of the hash: enough that no two of a million million samples meet by chance."""


def ranks(ids: pa.Array, salt: str) -> np.ndarray[Any, Any]:
    """A number for each id that follows from it and `salt`."""
    import numpy as np
    import pyarrow as pa

    before, sha256 = salt.encode(), hashlib.sha256
    blocks: list[np.ndarray[Any, Any]] = [np.zeros(0, dtype=np.uint64)]
    for start in range(0, len(ids), BLOCK):
        block = ids.slice(start, BLOCK).cast(pa.binary()).to_pylist()
        hashes = b"".join([sha256(before + one).digest()[:RANK_BYTES] for one in block])
        blocks.append(np.frombuffer(hashes, dtype=">u8").astype(np.uint64))
    return np.concatenate(blocks)
