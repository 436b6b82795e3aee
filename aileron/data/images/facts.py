"""The facts of pictures as a table, so that expectations can be about them.

One row per sample: label (of the picture and of what is drawn on it, joined by ``;``), objects
(how many are drawn), width, height, mode, format, bytes, content_digest, split.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from aileron.data.layout import SAMPLE_ID, SAMPLES_FILE

if TYPE_CHECKING:
    import pandas as pd

MADE: Final = ("label", "objects")
FACTS: Final = (
    *MADE, "width", "height", "mode", "format", "bytes", "content_digest", "split",
)  # fmt: skip
"""The columns beside sample_id."""


def picture_facts(folder: Path) -> pd.DataFrame:
    """The facts of the DATASET artifact of pictures in `folder`, one row per sample."""
    import pyarrow.parquet as pq

    path = folder / SAMPLES_FILE
    drawn = {"objects"} & set(pq.read_schema(path).names)
    read = [SAMPLE_ID, "labels", *drawn, *(name for name in FACTS if name not in MADE)]
    frame: pd.DataFrame = pq.read_table(path, columns=read).to_pandas()
    objects = frame.pop("objects") if drawn else [()] * len(frame)
    labels = [
        sorted({*whole, *(thing["label"] for thing in things)})
        for whole, things in zip(frame.pop("labels"), objects, strict=True)
    ]
    frame.insert(1, "label", [";".join(names) for names in labels])
    frame.insert(2, "objects", [len(things) for things in objects])
    return frame
