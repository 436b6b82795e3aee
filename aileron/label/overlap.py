"""How much two drawn or heard things are alike, and which things of two annotations are one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from aileron.label.annotation import AnnotatedObject, AnnotatedSegment

SAME: Final = 0.5
"""From which likeness on two drawings are of one thing, as the PASCAL VOC challenge has it."""
_FALL_OFF: Final = 0.1
"""How quickly the likeness of key points falls with their distance, in sides of the object."""
Ranges = list[tuple[int, int]]
One = TypeVar("One")
Other = TypeVar("Other")


def likeness(one: AnnotatedObject, other: AnnotatedObject) -> float:
    """0 to 1: of key points their similarity, else the intersection over the union.

    Outlines are compared as they are drawn if both have the same kind, else by their boxes.
    """
    if one.points and other.points:
        return point_similarity(one, other)
    if one.mask is not None and other.mask is not None:
        return _of_ranges(ranges(one.mask), ranges(other.mask))
    if one.polygons and other.polygons and box_overlap(one, other) > 0:
        return _polygon_overlap(one, other)
    return box_overlap(one, other)


def box_overlap(one: AnnotatedObject, other: AnnotatedObject) -> float:
    """Intersection over union of the boxes."""
    a, b = one.box, other.box
    width = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    height = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    shared = max(width, 0.0) * max(height, 0.0)
    union = a.width * a.height + b.width * b.height - shared
    return shared / union if union > 0 else float(a == b)


def time_overlap(one: AnnotatedSegment, other: AnnotatedSegment) -> float:
    """Intersection over union of two segments, whatever their labels."""
    shared = max(min(one.end, other.end) - max(one.start, other.start), 0.0)
    return shared / (one.end - one.start + other.end - other.start - shared)


def point_similarity(one: AnnotatedObject, other: AnnotatedObject) -> float:
    """COCO's object key point similarity, with the same constant for all points.

    T.-Y. Lin et al., "Microsoft COCO: Common Objects in Context", 2014, and its evaluation of
    key points. A point that only one of them has counts as 0.
    """
    pairs = list(zip(one.points, other.points, strict=False))
    drawn = [(p, q) for p, q in pairs if p.visibility or q.visibility]
    count = len(drawn) + abs(len(one.points) - len(other.points))
    if not count:
        return 1.0
    area = max((one.box.width * one.box.height + other.box.width * other.box.height) / 2, 1.0)
    scale = 2 * area * _FALL_OFF**2
    found = (
        math.exp(-((p.x - q.x) ** 2 + (p.y - q.y) ** 2) / scale)
        for p, q in drawn
        if p.visibility and q.visibility
    )
    return sum(found) / count


def pairs_of(
    ones: Sequence[One], others: Sequence[Other], alike: Callable[[One, Other], float]
) -> list[tuple[int, int, float]]:
    """Which of `ones` is which of `others`, the most alike first; each is in one pair at most.

    Greedy, as in the evaluations of PASCAL VOC and COCO; pairs below `SAME` are none.
    """
    found = [
        (score, i, j)
        for i, one in enumerate(ones)
        for j, other in enumerate(others)
        if (score := alike(one, other)) >= SAME
    ]
    pairs: list[tuple[int, int, float]] = []
    left, right = set[int](), set[int]()
    for score, i, j in sorted(found, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if i not in left and j not in right:
            left.add(i)
            right.add(j)
            pairs.append((i, j, score))
    return pairs


def ranges(counts: str) -> Ranges:
    """Where a mask is, as ranges of pixels column by column, from COCO's compressed counts."""
    found: Ranges = []
    place = 0
    for number, length in enumerate(_lengths(counts)):
        if number % 2 and length:
            found.append((place, place + length))
        place += length
    return found


def joined(several: Sequence[Ranges]) -> Ranges:
    """The pixels that are in any."""
    found: Ranges = []
    for begin, end in sorted(one for each in several for one in each):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


def _of_ranges(one: Ranges, other: Ranges) -> float:
    size = sum(end - begin for begin, end in one) + sum(end - begin for begin, end in other)
    union = size - shared_pixels(one, other)
    return (size - union) / union if union else 1.0


def shared_pixels(one: Ranges, other: Ranges) -> int:
    """How many pixels are in both."""
    i = j = found = 0
    while i < len(one) and j < len(other):
        found += max(min(one[i][1], other[j][1]) - max(one[i][0], other[j][0]), 0)
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return found


def range_overlap(one: Ranges, other: Ranges) -> float:
    """Intersection over union; 1 of nothing and nothing."""
    return _of_ranges(one, other)


def _polygon_overlap(one: AnnotatedObject, other: AnnotatedObject) -> float:
    from aileron.data.formats.images.geometry import mask_of_polygons

    every = [place for thing in (one, other) for polygon in thing.polygons for place in polygon]
    side = math.ceil(max(every)) + 1
    masks = (mask_of_polygons(thing.polygons, side, side) for thing in (one, other))
    first, second = (ranges(mask.decode("ascii")) for mask in masks)
    return _of_ranges(first, second)


def _lengths(counts: str) -> list[int]:
    """The run lengths of COCO's string: five bits a character, differences from the third on."""
    lengths: list[int] = []
    value = shift = 0
    for character in counts:
        bits = ord(character) - 48
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits & 0x20:
            continue
        if bits & 0x10:
            value |= -1 << shift
        lengths.append(value + (lengths[-2] if len(lengths) > 2 else 0))
        value = shift = 0
    return lengths
