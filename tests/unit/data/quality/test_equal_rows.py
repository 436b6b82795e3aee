"""Equal rows of tables, and rows that changed, as DuckDB finds them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from aileron.data.quality.changed_rows import changed_rows
from aileron.data.quality.repeated_rows import contents
from aileron.data.table_files import TableWriter


def written(folder: Path, *files: dict[str, list[object]]) -> Path:
    """A table of these columns, in files of their own."""
    with TableWriter(folder, parts=False) as writer:
        for columns in files:
            rows = pa.table(columns)
            writer.add(rows)
            writer.add_samples(rows["sample_id"], pa.chunked_array([pa.nulls(len(rows))]))
            writer.end_file()
    return folder


def test_rows_are_equal_if_all_cells_are_and_across_files_and_tables(tmp_path: Path) -> None:
    one = written(
        tmp_path / "one",
        {"sample_id": ["a", "b"], "X": [1.0, None], "x": ["u", None]},
        {"sample_id": ["c", "d"], "X": [1.0, 2.0], "x": ["u", "u"]},
    )
    other = written(
        tmp_path / "other",
        {"x": ["u", None, ""], "sample_id": ["p", "q", "r"], "X": [2.0, None, None]},
    )
    here, there = contents([one, other], ["X", "x"], tmp_path / "work")
    assert (here.tolist(), there.tolist()) == ([0, 1, 0, 3], [3, 1, 6])
    [alone] = contents([one], ["X"], tmp_path / "work")
    assert alone.tolist() == [0, 1, 0, 3]


def test_a_row_changed_if_a_column_of_both_holds_something_else(tmp_path: Path) -> None:
    one = written(
        tmp_path / "one",
        {"sample_id": ["a", "b", "c"], "x": [1.0, None, 3.0], "old": ["1", "2", "3"]},
    )
    other = written(
        tmp_path / "other",
        {"sample_id": ["c", "b", "d"], "new": ["7", "8", "9"], "x": [4.0, None, 3.0]},
    )
    assert changed_rows(one, other, tables=True) == {
        "before": 3, "after": 3, "added": 1, "removed": 1, "changed": 1, "kept": 1,
    }  # fmt: skip


def test_a_column_of_another_type_changed_everywhere(tmp_path: Path) -> None:
    one = written(tmp_path / "one", {"sample_id": ["a"], "x": [1.0]})
    other = written(tmp_path / "other", {"sample_id": ["a"], "x": ["1.0"]})
    found = changed_rows(one, other, tables=True)
    assert (found["changed"], found["kept"]) == (1, 0)
