"""Reading a dataset with its split: the same rows, encoded as services encode them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from plugins.tables import TableInputs

from aileron.core.errors import InvalidInput
from aileron.serve.encoding import Encoder, Feature
from aileron.train.tables import SplitTable, encode, plain_rows, target_values

WriteTable = Callable[..., TableInputs]


def mixed(write_table: WriteTable, **more: Any) -> TableInputs:
    columns = {
        "size": [1.0, None, 3.0, 4.5, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0],
        "colour": ["red", "blue", None, "red", "red", "blue", "red", "blue", "red", "blue"],
        "label": ["a", "b"] * 5,
    }
    return write_table(columns | more, "label", "classification")


def read(inputs: TableInputs) -> SplitTable:
    return SplitTable.read(inputs.dataset, inputs.split)


def test_every_sample_is_in_the_part_that_the_split_names(write_table: WriteTable) -> None:
    inputs = mixed(write_table)
    table = read(inputs)
    said = pq.read_table(inputs.split / "split.parquet").to_pylist()
    for name, part in table.parts.items():
        wanted = [row["sample_id"] for row in said if row["split"] == name]
        assert part["sample_id"].to_pylist() == wanted


def test_the_order_of_the_split_file_does_not_matter(write_table: WriteTable) -> None:
    inputs = mixed(write_table)
    before = read(inputs)
    path = inputs.split / "split.parquet"
    rows = pq.read_table(path)
    pq.write_table(rows.take(list(reversed(range(rows.num_rows)))), path)
    after = read(inputs)
    assert all(before.parts[name].equals(after.parts[name]) for name in before.parts)


def test_a_sample_that_the_split_does_not_know_is_named(write_table: WriteTable) -> None:
    inputs = mixed(write_table)
    path = inputs.split / "split.parquet"
    pq.write_table(pq.read_table(path).slice(1), path)
    with pytest.raises(InvalidInput, match=r"1 samples of the dataset.*r00000001"):
        read(inputs)


def test_features_come_from_the_card(write_table: WriteTable) -> None:
    assert read(mixed(write_table)).features() == (
        Feature("size", "number", None, missing_allowed=True),
        Feature("colour", "category", ("blue", "red"), missing_allowed=True),
    )


def test_columns_encode_exactly_as_rows_of_a_service_do(write_table: WriteTable) -> None:
    table = read(mixed(write_table))
    features = table.features()
    for part in table.parts.values():
        rows = plain_rows(part, features, range(part.num_rows))
        assert np.array_equal(encode(part, features), Encoder(features).rows(rows), equal_nan=True)


def worded(write_table: WriteTable) -> TableInputs:
    columns = {
        "day": ["2026-01-05", None, "2026/01/06", "2026-01-07 12:00", *["2026-02-01"] * 6],
        "note": ["good room", "bad room", None, "good bed", "房间好", "房间差", *["good"] * 4],
        "label": ["a", "b"] * 5,
    }
    types = {"day": "date", "note": "text"}
    return write_table(columns, "label", "classification", types=types)


def test_the_time_of_encoding_grows_with_the_columns_and_not_with_their_square() -> None:
    """Ten thousand columns took four minutes once; they take a third of a second."""
    names = [f"x{place}" for place in range(10_000)]
    table = pa.table({"sample_id": ["a"], **{name: [1.0] for name in names}})
    before = time.process_time()
    matrix = encode(table, [Feature(name, "number") for name in names])
    assert time.process_time() - before < 10
    assert matrix.tolist() == [[1.0] * len(names)]


def test_dates_and_texts_encode_exactly_as_rows_of_a_service_do(write_table: WriteTable) -> None:
    table = read(worded(write_table))
    features = table.features()
    for part in table.parts.values():
        rows = plain_rows(part, features, range(part.num_rows))
        assert np.array_equal(encode(part, features), Encoder(features).rows(rows), equal_nan=True)


def test_a_vocabulary_is_fitted_on_training_rows_alone(write_table: WriteTable) -> None:
    inputs = worded(write_table)
    before = read(inputs)
    ids = before.part("train")["sample_id"].to_pylist()
    path = inputs.dataset / "table" / "part-00000.parquet"
    rows = pq.read_table(path).to_pylist()
    for row in rows:
        if row["sample_id"] not in ids:
            row["note"] = "leak leak"
    pq.write_table(pa.Table.from_pylist(rows), path)
    assert read(inputs).features() == before.features()
    known = before.features()[1].vocabulary
    assert known is not None
    assert known.terms


def test_a_wrong_date_names_its_sample(write_table: WriteTable) -> None:
    table = read(worded(write_table)).part("train")
    sample = table["sample_id"][2].as_py()
    days = ["2026-01-05"] * 2 + ["soon"] + ["2026-01-05"] * (table.num_rows - 3)
    place = table.column_names.index("day")
    wrong = table.set_column(place, "day", pa.array(days))
    with pytest.raises(InvalidInput, match=f"sample {sample}.*'soon', which is no date"):
        encode(wrong, [Feature("day", "date")])


def test_a_cell_that_the_model_cannot_take_names_the_sample(write_table: WriteTable) -> None:
    parts = read(mixed(write_table)).parts.values()
    table = next(part for part in parts if part["colour"].null_count)
    strict = [Feature("colour", "category", ("blue", "red"))]
    sample = next(r["sample_id"] for r in table.to_pylist() if r["colour"] is None)
    with pytest.raises(InvalidInput, match=f"sample {sample}.*'colour' is null"):
        encode(table, strict)


def test_a_number_beyond_float32_is_refused(write_table: WriteTable) -> None:
    inputs = mixed(write_table, size=[1e39] * 10)
    table = read(inputs)
    with pytest.raises(InvalidInput, match="too large"):
        encode(table.part("train"), table.features())


def test_a_missing_column_is_named(write_table: WriteTable) -> None:
    table = read(mixed(write_table)).part("train")
    with pytest.raises(InvalidInput, match="no column weight"):
        encode(table, [Feature("weight", "number")])


def test_targets_are_places_in_the_list_of_classes(write_table: WriteTable) -> None:
    split = read(mixed(write_table))
    table, target = split.part("train"), split.target()
    labels = table["label"].to_pylist()
    assert target.classes == ("a", "b")
    assert target_values(table, target, "train").tolist() == ["ab".index(x) for x in labels]


def test_a_target_without_a_value_is_refused(write_table: WriteTable) -> None:
    inputs = write_table({"x": [1.0] * 9, "y": [1.0] * 8 + [None]}, "y", "regression")
    split = read(inputs)
    part = next(n for n, t in split.parts.items() if t["y"].null_count)
    with pytest.raises(InvalidInput, match=f"1 rows of the {part} part"):
        target_values(split.part(part), split.target(), part)  # type: ignore[arg-type]


def test_a_label_that_is_no_class_is_refused(write_table: WriteTable) -> None:
    split = read(mixed(write_table))
    narrow = type(split.target())("label", "binary", ("a", "c"))
    with pytest.raises(InvalidInput, match="holds 'b'"):
        target_values(split.part("train"), narrow, "train")


def test_an_empty_part_is_named(write_table: WriteTable) -> None:
    inputs = write_table(
        {"x": [1.0, 2.0, 3.0, 4.0], "y": [1.0, 2.0, 3.0, 4.0]},
        "y",
        "regression",
        fractions=(0.5, 0.0, 0.5),
    )
    with pytest.raises(InvalidInput, match="validation part of the split has no rows"):
        read(inputs).part("validation")
