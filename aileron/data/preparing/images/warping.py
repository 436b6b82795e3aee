"""The pixels of a placement: by copying where that is exact, else by interpolation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aileron.data.preparing.images.placement import Affine, Placement

if TYPE_CHECKING:
    from PIL import Image

    Size = tuple[int, int]

_NEAR: Final = 1e-6
_TURNS: Final = {
    (1, 0, 0, 1): None,
    (-1, 0, 0, 1): "FLIP_LEFT_RIGHT",
    (1, 0, 0, -1): "FLIP_TOP_BOTTOM",
    (-1, 0, 0, -1): "ROTATE_180",
    (0, 1, -1, 0): "ROTATE_90",
    (0, -1, 1, 0): "ROTATE_270",
    (0, 1, 1, 0): "TRANSPOSE",
    (0, -1, -1, 0): "TRANSVERSE",
}
"""Rows of a matrix without its shift -> how Pillow does it."""


def warp(image: Image.Image, placement: Placement, fill: int, *, nearest: bool) -> Image.Image:
    """`image` where `placement` puts it; what lies outside of it is of the gray level `fill`.

    Args:
        nearest: no new values come in between: what masks need.
    """
    matrix, size = placement.matrix, (placement.width, placement.height)
    if matrix == Affine() and image.size == size:
        return image
    return (
        _copied(image, matrix, size, fill)
        or _stretched(image, matrix, size, fill, nearest=nearest)
        or _interpolated(image, matrix, size, fill, nearest=nearest)
    )


def _copied(image: Image.Image, matrix: Affine, size: Size, fill: int) -> Image.Image | None:
    """Quarter turns, mirrors and whole shifts, pixel by pixel; None if it is none of these."""
    from PIL import Image

    a, b, _, d, e, _ = matrix
    left, top, _, _ = _bounds(matrix, image.size)
    if (a, b, d, e) not in _TURNS or not (_is_whole(left) and _is_whole(top)):
        return None
    turn = _TURNS[int(a), int(b), int(d), int(e)]
    turned = image if turn is None else image.transpose(Image.Transpose[turn])
    return _on_ground(turned, (round(left), round(top)), size, fill)


def _stretched(
    image: Image.Image, matrix: Affine, size: Size, fill: int, *, nearest: bool
) -> Image.Image | None:
    """Another size, all of the picture or a rectangle of it; None if there is more to it.

    All pixels that become one have a share in it, which an interpolation of four would not give.
    """
    from PIL import Image

    if matrix.b or matrix.d or matrix.a <= 0 or matrix.e <= 0:
        return None
    how = Image.Resampling.NEAREST if nearest else Image.Resampling.BICUBIC
    bounds = _bounds(matrix, image.size)
    if all(map(_is_whole, bounds)):
        left, top, right, bottom = map(round, bounds)
        inner = image.resize((max(1, right - left), max(1, bottom - top)), how)
        return _on_ground(inner, (left, top), size, fill)
    box = _bounds(matrix.inverse, size)
    if box[0] < 0 or box[1] < 0 or box[2] > image.width or box[3] > image.height:
        return None
    return image.resize(size, how, box=box)


def _interpolated(
    image: Image.Image, matrix: Affine, size: Size, fill: int, *, nearest: bool
) -> Image.Image:
    from PIL import Image

    how = Image.Resampling.NEAREST if nearest else Image.Resampling.BICUBIC
    way: Any = Image.Transform.AFFINE
    return image.transform(size, way, tuple(matrix.inverse), how, fillcolor=_colour(image, fill))


def _on_ground(image: Image.Image, place: Size, size: Size, fill: int) -> Image.Image:
    from PIL import Image

    if place == (0, 0) and image.size == size:
        return image
    ground = Image.new(image.mode, size, _colour(image, fill))
    ground.paste(image, place)
    return ground


def _colour(image: Image.Image, fill: int) -> int | tuple[int, ...]:
    return fill if image.mode == "L" else (fill,) * len(image.getbands())


def _bounds(matrix: Affine, size: Size) -> tuple[float, float, float, float]:
    """Where a rectangle of `size` goes: left, top, right, bottom."""
    corners = [matrix.point(x, y) for x in (0, size[0]) for y in (0, size[1])]
    xs, ys = zip(*corners, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _is_whole(value: float) -> bool:
    return abs(value - round(value)) < _NEAR
