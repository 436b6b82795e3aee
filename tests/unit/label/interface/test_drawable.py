"""Whatever an object was drawn with, each tool draws it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aileron.data.formats.images.geometry import (
    area_of_polygons,
    decode_mask,
    encode_mask,
    mask_of_polygons,
)
from aileron.data.formats.images.shapes import polygon_of_box
from aileron.data.formats.records import Box
from aileron.label.annotation import AnnotatedObject, ObjectBox
from aileron.label.interface.drawable import brush_of, outlines_of, turned_box

BOX = ObjectBox(x=2, y=1, width=4, height=3)
SIDE = st.floats(1, 50)


@given(x=st.floats(0, 100), y=st.floats(0, 100), width=SIDE, height=SIDE, degrees=st.floats(0, 359))
def test_a_turned_rectangle_is_found_again(
    x: float, y: float, width: float, height: float, degrees: float
) -> None:
    box = Box(x, y, width, height)
    found, turned = turned_box([polygon_of_box(box, degrees, (x, y))])
    assert found == pytest.approx(box, abs=1e-6)
    assert math.cos(math.radians(turned - degrees)) == pytest.approx(1, abs=1e-9)


@given(
    corners=st.lists(st.tuples(st.floats(0, 50), st.floats(0, 50)), min_size=3, max_size=8),
)
def test_any_outline_lies_in_its_turned_box(corners: list[tuple[float, float]]) -> None:
    polygon = tuple(value for corner in corners for value in corner)
    box, degrees = turned_box([polygon])
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    for x, y in corners:
        across = (x - box.x) * cosine + (y - box.y) * sine
        down = (y - box.y) * cosine - (x - box.x) * sine
        assert -1e-6 <= across <= box.width + 1e-6
        assert -1e-6 <= down <= box.height + 1e-6


@given(st.integers(0, 2**32 - 1))
def test_outlines_of_a_mask_are_its_pixels_with_holes_filled(seed: int) -> None:
    pixels = np.random.default_rng(seed).random((9, 11)) < 0.5
    thing = AnnotatedObject(label="a", box=BOX, mask=encode_mask(pixels).decode())
    outlines = outlines_of(thing, 11, 9)
    if not pixels.any():
        assert outlines == []
        return
    filled = decode_mask(mask_of_polygons(outlines, 9, 11), 9, 11)
    assert (filled | ~pixels).all()
    assert sum(len(one) >= 8 for one in outlines) == len(outlines)


def test_the_outline_of_a_square_with_a_hole_is_the_square() -> None:
    pixels = np.zeros((6, 8), bool)
    pixels[1:5, 2:7] = True
    pixels[2, 3] = False
    pixels[0, 0] = True
    thing = AnnotatedObject(label="a", box=BOX, mask=encode_mask(pixels).decode())
    outlines = outlines_of(thing, 8, 6)
    assert [area_of_polygons([one]) for one in outlines] == [1, 20]
    assert all(len(one) == 8 for one in outlines)


def test_an_outline_of_many_corners_is_made_simpler_by_a_pixel() -> None:
    rows, columns = np.mgrid[:300, :400]
    pixels = (columns - 200) ** 2 + (rows - 150) ** 2 < 120**2
    thing = AnnotatedObject(label="a", box=BOX, mask=encode_mask(pixels).decode())
    (outline,) = outlines_of(thing, 400, 300)
    assert len(outline) < 200
    filled = decode_mask(mask_of_polygons([outline], 300, 400), 300, 400)
    assert (filled ^ pixels).sum() < 0.02 * pixels.sum()


def test_a_box_becomes_an_outline_and_pixels() -> None:
    thing = AnnotatedObject(label="a", box=BOX)
    assert outlines_of(thing, 10, 10) == [(2, 1, 6, 1, 6, 4, 2, 4)]
    pixels = brush_of(thing, 10, 10)
    assert pixels is not None
    assert pixels.sum() == 12
    assert pixels[1:4, 2:6].all()


def test_a_mask_without_pixels_is_not_drawn() -> None:
    empty = encode_mask(np.zeros((5, 5), bool)).decode()
    assert brush_of(AnnotatedObject(label="a", box=BOX, mask=empty), 5, 5) is None
