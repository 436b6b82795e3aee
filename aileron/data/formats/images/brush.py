"""The run lengths of Label Studio's brush, from pixels and back.

They are those of thi.ng's `rle-pack`, bits with the highest first: 32 for the count of words, 5 for
the size of a word less 1, four times 4 for the sizes of counts less 1; then runs: a bit, 1 if one
word follows that is repeated and 0 if each word follows; 2 that choose the size of the count; the
count less 1; the word or words. The words are the red, green, blue and alpha of each pixel, row by
row, and alpha tells what is painted.

See https://github.com/thi-ng/umbrella/tree/develop/packages/rle-pack and `brush.py` of
https://github.com/HumanSignal/label-studio-converter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from aileron.data.formats.images.rasters import check_pixels, runs_of
from aileron.data.formats.problems import Fault

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WORD: Final = 8
COUNTS: Final = (3, 4, 8, 16)
"""Bits of the counts of runs, of which each run takes the shortest that holds it."""
LONGEST: Final = 1 << COUNTS[-1]
CHANNELS: Final = 4
PAINTED: Final = 255


def encode_brush(pixels: NDArray[np.bool_]) -> list[int]:
    """The bytes of a mask, as the numbers that Label Studio has in JSON."""
    runs = runs_of(pixels)
    words = ((PAINTED * (i % 2), CHANNELS * run) for i, run in enumerate(runs) if run)
    return encode_words(words)


def encode_words(runs: Iterable[tuple[int, int]]) -> list[int]:
    """The bytes of runs of words, each a word and how often it comes."""
    bits: list[str] = []
    total = 0
    for word, count in runs:
        total += count
        starts = range(0, count, LONGEST)
        bits.extend(_run(word, min(LONGEST, count - start)) for start in starts)
    sizes = "".join(f"{size - 1:04b}" for size in COUNTS)
    text = f"{total:032b}{WORD - 1:05b}{sizes}{''.join(bits)}"
    text += "0" * (8 - len(text) % 8)  # as the converter of Label Studio does, even if none lack
    return list(int(text, 2).to_bytes(len(text) // 8, "big"))


def decode_brush(numbers: Sequence[Any], width: int, height: int) -> NDArray[np.bool_]:
    """The painted pixels, shape (height, width).

    Raises:
        Fault: the bytes are none of a picture of that size, or it is too large.
    """
    import numpy as np

    check_pixels(width, height)
    try:
        bits = _Bits(bytes(numbers))
    except (TypeError, ValueError):
        raise Fault("brush_length", width=width, height=height) from None
    words = CHANNELS * width * height
    if bits.read(32) != words or bits.read(5) + 1 != WORD:
        raise Fault("brush_length", width=width, height=height)
    sizes = [bits.read(4) + 1 for _ in range(4)]
    found = bytearray(words)
    place = 0
    while place < words:
        repeated = bits.read(1)
        count = 1 + bits.read(sizes[bits.read(2)])
        if place + count > words or bits.at_end:
            raise Fault("brush_length", width=width, height=height)
        run = bytes((bits.read(WORD),)) * count if repeated else bits.take(count)
        found[place : place + count] = run
        place += count
    alpha = np.frombuffer(found, np.uint8)[CHANNELS - 1 :: CHANNELS]
    return alpha.reshape(height, width) > 0


def _run(word: int, count: int) -> str:
    if count == 1:
        return f"000000{word:08b}"
    chosen = next(i for i, size in enumerate(COUNTS) if count <= 1 << size)
    return f"1{chosen:02b}{count - 1:0{COUNTS[chosen]}b}{word:08b}"


class _Bits:
    """Bytes as bits, with the highest first; behind the end are zeros."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._place = 0

    @property
    def at_end(self) -> bool:
        """Whether more has been read than there is."""
        return self._place > 8 * len(self._content)

    def read(self, count: int) -> int:
        """The next `count` bits as a number."""
        first, last = self._place >> 3, (self._place + count + 7) >> 3
        piece = self._content[first:last].ljust(last - first, b"\0")
        shift = 8 * last - self._place - count
        self._place += count
        return (int.from_bytes(piece, "big") >> shift) & ((1 << count) - 1)

    def take(self, count: int) -> bytes:
        """The next `count` words."""
        return self.read(WORD * count).to_bytes(count, "big")
