"""The table of facts in memory, for Great Expectations' own engine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aileron.data.card import AnyCard, Card
from aileron.data.layout import read_table
from aileron.data.quality.facts.table import VIEW

if TYPE_CHECKING:
    import duckdb
    import pandas as pd


def fact_frame(connection: duckdb.DuckDBPyConnection, folder: Path, card: AnyCard) -> pd.DataFrame:
    """One row per sample: sample_id and the columns of the view `facts`."""
    if isinstance(card, Card):
        return read_table(folder).reset_index()
    frame: pd.DataFrame = connection.sql(f"SELECT * FROM {VIEW}").to_arrow_table().to_pandas()
    return frame
