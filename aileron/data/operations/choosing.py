"""Which samples are drawn: by a hash of seed and sample id, so whatever the order of rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aileron.data.ranks import ranks

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


def drawn(
    ids: pa.Array, strata: np.ndarray[Any, Any], count: int, seed: int
) -> np.ndarray[Any, Any]:
    """Whether each of `ids` is among the `count` drawn; each stratum gives its share.

    Args:
        strata: the number of each one's stratum.
    """
    import numpy as np

    order = np.argsort(ranks(ids, f"sample\0{seed}\0"), kind="stable")
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
