"""Samples that show the same picture: they must not be learnt from and judged by at once.

The same are those of equal bytes, and a picture and the copies that `data.augment` made of it,
which have its id and a number: ``cat/1~2`` belongs to ``cat/1``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aileron.data.layout import CONTENT_DIGEST, SAMPLES_FILE

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

COPY: Final = re.compile(r"(.+)~[1-9]\d*")
"""The id of a copy; the picture's own comes first."""


def repeated_pictures(folder: Path) -> list[list[int]]:
    """The numbers of the samples of each picture that several of the DATASET artifact show."""
    import pyarrow.parquet as pq

    table = pq.read_table(folder / SAMPLES_FILE, columns=[CONTENT_DIGEST])
    groups: dict[str, list[int]] = defaultdict(list)
    for number, digest in enumerate(table[CONTENT_DIGEST].to_pylist()):
        groups[digest].append(number)
    return [samples for samples in groups.values() if len(samples) > 1]


def originals(ids: pa.Array) -> np.ndarray[Any, Any]:
    """The number of the picture that each sample is a copy of; of no copy, its own number."""
    import numpy as np

    numbers = {sample: number for number, sample in enumerate(ids.to_pylist())}
    found = np.arange(len(ids))
    for sample, number in numbers.items():
        name = sample
        while (copy := COPY.fullmatch(name)) and copy[1] in numbers:  # a copy of a copy, too
            name = copy[1]
        found[number] = numbers[name]
    return found


def joined_groups(
    groups: Iterable[Sequence[int]], original: np.ndarray[Any, Any]
) -> list[list[int]]:
    """`groups` of repeats as groups of originals, of which no two share one."""
    leader: dict[int, int] = {}

    def first(number: int) -> int:
        while (before := leader.setdefault(number, number)) != number:
            number = before
        return number

    for samples in groups:
        ends = {first(int(original[sample])) for sample in samples}
        leader |= dict.fromkeys(ends, min(ends))
    joined: dict[int, list[int]] = defaultdict(list)
    for number in sorted(leader):
        joined[first(number)].append(number)
    return [samples for samples in joined.values() if len(samples) > 1]


def join_repeats(
    groups: Sequence[Sequence[int]], parts: np.ndarray[Any, Any], kept: np.ndarray[Any, Any]
) -> int:
    """Change `parts` so that no picture is in two; how many samples change theirs.

    A picture goes where the dataset gives it, else where its first sample is; samples whose
    part the dataset gives (`kept`) stay.
    """
    moved = 0
    for samples in groups:
        given = next((sample for sample in samples if kept[sample]), samples[0])
        for sample in samples:
            if not kept[sample] and parts[sample] != parts[given]:
                parts[sample] = parts[given]
                moved += 1
    return moved
