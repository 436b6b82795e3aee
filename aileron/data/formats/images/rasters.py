"""Masks as pixels: cut out of a picture, put into one, and as runs along the rows.

COCO's run lengths go down the columns over the whole picture; most tools keep the part inside of a
box, along the rows. No picture is made that is larger than what may be trained on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from aileron.data.formats.images.geometry import decode_mask, encode_mask
from aileron.data.formats.problems import Fault

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_PIXELS: Final = 100_000_000
"""What a picture may have to be taken at all: annotations can claim any size."""


def check_pixels(width: int, height: int) -> None:
    """Raise `Fault` if a picture of that size is too large for a mask."""
    if width * height > MOST_PIXELS:
        raise Fault("picture_huge", width=width, height=height, most=f"{MOST_PIXELS:,}")


def cut_mask(counts: bytes, width: int, height: int) -> tuple[NDArray[np.bool_], int, int]:
    """The pixels of a mask inside of its box, and the left and upper side of it.

    A mask without pixels is one empty pixel.
    """
    import numpy as np

    pixels = decode_mask(counts, height, width)
    rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
    if not rows.size:
        return pixels[:1, :1], 0, 0
    top, left = int(rows[0]), int(columns[0])
    return pixels[top : int(rows[-1]) + 1, left : int(columns[-1]) + 1], left, top


def put_mask(part: NDArray[np.bool_], left: int, top: int, width: int, height: int) -> bytes:
    """The mask over a picture of that size of which `part` is all.

    Raises:
        Fault: it reaches over the edge, or the picture is too large.
    """
    import numpy as np

    check_pixels(width, height)
    rows, columns = part.shape
    if left < 0 or top < 0 or left + columns > width or top + rows > height:
        raise Fault("mask_size", width=width, height=height)
    whole = np.zeros((height, width), bool)
    whole[top : top + rows, left : left + columns] = part
    return encode_mask(whole)


def runs_of(pixels: NDArray[np.bool_]) -> list[int]:
    """The lengths of runs along the rows, those of False and of True in turn."""
    import numpy as np

    flat = pixels.ravel()
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    runs: list[int] = np.diff(np.concatenate(([0], edges, [flat.size]))).tolist()
    return [0, *runs] if flat[0] else runs


def pixels_of(runs: Sequence[int], width: int, height: int) -> NDArray[np.bool_]:
    """The pixels of runs along the rows, shape (height, width).

    Raises:
        Fault: they do not cover exactly that, or it is too large.
    """
    import numpy as np

    check_pixels(width, height)
    if width < 1 or height < 1 or any(r < 0 for r in runs) or sum(runs) != width * height:
        raise Fault("mask_size", width=width, height=height)
    values = np.arange(len(runs)) % 2 == 1
    pixels: NDArray[np.bool_] = np.repeat(values, runs).reshape(height, width)
    return pixels
