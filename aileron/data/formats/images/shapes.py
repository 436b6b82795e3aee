"""Shapes as drawing tools keep them, and the objects that they make up.

Tools draw a box, an outline or key points each on its own, and join those of one thing by a
group. Formats of such tools read and write shapes; what becomes of them is said here, once.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from aileron.data.formats.images.geometry import (
    box_of_mask,
    box_of_polygons,
    check_box,
    check_mask,
    check_polygon,
)
from aileron.data.formats.problems import Fault
from aileron.data.formats.records import Attributes, Box, KeyPoint, Object, Polygon, Task

CROWD: Final = "is_crowd"
"""The attribute by which CVAT and Datumaro mark a crowd."""
_SAME: Final = 1e-6
"""Pixels by which a box may differ from the box of its outline and be the same."""
_LEAST_CORNERS: Final = 12
_LARGEST: Final = 1e6
"""Pixels; an ellipse is made of more corners the larger it is."""
_TASKS: Final[Mapping[str, Task]] = {
    "points": "key_points",
    "outline": "instance_segmentation",
    "box": "detection",
    "label": "classification",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """One drawn thing: it has a box, an outline (a polygon or a mask), or key points."""

    label: str
    box: Box | None = None
    polygon: Polygon | None = None
    mask: bytes | None = None
    points: tuple[KeyPoint, ...] = ()
    group: Hashable = None
    """What the shapes of one object share; None is a shape that stands alone."""
    crowd: bool = False
    attributes: Attributes = field(default_factory=dict)


def objects_of(shapes: Iterable[Shape], width: int, height: int) -> tuple[Object, ...]:
    """The objects that `shapes` make up.

    Shapes of one group and class are one object if they can be: with one box, one set of key
    points, and polygons or one mask at most. Otherwise tools have grouped several objects.

    Raises:
        Fault: a shape cannot be one of a picture of that size.
    """
    groups: dict[Hashable, list[Shape]] = defaultdict(list)
    for number, shape in enumerate(shapes):
        _check(shape, width, height)
        alone = shape.group is None
        groups[number if alone else (shape.group, shape.label)].append(shape)
    made: list[Object] = []
    for group in groups.values():
        parts = [group] if _is_one(group) else [[shape] for shape in group]
        made.extend(_object(part, width, height) for part in parts)
    return tuple(made)


def shapes_of(
    thing: Object, width: int, height: int, group: Hashable, always_box: bool = False
) -> list[Shape]:
    """The shapes that make up `thing`, in `group` if there are several.

    The box is among them where it does not follow from the others, or with `always_box`.
    """
    made: list[Shape] = []
    if thing.mask is not None:
        made.append(Shape(thing.label, mask=thing.mask))
    else:
        made.extend(Shape(thing.label, polygon=polygon) for polygon in thing.polygons)
    if thing.points:
        made.append(Shape(thing.label, points=thing.points))
    implied = _box_of(made, width, height)
    if always_box or implied is None or not _is_same(implied, thing.box):
        made.insert(0, Shape(thing.label, box=thing.box))
    shared = group if len(made) > 1 else None
    return [
        replace(shape, group=shared, crowd=thing.crowd, attributes=thing.attributes)
        for shape in made
    ]


def task_of(kinds: Collection[str]) -> Task:
    """The richest task that shapes of these kinds are of.

    Args:
        kinds: box, outline, points and label (of a picture); others say nothing.
    """
    for kind, task in _TASKS.items():
        if kind in kinds:
            return task
    return "detection"


def polygon_of_box(box: Box, degrees: float, about: tuple[float, float]) -> Polygon:
    """The corners of `box`, turned clockwise (as seen) by `degrees` around a point."""
    right, low = box.x + box.width, box.y + box.height
    corners = ((box.x, box.y), (right, box.y), (right, low), (box.x, low))
    return _turned(corners, degrees, about)


def polygon_of_ellipse(
    x: float, y: float, across: float, down: float, degrees: float = 0.0
) -> Polygon:
    """Corners on an ellipse with radii `across` and `down`, within a pixel of its line.

    Args:
        degrees: how far it is turned clockwise (as seen) around its centre.
    """
    if not all(0 <= value <= _LARGEST for value in (abs(x), abs(y), across, down)):
        raise Fault("not_finite")
    radius = max(across, down)
    # The gap between a circle and its chord is r (1 - cos(pi / n)).
    least = math.pi / math.acos(1 - 1 / radius) if radius > 1 else 0
    count = max(_LEAST_CORNERS, math.ceil(least))
    turns = (2 * math.pi * i / count for i in range(count))
    corners = ((x + across * math.cos(turn), y + down * math.sin(turn)) for turn in turns)
    return _turned(corners, degrees, (x, y))


def numbers(values: Any, name: str, count: int | None = None) -> tuple[float, ...]:
    """`values` as finite numbers, `count` of them if it is given.

    Raises:
        Fault: they are not; `name` is the field that they are of.
    """
    listed = isinstance(values, Sequence) and not isinstance(values, (str, bytes))
    right = listed and all(type(value) in (int, float) for value in values)
    if not right or count not in (None, len(values)):
        wanted = f"[{count or ''}]"
        raise Fault("wrong_field", field=name, found=str(values)[:60], wanted=wanted)
    found = tuple(map(float, values))
    if not all(math.isfinite(value) for value in found):
        raise Fault("not_finite")
    return found


def scalars(values: Any, name: str) -> Attributes:
    """`values` as attributes: a JSON object of texts, numbers and truth values.

    Raises:
        Fault: they are something else; `name` is the field that they are of.
    """
    if values is None:
        return {}
    if not isinstance(values, dict) or not all(
        isinstance(value, (str, int, float, bool)) for value in values.values()
    ):
        raise Fault("wrong_field", field=name, found=str(values)[:60], wanted="{}")
    return values


def _turned(
    corners: Iterable[tuple[float, float]], degrees: float, about: tuple[float, float]
) -> Polygon:
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    return tuple(
        value
        for x, y in ((x - about[0], y - about[1]) for x, y in corners)
        for value in (about[0] + x * cosine - y * sine, about[1] + x * sine + y * cosine)
    )


def _check(shape: Shape, width: int, height: int) -> None:
    if not shape.label:
        raise Fault("empty_label")
    if shape.box is not None:
        check_box(shape.box, width, height)
    if shape.polygon is not None:
        check_polygon(shape.polygon, width, height)
    if shape.mask is not None:
        check_mask(shape.mask, height, width)
    if not all(math.isfinite(value) for point in shape.points for value in point[:2]):
        raise Fault("not_finite")


def _is_one(group: Collection[Shape]) -> bool:
    boxes = sum(shape.box is not None for shape in group)
    masks = sum(shape.mask is not None for shape in group)
    polygons = sum(shape.polygon is not None for shape in group)
    points = sum(bool(shape.points) for shape in group)
    return boxes <= 1 and points <= 1 and (masks == 0 or (masks == 1 and polygons == 0))


def _object(group: Sequence[Shape], width: int, height: int) -> Object:
    said = next((shape.box for shape in group if shape.box is not None), None)
    box = said or _box_of(group, width, height) or Box(0.0, 0.0, 0.0, 0.0)
    return Object(
        group[0].label,
        box,
        tuple(shape.polygon for shape in group if shape.polygon is not None),
        next((shape.mask for shape in group if shape.mask is not None), None),
        next((shape.points for shape in group if shape.points), ()),
        any(shape.crowd for shape in group),
        {name: value for shape in reversed(group) for name, value in shape.attributes.items()},
    )


def _box_of(shapes: Iterable[Shape], width: int, height: int) -> Box | None:
    """The box that follows from outlines, or from key points where there are none."""
    polygons = []
    for shape in shapes:
        if shape.mask is not None:
            return box_of_mask(shape.mask, height, width)
        if shape.polygon is not None:
            polygons.append(shape.polygon)
    if polygons:
        return box_of_polygons(polygons)
    seen = (point for shape in shapes for point in shape.points if point.visibility)
    places = tuple(value for point in seen for value in point[:2])
    return box_of_polygons([places]) if places else None


def _is_same(one: Box, other: Box) -> bool:
    return all(abs(a - b) <= _SAME for a, b in zip(one, other, strict=True))
