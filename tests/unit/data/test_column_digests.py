"""The digest of a table, against the format written down a second time."""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aileron.core.digest import canonical_json
from aileron.data.card import Column
from aileron.data.column_digests import BLOCK, ColumnDigest, dataset_digest, digest_of
from aileron.data.table_files import TableWriter, table_digest

Cell = float | str | None
NUMBERS = st.lists(st.none() | st.floats(), min_size=1)
TEXTS = st.lists(st.none() | st.text(), min_size=1)


def plain_digest(values: Sequence[Cell], kind: type) -> str:
    """The documented bytes of a column that is shorter than a block."""
    numeric = kind is float
    bits = sum((value is None) << place for place, value in enumerate(values))
    data = (b"n" if numeric else b"s") + struct.pack("<Q", len(values))
    data += bits.to_bytes(math.ceil(len(values) / 8), "little")
    if numeric:
        data += b"".join(struct.pack("<d", plain_number(value)) for value in values)
    else:
        texts = [str(value).encode() if value is not None else b"" for value in values]
        data += b"".join(struct.pack("<i", len(text)) for text in texts) + b"".join(texts)
    return hashlib.sha256(data).hexdigest()


def plain_number(value: Cell) -> float:
    if value is None or value == 0:
        return 0.0
    assert isinstance(value, float)
    return math.nan if math.isnan(value) else value


@settings(max_examples=50, deadline=None)
@given(NUMBERS, TEXTS)
def test_digests_of_columns_follow_the_documented_format(
    numbers: list[float | None], texts: list[str | None]
) -> None:
    assert digest_of(pa.array(numbers, pa.float64()), None) == plain_digest(numbers, float)
    assert digest_of(pa.array(texts, pa.string()), None) == plain_digest(texts, str)


@settings(max_examples=50, deadline=None)
@given(TEXTS, st.data())
def test_pieces_and_slices_change_nothing(texts: list[str | None], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(texts)))
    values = pa.array([None, "before", *texts, "after"], pa.large_string()).slice(2, len(texts))
    pieces = ColumnDigest()
    pieces.add(values.slice(0, cut))
    pieces.add(values.slice(cut))
    assert pieces.hexdigest() == plain_digest(texts, str)


def test_values_beyond_one_block_follow_as_another_one() -> None:
    values = [float(i % 7) for i in range(BLOCK + 3)]
    pieces = ColumnDigest()
    for start in range(0, len(values), 999):
        pieces.add(pa.array(values[start : start + 999]))
    assert pieces.hexdigest() == digest_of(pa.array(values), None)
    assert digest_of(pa.array(values[:BLOCK]), None) != digest_of(pa.array(values), None)


def test_a_missing_value_is_neither_zero_nor_empty_text() -> None:
    numbers = [digest_of(pa.array([value], pa.float64()), None) for value in (0.0, None)]
    texts = [digest_of(pa.array([value], pa.string()), None) for value in ("", None)]
    assert len({*numbers, *texts}) == 4


def columns(count: int = 2) -> list[Column]:
    first = Column(name="x", type="number", role="feature", missing=1, reason="no part of it")
    return [first, Column(name="y", type="text", role="feature", missing=0)][:count]


def test_the_digest_of_a_table_follows_the_documented_format() -> None:
    schema = [{"name": "x", "type": "number", "role": "feature", "categories": None}]
    ids = plain_digest(["a", "b"], str)
    rows, parts = [ids, plain_digest([2.0, None], float)], plain_digest([None, "test"], str)
    document = {"schema": schema, "rows": rows, "samples": [ids, parts]}
    given_ids, numbers = pa.array(["b", "a"]), pa.array([None, 2.0])
    found = dataset_digest(columns(1), given_ids, [numbers], pa.array(["test", None]))
    assert found == hashlib.sha256(canonical_json(document)).hexdigest()
    document["samples"] = [ids, None]
    plain = hashlib.sha256(canonical_json(document)).hexdigest()
    assert dataset_digest(columns(1), given_ids, [numbers]) == plain
    nothing = pa.array([None, None], pa.string())
    assert dataset_digest(columns(1), given_ids, [numbers], nothing) == plain


@pytest.mark.parametrize("turned", [False, True], ids=["in order", "turned"])
def test_files_have_the_digest_of_what_was_written(tmp_path: Path, turned: bool) -> None:
    count = BLOCK + 10
    ids = [f"r{i:06d}" for i in range(count)]
    table = pa.table({
        "sample_id": ids, "x": [i / 7 if i % 5 else None for i in range(count)],
        "y": [f"é{i}" if i % 3 else None for i in range(count)],
    })  # fmt: skip
    parts = pa.array(["test" if i % 2 else None for i in range(count)])
    wanted = dataset_digest(columns(), pa.array(ids), [table["x"].chunk(0), table["y"].chunk(0)],
                            parts)  # fmt: skip
    order = pa.array(range(count - 1, -1, -1) if turned else range(count))
    with TableWriter(tmp_path / "table", parts=True) as writer:
        for start, length in ((0, 7), (7, BLOCK - 2), (BLOCK + 5, 5)):
            rows = table.take(order.slice(start, length))
            writer.add(rows)
            writer.add_samples(rows["sample_id"], parts.take(order.slice(start, length)))
            writer.end_file()
    assert len(list((tmp_path / "table" / "table").iterdir())) == 3
    assert writer.missing == {"x": (count + 4) // 5, "y": (count + 2) // 3, "sample_id": 0}
    assert table_digest(tmp_path / "table", columns()) == wanted
    samples = pq.read_table(tmp_path / "table" / "samples.parquet")
    pq.write_table(samples.slice(1), tmp_path / "table" / "samples.parquet")
    assert table_digest(tmp_path / "table", columns()) != wanted
