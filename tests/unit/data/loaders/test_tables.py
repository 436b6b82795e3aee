"""Rows of a version in the libraries that people read tables with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from plugins.datasets import Workbench
from plugins.text_sets import REVIEWS, Library

from aileron.core.errors import InvalidInput
from aileron.data.loaders import ENGINES, Engine, load_table


def rows(table: Any, engine: Engine) -> list[tuple[Any, ...]]:
    if engine == "pandas":
        return list(table.itertuples(index=False, name=None))
    if engine == "polars":
        return table.rows()  # type: ignore[no-any-return]
    if engine == "duckdb":
        return table.fetchall()  # type: ignore[no-any-return]
    return [tuple(row.values()) for row in table.to_pylist()]


@pytest.mark.parametrize("engine", ENGINES)
def test_every_library_reads_the_same_rows(workbench: Workbench, engine: Engine) -> None:
    folder = workbench.ingest("a,y\n1,u\n2,v\n3,u\n", {
        "name": "cars", "target": "y", "task": "classification",
    })  # fmt: skip
    found = rows(load_table(folder, engine), engine)
    assert found == [("r00000001", 1.0, "u"), ("r00000002", 2.0, "v"), ("r00000003", 3.0, "u")]
    assert rows(load_table(str(folder), engine, columns=["y"]), engine) == [("u",), ("v",), ("u",)]


@pytest.mark.parametrize("engine", ENGINES)
def test_samples_are_rows_too(library: Library, engine: Engine) -> None:
    folder = library.ingest_file("reviews.csv", REVIEWS).folder
    found = rows(load_table(folder, engine, columns=["sample_id", "split"]), engine)
    assert found == [("r1", "train"), ("r2", "train"), ("r3", "test"), ("r4", "test")]


def test_what_is_no_version_or_no_library_is_refused(tmp_path: Path, library: Library) -> None:
    with pytest.raises(InvalidInput):
        load_table(tmp_path)
    folder = library.ingest_file("reviews.csv", REVIEWS).folder
    with pytest.raises(ValueError, match="one of pandas, polars, pyarrow, duckdb"):
        load_table(folder, "excel")  # type: ignore[arg-type]
