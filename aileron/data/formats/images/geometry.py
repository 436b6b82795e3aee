"""Boxes, polygons and masks: one from the other, and whether they fit a picture.

Masks are the run lengths of COCO (pycocotools), which are counted down the columns.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from aileron.data.formats.problems import Fault
from aileron.data.formats.records import Box, Polygon

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SLACK: Final = 1.0
"""Pixels that a shape may reach over the edge: tools round in different ways."""


def box_of_polygons(polygons: Iterable[Polygon]) -> Box:
    """The smallest box around all of `polygons`."""
    polygons = tuple(polygons)
    xs = [x for polygon in polygons for x in polygon[0::2]]
    ys = [y for polygon in polygons for y in polygon[1::2]]
    return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def area_of_polygons(polygons: Iterable[Polygon]) -> float:
    """Square pixels, by the shoelace formula; parts that overlap count twice."""
    return sum(abs(_shoelace(polygon)) for polygon in polygons)


def encode_mask(pixels: NDArray[np.bool_]) -> bytes:
    """The run lengths of `pixels`, shape (height, width)."""
    import numpy as np
    from pycocotools import mask

    counts: bytes = mask.encode(np.asfortranarray(pixels, dtype=np.uint8))["counts"]
    return counts


def decode_mask(counts: bytes, height: int, width: int) -> NDArray[np.bool_]:
    """The pixels of run lengths, shape (height, width).

    The library trusts run lengths, so `check_mask` comes before, where they are not ours.
    """
    from pycocotools import mask

    pixels: NDArray[np.bool_] = mask.decode(_rle(counts, height, width)).astype(bool)
    return pixels


def mask_of_runs(runs: Sequence[int], height: int, width: int) -> bytes:
    """The compressed counts of uncompressed ones, ``[zeros, ones, zeros, ...]``.

    Raises:
        Fault: they do not cover the picture exactly.
    """
    from pycocotools import mask

    if any(not isinstance(run, int) or run < 0 for run in runs) or sum(runs) != height * width:
        raise Fault("mask_size", width=width, height=height)
    found = mask.frPyObjects({"counts": list(runs), "size": [height, width]}, height, width)
    counts: bytes = found["counts"]
    return counts


def check_mask(counts: bytes, height: int, width: int) -> None:
    """Raise `Fault` if compressed run lengths do not cover a picture of that size exactly."""
    if sum(_runs(counts)) != height * width:
        raise Fault("mask_size", width=width, height=height)


def mask_of_polygons(polygons: Sequence[Polygon], height: int, width: int) -> bytes:
    """The pixels inside any of `polygons`, as run lengths."""
    from pycocotools import mask

    parts = mask.frPyObjects([list(polygon) for polygon in polygons], height, width)
    counts: bytes = mask.merge(parts)["counts"]
    return counts


def box_of_mask(counts: bytes, height: int, width: int) -> Box:
    """The smallest box around the pixels of a mask; empty at the origin if it has none."""
    from pycocotools import mask

    return Box(*(float(value) for value in mask.toBbox(_rle(counts, height, width))))


def area_of_mask(counts: bytes, height: int, width: int) -> int:
    """How many pixels a mask has."""
    from pycocotools import mask

    return int(mask.area(_rle(counts, height, width)))


def check_box(box: Box, width: int, height: int) -> None:
    """Raise `Fault` if `box` cannot be one of a picture of that size."""
    if not all(map(math.isfinite, box)):
        raise Fault("not_finite")
    if box.width <= 0 or box.height <= 0:
        raise Fault("box_empty", width=f"{box.width:g}", height=f"{box.height:g}")
    if not _inside((box.x, box.x + box.width), (box.y, box.y + box.height), width, height):
        shown = ", ".join(f"{value:g}" for value in box)
        raise Fault("box_outside", box=shown, width=width, height=height)


def check_polygon(polygon: Sequence[float], width: int, height: int) -> None:
    """Raise `Fault` if `polygon` cannot be one of a picture of that size."""
    if len(polygon) < 6 or len(polygon) % 2:
        raise Fault("polygon_short", count=len(polygon))
    if not all(map(math.isfinite, polygon)):
        raise Fault("not_finite")
    if not _inside(polygon[0::2], polygon[1::2], width, height):
        raise Fault("polygon_outside", width=width, height=height)


def _inside(xs: Sequence[float], ys: Sequence[float], width: int, height: int) -> bool:
    return (
        min(xs) >= -SLACK
        and min(ys) >= -SLACK
        and max(xs) <= width + SLACK
        and max(ys) <= height + SLACK
    )


def _shoelace(polygon: Polygon) -> float:
    xs, ys = polygon[0::2], polygon[1::2]
    turned = zip(xs, ys, (*xs[1:], xs[0]), (*ys[1:], ys[0]), strict=True)
    return sum(x * y2 - x2 * y for x, y, x2, y2 in turned) / 2


def _runs(counts: bytes) -> Iterator[int]:
    """The run lengths in compressed counts: groups of 5 bits in letters from 48 on, the lowest
    first, bit 6 saying that more come; from the fourth on, differences to the last but one."""
    runs: list[int] = []
    value, shift = 0, 0
    for letter in counts:
        bits = letter - 48
        if not 0 <= bits < 64:
            raise Fault("mask_letters")
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits & 0x20:
            continue
        if bits & 0x10:
            value -= 1 << shift
        run = value + runs[-2] if len(runs) > 2 else value
        if run < 0:
            raise Fault("mask_letters")
        runs.append(run)
        yield run
        value, shift = 0, 0
    if shift:
        raise Fault("mask_letters")


def _rle(counts: bytes, height: int, width: int) -> dict[str, Any]:
    return {"counts": counts, "size": [height, width]}
