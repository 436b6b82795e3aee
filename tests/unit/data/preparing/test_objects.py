"""What is drawn on a picture moves with its pixels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from plugins.painted import thing

from aileron.data.formats.images.geometry import (
    area_of_mask,
    area_of_polygons,
    check_box,
    check_polygon,
    decode_mask,
)
from aileron.data.formats.records import Box, KeyPoint, Object
from aileron.data.preparing.images import placement as places
from aileron.data.preparing.images.objects import Rules, move_objects, partners
from aileron.data.preparing.images.placement import Affine, Placement
from aileron.data.preparing.images.warping import warp

WIDTH, HEIGHT = 120, 90
SIZE = (WIDTH, HEIGHT)
ALL = Rules(visible=0.0)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    x, y = draw(st.integers(0, WIDTH - 8)), draw(st.integers(0, HEIGHT - 8))
    across = draw(st.integers(6, WIDTH - x))
    return Box(float(x), float(y), float(across), float(draw(st.integers(6, HEIGHT - y))))


placements = st.one_of(
    st.builds(
        lambda angle, expand: places.turned(*SIZE, angle, expand=expand),
        st.floats(-360, 360),
        st.booleans(),
    ),
    st.builds(
        lambda factor, x, y: places.zoomed(*SIZE, factor, (x, y)),
        st.floats(0.3, 4), st.floats(0, WIDTH), st.floats(0, HEIGHT),
    ),
    st.builds(
        lambda x, y, w, h: places.cropped(x, y, w, h),
        st.integers(0, 60), st.integers(0, 40), st.integers(1, 60), st.integers(1, 50),
    ),
    st.builds(lambda w, h: places.scaled(*SIZE, w, h), st.integers(4, 300), st.integers(4, 300)),
)  # fmt: skip


def drawn(box: Box) -> Object:
    return thing(box, SIZE)


def same(one: Object, other: Object) -> None:
    assert one.box == pytest.approx(other.box)
    for polygon, another in zip(one.polygons, other.polygons, strict=True):
        assert polygon == pytest.approx(another)
    assert one.mask == other.mask
    for point, another_point in zip(one.points, other.points, strict=True):
        assert point == pytest.approx(another_point)


@given(boxes(), st.booleans())
def test_a_mirror_of_a_mirror_is_what_was_before(box: Box, across: bool) -> None:
    flip = places.mirrored(*SIZE, across=across)
    rules = Rules(partners={"lamp": (1, 0)})
    [once] = move_objects([drawn(box)], flip, SIZE, rules)
    [twice] = move_objects([once], flip, SIZE, rules)
    same(twice, drawn(box))


@given(boxes())
def test_four_quarter_turns_lose_nothing(box: Box) -> None:
    things, size = (drawn(box),), SIZE
    for _ in range(4):
        turn = places.turned(*size, 90, expand=True)
        things, size = move_objects(things, turn, size, ALL), (turn.width, turn.height)
    assert size == SIZE
    same(things[0], drawn(box))


@given(boxes(), placements)
def test_whatever_stays_is_inside(box: Box, placement: Placement) -> None:
    for one in move_objects([drawn(box)], placement, SIZE, ALL):
        box = one.box._replace(width=max(one.box.width, 1e-9), height=max(one.box.height, 1e-9))
        check_box(box, placement.width, placement.height)
        for polygon in one.polygons:
            check_polygon(polygon, placement.width, placement.height)
        for point in one.points:
            assert 0 <= point.x <= placement.width
            assert 0 <= point.y <= placement.height


@given(boxes(), st.floats(-180, 180))
def test_mask_and_outline_agree_after_a_turn(box: Box, angle: float) -> None:
    placement = places.turned(*SIZE, angle, expand=True)
    [one] = move_objects([drawn(box)], placement, SIZE, ALL)
    assert one.mask is not None
    pixels = area_of_mask(one.mask, placement.height, placement.width)
    edge = 2 * (box.width + box.height)
    assert abs(pixels - area_of_polygons(one.polygons)) <= 0.5 * edge + 4
    assert area_of_polygons(one.polygons) == pytest.approx(box.width * box.height, rel=1e-6)


@given(boxes(), placements)
def test_pixels_go_where_their_outline_goes(box: Box, placement: Placement) -> None:
    """The middle of what is left of an object is one of the pixels of its mask."""
    for one in move_objects([drawn(box)], placement, SIZE, Rules(visible=0.5)):
        assert one.mask is not None
        pixels = decode_mask(one.mask, placement.height, placement.width)
        if min(one.box.width, one.box.height) < 4:
            continue
        xs, ys = one.polygons[0][0::2], one.polygons[0][1::2]
        assert pixels[int(sum(ys) / len(ys)), int(sum(xs) / len(xs))]


def test_a_box_without_an_outline_becomes_the_box_around_the_turned_one() -> None:
    placement = places.turned(100, 100, 45, expand=False)
    [one] = move_objects([Object("a", Box(40, 40, 20, 20))], placement, (100, 100), ALL)
    side = 20 * 2**0.5
    assert one.box == pytest.approx(Box(50 - side / 2, 50 - side / 2, side, side))


@pytest.mark.parametrize(("least", "stays"), [(0.5, True), (0.51, False)])
def test_what_is_hardly_visible_is_left_out(least: float, stays: bool) -> None:
    half = [drawn(Box(0, 0, 20, 20))]
    found = move_objects(half, places.cropped(10, 0, 60, 60), SIZE, Rules(visible=least))
    assert bool(found) is stays
    if stays:
        assert found[0].box == (0, 0, 10, 20)


def test_a_key_point_that_leaves_the_picture_is_not_labelled() -> None:
    points = (KeyPoint(5, 5, 2), KeyPoint(50, 50, 1), KeyPoint(0, 0, 0))
    one = Object("a", Box(0, 0, 60, 60), points=points)
    [moved] = move_objects([one], places.cropped(20, 20, 60, 60), SIZE, ALL)
    assert moved.points == ((0, 0, 0), (30, 30, 1), (0, 0, 0))


def test_left_and_right_exchange_their_places_in_a_mirror() -> None:
    assert partners(["nose", "left_eye", "right_eye", "左肩", "右肩", "light"]) == (
        0,
        2,
        1,
        4,
        3,
        5,
    )


def test_a_matrix_and_its_inverse_are_nothing() -> None:
    matrix = places.turned(7, 5, 33, expand=True).matrix.then(Affine(a=2.0, e=0.5))
    assert matrix.then(matrix.inverse) == pytest.approx(Affine())


@given(placements)
def test_a_picture_gets_the_size_of_its_placement(placement: Placement) -> None:
    levels = np.arange(WIDTH * HEIGHT, dtype=np.uint32).reshape(HEIGHT, WIDTH) % 251
    image = Image.fromarray(levels.astype(np.uint8))
    for nearest in (True, False):
        moved = warp(image, placement, 114, nearest=nearest)
        assert moved.size == (placement.width, placement.height)
