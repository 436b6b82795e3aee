"""Which samples are drawn: by a hash of seed and sample id, so whatever the order of rows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

BLOCK: Final = 64 * 1024
RANK_BYTES: Final = 8
"""Of the hash: enough that no two of a million million samples meet by chance."""


def drawn(
    ids: pa.Array, strata: np.ndarray[Any, Any], count: int, seed: int
) -> np.ndarray[Any, Any]:
    """Whether each of `ids` is among the `count` drawn; each stratum gives its share.

    Args:
        strata: the number of each one's stratum.
    """
    import numpy as np

    order = np.argsort(_ranks(ids, seed), kind="stable")
    by_stratum = order[np.argsort(strata[order], kind="stable")]
    sizes = np.bincount(strata)
    starts = np.concatenate(([0], np.cumsum(sizes)))
    chosen = np.zeros(len(ids), dtype=bool)
    for start, taken in zip(starts, shares(sizes.tolist(), count), strict=False):
        chosen[by_stratum[start : start + taken]] = True
    return chosen


def shares(sizes: Sequence[int], count: int) -> list[int]:
    """How many of `count` fall to each stratum: in proportion, by the largest remainders."""
    total = sum(sizes)
    whole = [size * count // total for size in sizes]
    by_rest = sorted(range(len(sizes)), key=lambda i: (-(sizes[i] * count % total), i))
    for index in by_rest[: count - sum(whole)]:
        whole[index] += 1
    return whole


def _ranks(ids: pa.Array, seed: int) -> np.ndarray[Any, Any]:
    """A number for each id that follows from it and the seed."""
    import numpy as np

    blocks: list[np.ndarray[Any, Any]] = []
    for start in range(0, len(ids), BLOCK):
        hashes = (_hash(sample, seed) for sample in ids.slice(start, BLOCK).to_pylist())
        blocks.append(np.frombuffer(b"".join(hashes), dtype=">u8").astype(np.uint64))
    return np.concatenate(blocks)


def _hash(sample: str, seed: int) -> bytes:
    return hashlib.sha256(f"sample\0{seed}\0{sample}".encode()).digest()[:RANK_BYTES]
