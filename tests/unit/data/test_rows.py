"""Digests of rows and datasets, against the format written down a second time."""

from __future__ import annotations

import hashlib
import struct

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from aileron.core.digest import canonical_json
from aileron.data.card import Column
from aileron.data.rows import BLOCK, dataset_digest, row_digests

Cell = float | str | None


def plain_digest(row: list[tuple[bool, Cell]]) -> str:
    """The documented bytes of a row of (is a number, value), one cell after the other."""
    data = b""
    for numeric, value in row:
        width = 8 if numeric else 32
        if value is None:
            data += b"-" + bytes(width)
        elif isinstance(value, float):
            data += b"n" + struct.pack(">d", value)
        else:
            data += b"s" + hashlib.sha256(value.encode()).digest()
    return hashlib.sha256(data).hexdigest()


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.none() | st.floats(allow_nan=False, allow_infinity=False), st.none() | st.text()
        ),
        min_size=1,
    )
)
def test_row_digests_follow_the_documented_format(rows: list[tuple[Cell, Cell]]) -> None:
    numbers = pa.array([number for number, _ in rows], pa.float64())
    texts = pa.array([text for _, text in rows], pa.string())
    expected = [plain_digest([(True, number), (False, text)]) for number, text in rows]
    assert row_digests([numbers, texts]) == expected


def test_rows_beyond_one_block_are_digested_alike() -> None:
    values = pa.array([float(i % 7) for i in range(BLOCK + 3)], pa.float64())
    digests = row_digests([values])
    assert len(digests) == BLOCK + 3
    assert digests[BLOCK] == plain_digest([(True, float(BLOCK % 7))])


def test_a_missing_value_is_neither_zero_nor_empty_text() -> None:
    numbers = row_digests([pa.array([0.0, None], pa.float64())])
    texts = row_digests([pa.array(["", None], pa.string())])
    assert len({*numbers, *texts}) == 4


def test_the_dataset_digest_follows_the_documented_format() -> None:
    column = Column(name="x", type="number", role="feature", missing=1, reason="no part of it")
    schema = [{"name": "x", "type": "number", "role": "feature", "categories": None}]
    expected = hashlib.sha256(canonical_json(schema) + b"\na\0two\nb\0one\n").hexdigest()
    assert dataset_digest([column], ["b", "a"], ["one", "two"]) == expected
