"""The rows of a dataset version in a library for tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, get_args

from aileron.data.card import Card, read_card
from aileron.data.layout import SAMPLES_FILE, TABLE_FOLDER

Engine = Literal["pandas", "polars", "pyarrow", "duckdb"]
ENGINES: tuple[Engine, ...] = get_args(Engine)


def load_table(
    folder: str | Path, engine: Engine = "pandas", columns: Sequence[str] | None = None
) -> Any:
    """The rows of the version in `folder`, with their `sample_id`, in the order of the source.

    Of a table these are its rows, of pictures, recordings and texts their samples: labels,
    parts, facts and attributes, without media.

    Args:
        engine: what is returned: a pandas or Polars `DataFrame`, a PyArrow `Table`, or a DuckDB
            relation, which reads the files as it is used.
        columns: those to read, by default all.

    Raises:
        InvalidInput: `folder` holds no dataset version.
    """
    files = _files(Path(folder))
    wanted = None if columns is None else list(columns)
    if engine == "polars":
        import polars as pl

        return pl.read_parquet(files, columns=wanted)
    if engine == "duckdb":
        import duckdb

        found = duckdb.read_parquet(files)
        return found if wanted is None else found.project(", ".join(map(_quoted, wanted)))
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.concat_tables(pq.read_table(file, columns=wanted) for file in files)
    if engine == "pyarrow":
        return table
    if engine == "pandas":
        return table.to_pandas()
    raise ValueError(f"engine is {engine!r}; one of {', '.join(ENGINES)}")


def _files(folder: Path) -> list[str]:
    if isinstance(read_card(folder), Card):
        return [str(path) for path in sorted((folder / TABLE_FOLDER).iterdir())]
    return [str(folder / SAMPLES_FILE)]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
