"""The run lengths of Label Studio's brush, against what its own converter makes."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aileron.data.formats.images.brush import decode_brush, encode_brush, encode_words
from aileron.data.formats.problems import Fault


def test_words_are_encoded_as_by_the_converter() -> None:
    """The example of `tests/test_brush.py` of HumanSignal/label-studio-converter."""
    runs = [(1, 4), (2, 1), (3, 1), (5, 1), (6, 1), (7, 1), (8, 1), (4, 8)]
    expected = [0, 0, 0, 18, 57, 27, 252, 96, 32, 1, 0, 6, 0, 40, 0, 192, 3, 128, 17, 56, 32]
    assert encode_words(runs) == expected


def test_a_mask_is_read_that_a_browser_has_painted() -> None:
    """One pixel of four, red with an alpha of its own: words that differ, one after the other."""
    header = f"{16:032b}{7:05b}" + "".join(f"{size - 1:04b}" for size in (3, 4, 8, 16))
    painted = "000" + "011" + "".join(f"{word:08b}" for word in (255, 0, 0, 128))
    rest = "101" + f"{11:04b}" + f"{0:08b}"
    bits = (header + painted + rest).ljust(112, "0")
    numbers = list(int(bits, 2).to_bytes(14, "big"))
    assert decode_brush(numbers, 2, 2).tolist() == [[True, False], [False, False]]


@given(st.integers(1, 300), st.integers(1, 9), st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_what_is_painted_comes_back(width: int, height: int, seed: int, share: float) -> None:
    pixels = np.random.default_rng(seed).random((height, width)) < share
    assert (decode_brush(encode_brush(pixels), width, height) == pixels).all()


def test_a_run_that_is_longer_than_any_count_comes_back() -> None:
    pixels = np.ones((200, 200), bool)
    assert decode_brush(encode_brush(pixels), 200, 200).all()


@given(st.lists(st.integers(0, 255), max_size=60), st.booleans())
def test_no_bytes_are_read_as_more_than_they_are(numbers: list[int], right: bool) -> None:
    header = encode_brush(np.zeros((3, 3), bool))[:7] if right else []
    with suppress(Fault):
        assert decode_brush(header + numbers, 3, 3).shape == (3, 3)


@pytest.mark.parametrize("numbers", [[], [300], ["x"], [None], [0, 0, 0, 4]])
def test_what_is_no_row_of_bytes_is_a_fault(numbers: list[object]) -> None:
    with pytest.raises(Fault):
        decode_brush(numbers, 3, 3)


def test_no_picture_is_made_that_is_larger_than_any() -> None:
    with pytest.raises(Fault):
        decode_brush([255] * 20, 1_000_000, 1_000_000)
