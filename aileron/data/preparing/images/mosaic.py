"""A mosaic: four pictures in one, of the size of the first (Bochkovskiy et al., 2020)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from aileron.data.formats.records import Object
from aileron.data.preparing.images import placement as places
from aileron.data.preparing.images.frame import Frame
from aileron.data.preparing.images.objects import Rules, shifted
from aileron.data.preparing.images.placement import Placement

if TYPE_CHECKING:
    import numpy as np

PICTURES: Final = 4
_NEAREST_EDGE: Final = 0.3


def mosaic(frames: Sequence[Frame], rules: Rules, chance: np.random.Generator) -> Frame:
    """The four `frames` around one place, each as large as covers its corner."""
    from PIL import Image

    first = frames[0].image
    width, height = first.size
    x, y = chance.uniform(_NEAREST_EDGE, 1 - _NEAREST_EDGE, 2).tolist()
    across, down = max(1, round(width * x)), max(1, round(height * y))
    canvas = Image.new(first.mode, (width, height))
    objects: list[Object] = []
    tiles = (
        (0, 0, across, down),
        (across, 0, width, down),
        (0, down, across, height),
        (across, down, width, height),
    )
    for frame, (left, top, right, bottom) in zip(frames, tiles, strict=True):
        size = right - left, bottom - top
        shares = chance.random(2).tolist()
        if min(size) < 1:
            continue
        tile = frame.placed(_covering(frame, size, shares), 0, rules)
        canvas.paste(tile.image.convert(first.mode), (left, top))
        objects += shifted(tile.objects, left, top, size, (width, height))
    return Frame(canvas, tuple(objects))


def _covering(frame: Frame, size: tuple[int, int], shares: Sequence[float]) -> Placement:
    """A part of the picture that fills `size`; `shares` say which one where there is a choice."""
    width, height = frame.image.size
    factor = max(size[0] / width, size[1] / height)
    across = max(size[0], round(width * factor))
    down = max(size[1], round(height * factor))
    x, y = int(shares[0] * (across - size[0] + 1)), int(shares[1] * (down - size[1] + 1))
    scaled = places.scaled(width, height, across, down)
    return scaled.then(places.cropped(x, y, *size))
