"""The facts of pictures as a table, so that expectations can be about them.

One row per sample: label (several are joined by ``;``), width, height, mode, format, bytes,
content_digest, split.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from aileron.data.layout import SAMPLE_ID, SAMPLES_FILE

if TYPE_CHECKING:
    import pandas as pd

FACTS: Final = ("label", "width", "height", "mode", "format", "bytes", "content_digest", "split")
"""The columns beside sample_id."""


def picture_facts(folder: Path) -> pd.DataFrame:
    """The facts of the DATASET artifact of pictures in `folder`, one row per sample."""
    import pyarrow.parquet as pq

    read = [SAMPLE_ID, "labels", *(name for name in FACTS if name != "label")]
    frame: pd.DataFrame = pq.read_table(folder / SAMPLES_FILE, columns=read).to_pandas()
    frame.insert(1, "label", frame.pop("labels").map(";".join))
    return frame
