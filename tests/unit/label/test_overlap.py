"""How alike two drawn things are."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aileron.label.annotation import AnnotatedObject
from aileron.label.overlap import box_overlap, joined, likeness, pairs_of, range_overlap, ranges


def box(x: float, y: float, width: float, height: float, **more: object) -> AnnotatedObject:
    place = {"x": x, "y": y, "width": width, "height": height}
    return AnnotatedObject.model_validate({"label": "a", "box": place, **more})


def polygon(*places: float) -> AnnotatedObject:
    xs, ys = places[0::2], places[1::2]
    sides = min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)
    return box(*sides, polygons=[places])


def test_boxes() -> None:
    assert box_overlap(box(0, 0, 10, 10), box(0, 0, 10, 10)) == 1
    assert box_overlap(box(0, 0, 10, 10), box(5, 0, 10, 10)) == pytest.approx(1 / 3)
    assert box_overlap(box(0, 0, 10, 10), box(10, 0, 10, 10)) == 0
    assert box_overlap(box(0, 0, 10, 10), box(2, 2, 5, 5)) == pytest.approx(0.25)
    assert box_overlap(box(3, 3, 0, 0), box(3, 3, 0, 0)) == 1
    assert box_overlap(box(3, 3, 0, 0), box(4, 3, 0, 0)) == 0


def test_polygons_are_compared_by_their_pixels() -> None:
    square = polygon(0, 0, 100, 0, 100, 100, 0, 100)
    half = polygon(0, 0, 100, 0, 100, 100)
    assert likeness(square, square) == 1
    assert likeness(square, half) == pytest.approx(0.5, abs=0.02)
    assert likeness(square, polygon(200, 200, 300, 200, 300, 300)) == 0
    assert box_overlap(square, half) == 1
    assert likeness(square, box(0, 0, 100, 100)) == 1, "a box has no outline"


def test_masks_are_read_as_the_coco_tools_write_them() -> None:
    import numpy as np
    from pycocotools import mask

    chance = np.random.default_rng(0)
    for share in (0.0, 0.02, 0.5, 0.98, 1.0):
        pixels = [np.asfortranarray(chance.random((37, 53)) < share, "uint8") for _ in range(2)]
        written = [mask.encode(one) for one in pixels]
        texts = [one["counts"].decode("ascii") for one in written]
        flat = [one.flatten("F").nonzero()[0].tolist() for one in pixels]
        for text, wanted in zip(texts, flat, strict=True):
            assert [place for begin, end in ranges(text) for place in range(begin, end)] == wanted
        expected = float(mask.iou(written[:1], written[1:], [0])[0, 0]) if share else 1.0
        things = [box(0, 0, 53, 37, mask=text) for text in texts]
        assert likeness(*things) == pytest.approx(expected)


Ranges = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 12)).map(lambda one: (one[0], sum(one))),
    max_size=8,
)


@given(Ranges, Ranges)
def test_ranges_are_sets_of_pixels(
    one: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    sets = [{p for begin, end in each for p in range(begin, end)} for each in (one, other)]
    merged = [joined([each]) for each in (one, other)]
    for found, wanted in zip(merged, sets, strict=True):
        assert {p for begin, end in found for p in range(begin, end)} == wanted
        assert all(a[1] < b[0] for a, b in itertools.pairwise(found))
    union = len(sets[0] | sets[1])
    expected = len(sets[0] & sets[1]) / union if union else 1.0
    assert range_overlap(*merged) == pytest.approx(expected)


def points(*places: tuple[float, float, int]) -> AnnotatedObject:
    drawn = [{"x": x, "y": y, "visibility": seen} for x, y, seen in places]
    return box(0, 0, 100, 100, points=drawn)


def test_key_points_are_alike_if_they_are_near_for_their_object() -> None:
    here = points((10, 10, 2), (90, 90, 2))
    assert likeness(here, here) == 1
    assert likeness(here, points((20, 10, 2), (90, 90, 2))) == pytest.approx(
        (0.6065 + 1) / 2, abs=1e-3
    )
    assert likeness(here, points((10, 10, 2), (0, 0, 0))) == 0.5
    assert likeness(here, points((10, 10, 2))) == 0.5
    assert likeness(points((0, 0, 0)), points((0, 0, 0))) == 1


def test_each_thing_is_in_one_pair_the_most_alike_first() -> None:
    ones = [box(0, 0, 10, 10), box(1, 0, 10, 10), box(50, 50, 5, 5)]
    others = [box(1, 0, 10, 10), box(0, 0, 10, 10)]
    assert [pair[:2] for pair in pairs_of(ones, others, box_overlap)] == [(0, 1), (1, 0)]
    assert pairs_of([box(0, 0, 10, 10)], [box(0, 0, 10, 21)], box_overlap) == []
