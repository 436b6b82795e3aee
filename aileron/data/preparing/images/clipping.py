"""Outlines cut off at the edge of a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from aileron.data.formats.records import Box, Polygon

Point = tuple[float, float]


def clip_polygon(polygon: Polygon, width: float, height: float) -> Polygon | None:
    """What of `polygon` is inside the picture; None if nothing is (Sutherland and Hodgman, 1974).

    Pieces of an outline that the edge parts are joined by lines along the edge; the area is right.
    """
    points = list(zip(polygon[0::2], polygon[1::2], strict=True))
    for axis, limit, sign in ((0, 0.0, 1), (0, width, -1), (1, 0.0, 1), (1, height, -1)):
        points = _cut(points, axis, limit, sign)
    if len(points) < 3:
        return None
    return tuple(value for point in points for value in point)


def clip_box(box: Box, width: float, height: float) -> Box:
    """What of `box` is inside the picture; it is empty where nothing is."""
    left, top = max(0.0, box.x), max(0.0, box.y)
    right, bottom = min(width, box.x + box.width), min(height, box.y + box.height)
    return Box(left, top, max(0.0, right - left), max(0.0, bottom - top))


def corners(box: Box) -> Polygon:
    """The outline of `box`."""
    right, bottom = box.x + box.width, box.y + box.height
    return (box.x, box.y, right, box.y, right, bottom, box.x, bottom)


def each_point(polygon: Polygon, move: Callable[[float, float], Point]) -> Polygon:
    """`polygon` with every point moved."""
    moved = (move(x, y) for x, y in zip(polygon[0::2], polygon[1::2], strict=True))
    return tuple(value for point in moved for value in point)


def bounds(polygons: Iterable[Polygon]) -> Box:
    """The smallest box around `polygons`."""
    from aileron.data.formats.images.geometry import box_of_polygons

    return box_of_polygons(polygons)


def _cut(points: Sequence[Point], axis: int, limit: float, sign: int) -> list[Point]:
    """The side of a straight edge on which ``sign * (coordinate - limit)`` is not below 0."""
    kept: list[Point] = []
    for before, point in zip((*points[-1:], *points[:-1]), points, strict=True):
        was, now = (sign * (one[axis] - limit) for one in (before, point))
        if (was < 0) != (now < 0):
            kept.append(_crossing(before, point, axis, limit))
        if now >= 0:
            kept.append(point)
    return kept


def _crossing(one: Point, other: Point, axis: int, limit: float) -> Point:
    share = (limit - one[axis]) / (other[axis] - one[axis])
    across = one[1 - axis] + share * (other[1 - axis] - one[1 - axis])
    return (limit, across) if axis == 0 else (across, limit)
