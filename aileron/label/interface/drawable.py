"""Objects as one tool draws them, whatever they were drawn with: pixels, outlines, turned boxes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from aileron.data.formats.images.geometry import (
    box_of_polygons,
    decode_mask,
    mask_of_polygons,
)
from aileron.data.formats.records import Box, Polygon
from aileron.label.annotation import AnnotatedObject, ObjectBox

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SAME: Final = 1e-6
"""Share of a side by which corners of a rectangle may be off."""
_MANY: Final = 100
"""Corners of an outline above which it is made simpler: people move them one by one."""
_OFF: Final = 1.0
"""Pixels by which a simpler outline may be off."""
Place = tuple[float, float]


def brush_of(thing: AnnotatedObject, width: int, height: int) -> NDArray[np.bool_] | None:
    """The pixels of `thing`; None if it has none."""
    if thing.mask is not None:
        counts = thing.mask.encode("ascii")
    else:
        polygons = list(thing.polygons) or [_corners(thing.box)]
        counts = mask_of_polygons(polygons, height, width)
    pixels = decode_mask(counts, height, width)
    return pixels if pixels.any() else None


def outlines_of(thing: AnnotatedObject, width: int, height: int) -> Sequence[Polygon]:
    """The outlines of `thing`; of a mask, those of its pixels, without holes."""
    if thing.polygons:
        return thing.polygons
    if thing.mask is None:
        return [_corners(thing.box)]
    return list(_traced(decode_mask(thing.mask.encode("ascii"), height, width)))


def turned_box(polygons: Iterable[Polygon]) -> tuple[Box, float]:
    """A rectangle around `polygons`: its upper left corner and sides before it is turned, and
    by how many degrees clockwise it is turned around that corner.

    One polygon that is a rectangle is just that; else it is the smallest in area.
    """
    polygons = list(polygons)
    corners = [pair for one in polygons for pair in zip(one[0::2], one[1::2], strict=True)]
    if len(polygons) == 1 and _is_rectangle(corners):
        first, second, _, last = corners
        sides = math.dist(first, second), math.dist(first, last)
        return Box(*first, *sides), _angle(first, second)
    hull = _hull(corners)
    if len(hull) < 3:
        return box_of_polygons(polygons), 0.0
    turns = (_angle(one, other) for one, other in zip(hull, [*hull[1:], hull[0]], strict=True))
    found = ((_box_at(hull, degrees), degrees) for degrees in turns)
    return min(found, key=lambda one: one[0].width * one[0].height)


def _corners(box: ObjectBox) -> Polygon:
    right, low = box.x + box.width, box.y + box.height
    return (box.x, box.y, right, box.y, right, low, box.x, low)


def _is_rectangle(corners: Sequence[Place]) -> bool:
    """Whether these are the corners of a rectangle, clockwise as seen."""
    if len(corners) != 4:
        return False
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners
    wide, high = (bx - ax, by - ay), (dx - ax, dy - ay)
    size = math.hypot(*wide) + math.hypot(*high)
    closes = math.dist((cx, cy), (bx + high[0], by + high[1])) <= _SAME * size
    upright = abs(wide[0] * high[0] + wide[1] * high[1]) <= _SAME * size * size
    return closes and upright and wide[0] * high[1] - wide[1] * high[0] > 0


def _angle(one: Place, other: Place) -> float:
    return math.degrees(math.atan2(other[1] - one[1], other[0] - one[0])) % 360.0


def _box_at(corners: Iterable[Place], degrees: float) -> Box:
    """The rectangle around `corners` whose upper side is turned by `degrees`."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    along = [(x * cosine + y * sine, y * cosine - x * sine) for x, y in corners]
    left, top = min(x for x, _ in along), min(y for _, y in along)
    wide, high = max(x for x, _ in along) - left, max(y for _, y in along) - top
    return Box(left * cosine - top * sine, left * sine + top * cosine, wide, high)


def _hull(corners: Iterable[Place]) -> list[Place]:
    """The convex hull, clockwise as seen: Andrew's monotone chain."""
    places = sorted(set(corners))
    if len(places) < 3:
        return places
    return [*_chain(places), *_chain(places[::-1])]


def _chain(places: Iterable[Place]) -> list[Place]:
    chain: list[Place] = []
    for place in places:
        while len(chain) >= 2 and _turn(chain[-2], chain[-1], place) <= 0:
            chain.pop()
        chain.append(place)
    return chain[:-1]


def _turn(one: Place, two: Place, three: Place) -> float:
    return (two[0] - one[0]) * (three[1] - one[1]) - (two[1] - one[1]) * (three[0] - one[0])


def _traced(pixels: NDArray[np.bool_]) -> Iterator[Polygon]:
    """The outer edges of the areas in `pixels`, along the borders of the pixels."""
    import numpy as np

    padded = np.pad(pixels, 1)
    ways: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for dy, dx, start, end in (
        (-1, 0, (0, 0), (1, 0)), (0, 1, (1, 0), (1, 1)), (1, 0, (1, 1), (0, 1)),
        (0, -1, (0, 1), (0, 0)),
    ):  # fmt: skip
        edges = padded[1:-1, 1:-1] & ~np.roll(padded, (-dy, -dx), (0, 1))[1:-1, 1:-1]
        for y, x in np.argwhere(edges).tolist():
            ways.setdefault((x + start[0], y + start[1]), []).append((x + end[0], y + end[1]))
    while ways:
        first = at = min(ways)
        before = (first[0] - 1, first[1])
        path: list[tuple[int, int]] = []
        while True:
            after = _rightmost(ways[at], before, at)
            ways[at].remove(after)
            if not ways[at]:
                del ways[at]
            straight = (at[0] - before[0], at[1] - before[1])
            step = (after[0] - at[0], after[1] - at[1])
            if straight != step or not path:
                path.append(at)
            before, at = at, after
            if at == first:
                break
        if _area(path) > 0:
            corners = path if len(path) <= _MANY else _simplified(path)
            yield tuple(float(value) for corner in corners for value in corner)


def _rightmost(
    ends: Sequence[tuple[int, int]], before: tuple[int, int], at: tuple[int, int]
) -> tuple[int, int]:
    """Where the path goes on: to the right where two areas touch at a corner."""
    along = (at[0] - before[0], at[1] - before[1])
    return max(ends, key=lambda end: along[0] * (end[1] - at[1]) - along[1] * (end[0] - at[0]))


def _area(path: Sequence[tuple[int, int]]) -> float:
    turned = zip(path, [*path[1:], path[0]], strict=True)
    return sum(one[0] * two[1] - two[0] * one[1] for one, two in turned) / 2


def _simplified(path: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The corners without those that are nearly on a line: Douglas and Peucker 1973."""
    import numpy as np

    places = np.array([*path, path[0]], dtype=float)
    kept = np.zeros(len(places), dtype=bool)
    far = int(np.argmax(np.hypot(*(places - places[0]).T)))
    kept[[0, far]] = True
    waiting = [(0, far), (far, len(places) - 1)]
    while waiting:
        start, end = waiting.pop()
        if end - start < 2:
            continue
        along = places[end] - places[start]
        off = places[start + 1 : end] - places[start]
        length = math.hypot(*along) or 1.0
        distances = np.abs(along[0] * off[:, 1] - along[1] * off[:, 0]) / length
        middle = start + 1 + int(np.argmax(distances))
        if distances[middle - start - 1] > _OFF:
            kept[middle] = True
            waiting += [(start, middle), (middle, end)]
    return [corner for corner, keep in zip(path, kept, strict=False) if keep]
