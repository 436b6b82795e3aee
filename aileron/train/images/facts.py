"""What a dataset's table of samples tells of its pictures, without decoding one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median_low
from typing import Final

from aileron.data.layout import SAMPLES_FILE

GREY_MODES: Final = {"1", "L", "LA", "La", "F"}


@dataclass(frozen=True)
class PictureFacts:
    """Sides in pixels and pixel formats in Pillow's words."""

    longest_side: int
    """The median."""
    modes: frozenset[str]

    @classmethod
    def read(cls, dataset: Path) -> PictureFacts:
        """Of the DATASET artifact in `dataset`."""
        import pyarrow.parquet as pq

        table = pq.read_table(dataset / SAMPLES_FILE, columns=["width", "height", "mode"])
        columns = table.to_pydict()
        sides = [max(sizes) for sizes in zip(columns["width"], columns["height"], strict=True)]
        return cls(median_low(sides), frozenset(columns["mode"]))

    @property
    def all_grey(self) -> bool:
        """Whether no picture has colours; palettes count as colours."""
        return all(mode in GREY_MODES or mode.startswith("I") for mode in self.modes)

    def suitable_side(self, sides: Sequence[int]) -> int:
        """The nearest of `sides` (ascending) that does not enlarge the usual picture."""
        return max((side for side in sides if side <= self.longest_side), default=sides[0])
