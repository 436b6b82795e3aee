"""Files of the DATASET and SPLIT artifacts, and how to read and write them.

DATASET: ``card.json``, ``samples.parquet`` (sample_id, content_digest, and `split` where parts
are given), ``table/part-NNNNN.parquet`` (sample_id and the columns). SPLIT: ``split.json``,
``split.parquet`` (sample_id, split). Equal content gives equal bytes.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

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
ROW_GROUP = 128 * 1024

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


def read_samples(folder: Path) -> list[str]:
    """The sample ids of the DATASET artifact in `folder`, in the order of the samples."""
    import pyarrow.parquet as pq

    ids: list[str] = pq.read_table(folder / SAMPLES_FILE, columns=[SAMPLE_ID])[
        SAMPLE_ID
    ].to_pylist()
    return ids


def read_given_parts(folder: Path) -> dict[str, Part | None]:
    """sample_id -> the part that the DATASET artifact in `folder` gives it; empty if it gives none.

    In the order of the samples.
    """
    import pyarrow.parquet as pq

    path = folder / SAMPLES_FILE
    if SPLIT_COLUMN not in pq.read_schema(path).names:
        return {}
    table = pq.read_table(path, columns=[SAMPLE_ID, SPLIT_COLUMN])
    return dict(zip(table[SAMPLE_ID].to_pylist(), table[SPLIT_COLUMN].to_pylist(), strict=True))


def write_rows(
    folder: Path, sample_ids: pa.Array, rows: pa.Table, after_group: Callable[[], None] = _nothing
) -> None:
    """Write ``table/`` of a DATASET artifact into `folder`."""
    (folder / TABLE_FOLDER).mkdir(parents=True)
    table = rows.add_column(0, SAMPLE_ID, sample_ids)
    write_parquet(table, folder / TABLE_FOLDER / part_file(0), after_group)


def write_samples(
    folder: Path,
    sample_ids: pa.Array,
    digests: pa.ChunkedArray,
    parts: Sequence[Part | None] | None = None,
) -> None:
    """Write ``samples.parquet`` of a DATASET artifact into `folder`."""
    import pyarrow as pa

    samples = {SAMPLE_ID: sample_ids, CONTENT_DIGEST: digests}
    if parts is not None:
        samples[SPLIT_COLUMN] = pa.array(parts, pa.string())
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
    import pyarrow.parquet as pq

    plain = table.replace_schema_metadata(None)
    with pq.ParquetWriter(path, plain.schema, compression="zstd", store_schema=False) as file:
        for start in range(0, max(len(plain), 1), ROW_GROUP):
            file.write_table(plain.slice(start, ROW_GROUP), row_group_size=ROW_GROUP)
            after_group()
