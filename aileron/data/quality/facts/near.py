"""Pictures that look nearly the same: their hashes differ in few bits.

Two hashes of 128 bits that differ in at most `DISTANCE` bits share at least one of
`DISTANCE` + 1 bands, so only pictures that share a band are compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np

DISTANCE: Final = 6
BITS: Final = 128
_BLOCK: Final = 512


def near_groups(along: np.ndarray[Any, Any], across: np.ndarray[Any, Any]) -> list[list[int]]:
    """Places of pictures that look nearly the same, each group in order; largest group first.

    Args:
        along: hash along the rows, uint64, one per picture.
        across: hash along the columns, uint64.
    """
    import numpy as np

    if not len(along):
        return []
    hashes = np.stack([along, across], axis=1).astype(np.uint64)
    found, inverse = np.unique(hashes, axis=0, return_inverse=True)
    parents = list(range(len(found)))
    for low in range(DISTANCE + 1):
        keys = _band(found, low)
        for bucket in _buckets(keys):
            for one, other in _pairs(found, bucket):
                parents[_root(parents, other)] = _root(parents, one)
    groups: dict[int, list[int]] = {}
    for place, unique in enumerate(inverse.reshape(-1).tolist()):
        groups.setdefault(_root(parents, unique), []).append(place)
    return sorted((g for g in groups.values() if len(g) > 1), key=lambda g: (-len(g), g))


def _band(hashes: np.ndarray[Any, Any], number: int) -> np.ndarray[Any, Any]:
    """Every `DISTANCE` + 1st bit of each hash, from bit `number` on, packed."""
    import numpy as np

    bits = np.unpackbits(hashes.astype(">u8").view(np.uint8).reshape(len(hashes), -1), axis=1)
    chosen = bits[:, number :: DISTANCE + 1].astype(np.int64)
    keys: np.ndarray[Any, Any] = chosen @ (1 << np.arange(chosen.shape[1], dtype=np.int64))
    return keys


def _buckets(keys: np.ndarray[Any, Any]) -> list[np.ndarray[Any, Any]]:
    """Places with the same key, of every key that several have."""
    import numpy as np

    order = np.argsort(keys, kind="stable")
    edges = np.flatnonzero(np.diff(keys[order])) + 1
    return [bucket for bucket in np.split(order, edges) if len(bucket) > 1]


def _pairs(hashes: np.ndarray[Any, Any], bucket: np.ndarray[Any, Any]) -> list[tuple[int, int]]:
    """The pairs within `bucket` that differ in at most `DISTANCE` bits."""
    import numpy as np

    pairs: list[tuple[int, int]] = []
    inner = hashes[bucket]
    for start in range(0, len(bucket), _BLOCK):
        block = inner[start : start + _BLOCK]
        different = np.bitwise_count(block[:, None, :] ^ inner[None, start:, :]).sum(axis=2)
        rows, columns = np.nonzero(np.triu(different <= DISTANCE, 1))
        first, second = bucket[rows + start], bucket[columns + start]
        pairs += list(zip(first.tolist(), second.tolist(), strict=True))
    return pairs


def _root(parents: list[int], place: int) -> int:
    while parents[place] != place:
        parents[place] = parents[parents[place]]
        place = parents[place]
    return place
