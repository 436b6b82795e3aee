"""Files of the DATASET and SPLIT artifacts, and how to read and write them.

DATASET of a table: ``card.json``, ``samples.parquet`` (sample_id, and `split` where parts are
given), ``table/part-NNNNN.parquet`` (sample_id and the columns). SPLIT: ``split.json``,
``split.parquet`` (sample_id, split). Equal content gives equal bytes.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from aileron.data.parquet import ROW_GROUP, ParquetRows

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

SAMPLE_ID = "sample_id"
CONTENT_DIGEST = "content_digest"
SPLIT_COLUMN = "split"
SAMPLES_FILE = "samples.parquet"
TABLE_FOLDER = "table"
SPLIT_FILE = "split.parquet"
SPLIT_FACTS = "split.json"
FILE_ROWS = 16 * ROW_GROUP
"""Rows of a file of a table."""

Part = Literal["train", "validation", "test"]
PARTS: tuple[Part, ...] = ("train", "validation", "test")


def _nothing() -> None:
    pass


def read_table(folder: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """The rows of the DATASET artifact in `folder`, indexed by sample_id, in source order.

    Numbers are float64 with NaN where missing; categories and ignored columns are strings
    with None where missing. `columns` limits what is read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    wanted = None if columns is None else [SAMPLE_ID, *columns]
    parts = [
        pq.read_table(path, columns=wanted) for path in sorted((folder / TABLE_FOLDER).iterdir())
    ]
    frame: pd.DataFrame = pa.concat_tables(parts).to_pandas()
    return frame.set_index(SAMPLE_ID)


def read_split(folder: Path) -> pd.Series:
    """The part (`Part`) of each sample of a SPLIT artifact, indexed by sample_id."""
    import pyarrow.parquet as pq

    frame: pd.DataFrame = pq.read_table(folder / SPLIT_FILE).to_pandas()
    return frame.set_index(SAMPLE_ID)[SPLIT_COLUMN]


def read_parts(folder: Path) -> pa.Array | None:
    """The part that the DATASET artifact in `folder` gives each sample, null for none.

    In the order of the samples; None if it gives none at all.
    """
    import pyarrow.parquet as pq

    path = folder / SAMPLES_FILE
    if SPLIT_COLUMN not in pq.read_schema(path).names:
        return None
    return pq.read_table(path, columns=[SPLIT_COLUMN])[SPLIT_COLUMN].combine_chunks()


def read_ids(folder: Path) -> pa.Array:
    """The sample ids of the DATASET artifact in `folder`, in the order of the samples."""
    import pyarrow.parquet as pq

    return pq.read_table(folder / SAMPLES_FILE, columns=[SAMPLE_ID])[SAMPLE_ID].combine_chunks()


def write_rows(
    folder: Path, sample_ids: pa.Array, rows: pa.Table, after_group: Callable[[], None] = _nothing
) -> None:
    """Write ``table/`` of a DATASET artifact into `folder`, two of its files at once."""
    (folder / TABLE_FOLDER).mkdir(parents=True)
    table = rows.add_column(0, SAMPLE_ID, sample_ids)

    def write(number: int) -> None:
        part = table.slice(number * FILE_ROWS, FILE_ROWS)
        write_parquet(part, folder / TABLE_FOLDER / part_file(number), after_group)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, range(max(1, -(-len(table) // FILE_ROWS)))))


def write_samples(folder: Path, sample_ids: pa.Array, parts: pa.Array | None = None) -> None:
    """Write ``samples.parquet`` of the DATASET artifact of a table into `folder`."""
    import pyarrow as pa

    samples = {SAMPLE_ID: sample_ids}
    if parts is not None:
        samples[SPLIT_COLUMN] = parts
    write_parquet(pa.table(samples), folder / SAMPLES_FILE)


def part_file(number: int) -> str:
    """The name of the `number`th file of a table."""
    return f"part-{number:05d}.parquet"


def hand_over(source: Path, target: Path) -> None:
    """Make the new file `target` the same as `source`: a hard link, or a copy where none can be.

    Files of artifacts are never written to again, so sharing their bytes is safe.
    """
    try:
        target.hardlink_to(source)
    except FileExistsError:
        raise
    except OSError:  # another file system, or one without links
        shutil.copyfile(source, target)


def write_parquet(table: pa.Table, path: Path, after_group: Callable[[], None] = _nothing) -> None:
    """Write `table` with fixed settings and no metadata of its maker: equal rows, equal bytes.

    `after_group` is called whenever a group of rows is written.
    """
    out = ParquetRows(path)
    for start in range(0, max(len(table), 1), ROW_GROUP):
        out.add(table.slice(start, ROW_GROUP))
        after_group()
    out.close()
