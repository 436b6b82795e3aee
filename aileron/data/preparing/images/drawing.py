"""A picture with its objects drawn onto it, and two such pictures side by side."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from aileron.data.formats.images.geometry import decode_mask
from aileron.data.preparing.images.clipping import corners
from aileron.data.preparing.images.frame import Frame

if TYPE_CHECKING:
    from PIL import Image

SIDE: Final = 320
GAP: Final = 8
COLOURS: Final = (
    (230, 25, 75), (60, 180, 75), (0, 130, 200), (245, 130, 48), (145, 30, 180), (70, 240, 240),
    (240, 50, 230), (210, 245, 60), (0, 128, 128), (170, 110, 40), (128, 0, 0), (128, 128, 0),
)  # fmt: skip


def drawn(frame: Frame, classes: Sequence[str]) -> Image.Image:
    """`frame` small, with masks, outlines, boxes and key points in the colour of their class."""
    import numpy as np
    from PIL import Image, ImageDraw

    image = frame.image.convert("RGB")
    for thing in frame.objects:
        if thing.mask is not None:
            pixels = decode_mask(thing.mask, image.height, image.width)
            shade = Image.fromarray(pixels.astype(np.uint8) * 96)
            image.paste(Image.new("RGB", image.size, _colour(thing.label, classes)), mask=shade)
    factor = min(1.0, SIDE / max(image.size))
    size = max(1, round(image.width * factor)), max(1, round(image.height * factor))
    small = image.resize(size)
    draw = ImageDraw.Draw(small)
    for thing in frame.objects:
        colour = _colour(thing.label, classes)
        for polygon in (*thing.polygons, corners(thing.box)):
            points = [factor * value for value in polygon]
            draw.line([*points, *points[:2]], fill=colour, width=2)
        for point in thing.points:
            if point.visibility:
                draw.circle((factor * point.x, factor * point.y), 3, fill=colour)
    return small


def side_by_side(before: Image.Image, after: Image.Image) -> bytes:
    """Two pictures beside each other, as a PNG."""
    from PIL import Image

    height = max(before.height, after.height)
    both = Image.new("RGBA", (before.width + GAP + after.width, height))
    both.paste(before, (0, (height - before.height) // 2))
    both.paste(after, (before.width + GAP, (height - after.height) // 2))
    file = io.BytesIO()
    both.save(file, "PNG")
    return file.getvalue()


def _colour(label: str, classes: Sequence[str]) -> tuple[int, int, int]:
    place = classes.index(label) if label in classes else 0
    return COLOURS[place % len(COLOURS)]
