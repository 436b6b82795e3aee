"""What is drawn on a picture, moved along with its pixels.

An object of which less than a stated share stays inside is left out. Its share is that of its
mask, else of its outline, else of its box. A box that is turned by an angle becomes the box of
the turned outline or mask; where there is none, the box around the turned box, which is larger.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from aileron.data.formats.images.geometry import (
    area_of_mask,
    area_of_polygons,
    box_of_mask,
    decode_mask,
    encode_mask,
)
from aileron.data.formats.records import Box, KeyPoint, Object, Polygon
from aileron.data.preparing.images.clipping import (
    bounds,
    clip_box,
    clip_polygon,
    corners,
    each_point,
)
from aileron.data.preparing.images.placement import Affine, Placement
from aileron.data.preparing.images.warping import warp

_SIDES: Final = {"left": "right", "right": "left", "左": "右", "右": "左", "l": "r", "r": "l"}
_WHOLE: Final = 1 - 1e-9
_NOWHERE: Final = KeyPoint(0.0, 0.0, 0)


@dataclass(frozen=True)
class Rules:
    """How objects move."""

    visible: float = 0.25
    """Least share of an object that must stay."""
    partners: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """Label -> for each of its key points, which one it becomes in a mirror."""


def partners(names: Sequence[str]) -> tuple[int, ...]:
    """For each key point, the one that it becomes in a mirror: ``left_eye``, ``right_eye``."""
    places = {name.lower(): place for place, name in enumerate(names)}
    return tuple(places.get(_mirrored(name.lower()), place) for place, name in enumerate(names))


def move_objects(
    objects: Iterable[Object], placement: Placement, size: tuple[int, int], rules: Rules
) -> tuple[Object, ...]:
    """Those of `objects` that stay visible, where they are then.

    Args:
        size: width and height of the picture that they are drawn on.
    """
    moved = (_moved(thing, placement, size, rules) for thing in objects)
    return tuple(thing for thing in moved if thing is not None)


def _moved(
    thing: Object, placement: Placement, size: tuple[int, int], rules: Rules
) -> Object | None:
    shares: list[float] = []
    polygons, mask = thing.polygons, thing.mask
    if mask is not None:
        mask, share = _moved_mask(mask, placement, size)
        shares.append(share)
    if polygons:
        polygons, share = _moved_polygons(polygons, placement)
        shares.append(share)
    box, share = _moved_box(thing.box, placement)
    share = shares[0] if shares else share
    if share <= 0 or share < rules.visible:
        return None
    if not placement.matrix.keeps_boxes or share < _WHOLE:
        box = _box_of(polygons, mask, placement) or box
    points = _moved_points(thing, placement, rules)
    return replace(thing, box=box, polygons=polygons, mask=mask, points=points)


def _box_of(polygons: Sequence[Polygon], mask: bytes | None, placement: Placement) -> Box | None:
    if polygons:
        return bounds(polygons)
    if mask is not None:
        return box_of_mask(mask, placement.height, placement.width)
    return None


def _moved_box(box: Box, placement: Placement) -> tuple[Box, float]:
    outline = each_point(corners(box), placement.matrix.point)
    if placement.matrix.keeps_boxes:
        whole = bounds([outline])
        left = clip_box(whole, placement.width, placement.height)
        area = whole.width * whole.height
        share = left.width * left.height / area if area else 0.0
        return (whole if share >= _WHOLE else left), share
    clipped = clip_polygon(outline, placement.width, placement.height)
    if clipped is None:
        return Box(0.0, 0.0, 0.0, 0.0), 0.0
    area = area_of_polygons([outline])
    return bounds([clipped]), area_of_polygons([clipped]) / area if area else 0.0


def _moved_polygons(
    polygons: Sequence[Polygon], placement: Placement
) -> tuple[tuple[Polygon, ...], float]:
    whole = [each_point(polygon, placement.matrix.point) for polygon in polygons]
    parts = (clip_polygon(one, placement.width, placement.height) for one in whole)
    kept = tuple(one for one in parts if one is not None and area_of_polygons([one]) > 0)
    area = area_of_polygons(whole)
    share = area_of_polygons(kept) / area if area else 0.0
    return (tuple(whole), share) if share >= _WHOLE else (kept, share)


def _moved_mask(
    mask: bytes, placement: Placement, size: tuple[int, int]
) -> tuple[bytes | None, float]:
    import numpy as np
    from PIL import Image

    width, height = size
    pixels = Image.fromarray(decode_mask(mask, height, width).astype(np.uint8) * 255)
    moved = np.asarray(warp(pixels, placement, 0, nearest=True)) > 127
    counts = encode_mask(moved)
    before = area_of_mask(mask, height, width) * abs(placement.matrix.determinant)
    share = min(1.0, float(moved.sum()) / before) if before else 0.0
    return counts, share


def _moved_points(thing: Object, placement: Placement, rules: Rules) -> tuple[KeyPoint, ...]:
    points = [_moved_point(point, placement) for point in thing.points]
    order = rules.partners.get(thing.label, ())
    if placement.matrix.determinant < 0 and len(order) == len(points):
        points = [points[place] for place in order]
    return tuple(points)


def _moved_point(point: KeyPoint, placement: Placement) -> KeyPoint:
    """One that leaves the picture is not labelled any more; it is where COCO has such ones."""
    if not point.visibility:
        return point
    x, y = placement.matrix.point(point.x, point.y)
    inside = 0 <= x <= placement.width and 0 <= y <= placement.height
    return KeyPoint(x, y, point.visibility) if inside else _NOWHERE


def shifted(objects: Iterable[Object], x: int, y: int, size: tuple[int, int],
            onto: tuple[int, int]) -> tuple[Object, ...]:  # fmt: skip
    """`objects` of a picture of `size` that is laid at (x, y) onto a larger one."""
    placement = Placement(Affine(c=float(x), f=float(y)), *onto)
    return move_objects(objects, placement, size, Rules(visible=0.0))


def _mirrored(name: str) -> str:
    words = re.split(r"([\W_]+|左|右)", name)
    return "".join(_SIDES.get(word, word) for word in words)
