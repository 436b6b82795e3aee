"""Brightness, contrast, colour and noise of a picture; its places stay where they are.

Pictures are of mode L or RGB with 8 bits per channel. Gray levels of a picture in colour are its
luma (Y of YCbCr), so that colours keep their hue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    Levels = NDArray[np.uint8]
    Places = NDArray[np.intp]

BAND: Final = 256


def gamma(image: Image.Image, value: float) -> Image.Image:
    """Every level v of 0 to 1 becomes ``v ** (1 / value)``: above 1 is brighter."""
    curve = [round(255 * (level / 255) ** (1 / value)) for level in range(256)]
    return image.point(curve * len(image.getbands()))


def equalized(image: Image.Image) -> Image.Image:
    """All gray levels about equally often."""
    from PIL import ImageOps

    return _on_levels(image, ImageOps.equalize)


def stretched(image: Image.Image, cutoff: float) -> Image.Image:
    """The darkest level becomes black, the brightest white, but for `cutoff` percent each."""
    from PIL import ImageOps

    return _on_levels(image, lambda gray: ImageOps.autocontrast(gray, cutoff=cutoff))


def clahe(image: Image.Image, tiles: int, limit: float) -> Image.Image:
    """Equalized in each of `tiles` x `tiles`, contrast limited (Zuiderveld, 1994).

    Args:
        limit: how many times the mean a level may count.
    """
    import numpy as np
    from PIL import Image

    return _on_levels(image, lambda gray: Image.fromarray(_clahe(np.asarray(gray), tiles, limit)))


def median(image: Image.Image, size: int) -> Image.Image:
    """The median of `size` x `size` pixels: takes away single wrong ones."""
    from PIL import ImageFilter

    return image.filter(ImageFilter.MedianFilter(size))


def blurred(image: Image.Image, radius: float) -> Image.Image:
    """Blurred by a normal distribution."""
    from PIL import ImageFilter

    return image.filter(ImageFilter.GaussianBlur(radius))


def bilateral(image: Image.Image, size: int, strength: float) -> Image.Image:
    """The mean of near pixels of a like colour: edges stay (Tomasi and Manduchi, 1998).

    Args:
        strength: standard deviation of what counts as a like colour, in levels.
    """
    import numpy as np
    from PIL import Image

    levels = np.asarray(image).reshape(image.height, image.width, -1)
    reach = size // 2
    padded = np.pad(levels, ((reach, reach), (reach, reach), (0, 0)), mode="edge")
    result = np.empty_like(levels)
    for start, end in _bands(image.height):
        band = padded[start : end + 2 * reach].astype(np.float32)
        result[start:end] = _rounded(_bilateral(band, size, strength))
    return Image.fromarray(result[..., 0] if image.mode == "L" else result)


def brightened(image: Image.Image, factor: float) -> Image.Image:
    from PIL import ImageEnhance

    return ImageEnhance.Brightness(image).enhance(factor)


def contrasted(image: Image.Image, factor: float) -> Image.Image:
    from PIL import ImageEnhance

    return ImageEnhance.Contrast(image).enhance(factor)


def saturated(image: Image.Image, factor: float) -> Image.Image:
    from PIL import ImageEnhance

    return image if image.mode == "L" else ImageEnhance.Color(image).enhance(factor)


def hued(image: Image.Image, degrees: float) -> Image.Image:
    """Every colour turned by so many degrees of the circle of hues."""
    from PIL import Image

    if image.mode == "L":
        return image
    hue, *rest = image.convert("HSV").split()
    shift = round(degrees / 360 * 256)
    turned = hue.point([(level + shift) % 256 for level in range(256)])
    return Image.merge("HSV", (turned, *rest)).convert("RGB")


def noisy(image: Image.Image, deviation: float, chance: np.random.Generator) -> Image.Image:
    """With normally distributed noise, its standard deviation in levels."""
    import numpy as np
    from PIL import Image

    levels = np.array(image)
    for start, end in _bands(image.height):
        noise = chance.standard_normal(levels[start:end].shape, dtype=np.float32)
        levels[start:end] = _rounded(levels[start:end] + noise * deviation)
    return Image.fromarray(levels)


def _bands(height: int) -> Iterator[tuple[int, int]]:
    """Rows from and to, few enough that a large picture needs little memory as numbers."""
    return ((start, min(start + BAND, height)) for start in range(0, height, BAND))


def _rounded(levels: NDArray[Any]) -> Levels:
    import numpy as np

    rounded: Levels = levels.round().clip(0, 255).astype(np.uint8)
    return rounded


def _bilateral(band: NDArray[np.float32], size: int, strength: float) -> NDArray[np.float32]:
    """The mean of near pixels of a like colour; `band` has half a window more on each side."""
    import numpy as np

    reach = size // 2
    height, width = band.shape[0] - 2 * reach, band.shape[1] - 2 * reach
    middle = band[reach : reach + height, reach : reach + width]
    total, weights = np.zeros_like(middle), np.zeros_like(middle[..., :1])
    for down in range(size):
        for along in range(size):
            near = band[down : down + height, along : along + width]
            apart = ((near - middle) ** 2).mean(axis=2, keepdims=True) / (2 * strength**2)
            far = ((down - reach) ** 2 + (along - reach) ** 2) / (2 * reach**2)
            weight = np.exp(-apart - far)
            total += near * weight
            weights += weight
    return total / weights


def _on_levels(image: Image.Image, change: Callable[[Image.Image], Image.Image]) -> Image.Image:
    from PIL import Image

    if image.mode == "L":
        return change(image)
    gray, *colour = image.convert("YCbCr").split()
    return Image.merge("YCbCr", (change(gray), *colour)).convert("RGB")


def _clahe(levels: Levels, tiles: int, limit: float) -> Levels:
    import numpy as np

    height, width = levels.shape
    down, along = -(-height // tiles), -(-width // tiles)
    room = ((0, down * tiles - height), (0, along * tiles - width))
    blocks = np.pad(levels, room, mode="symmetric").reshape(tiles, down, tiles, along)
    flat = blocks.swapaxes(1, 2).reshape(tiles * tiles, -1)
    counts = np.stack([np.bincount(block, minlength=256) for block in flat]).astype(np.float64)
    most = max(1.0, limit * down * along / 256)
    over = (counts - most).clip(0).sum(axis=1, keepdims=True)
    curves = (counts.clip(max=most) + over / 256).cumsum(axis=1) * (255 / (down * along))
    curves = curves.reshape(tiles, tiles, 256)
    above, below, share_down = _between(height, down, tiles)
    left, right, share_along = _between(width, along, tiles)

    result = np.empty_like(levels)
    for start, end in _bands(height):
        band = levels[start:end]

        def mapped(rows: Places, columns: Places, band: Levels = band) -> NDArray[np.float64]:
            found: NDArray[np.float64] = curves[rows[:, None], columns[None, :], band]
            return found

        up, low = above[start:end], below[start:end]
        upper = mapped(up, left) * (1 - share_along) + mapped(up, right) * share_along
        lower = mapped(low, left) * (1 - share_along) + mapped(low, right) * share_along
        share = share_down[start:end, None]
        result[start:end] = _rounded(upper * (1 - share) + lower * share)
    return result


def _between(
    length: int, tile: int, tiles: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Of each place, the tiles whose middles are before and after it, and how far it is between."""
    import numpy as np

    place = ((np.arange(length) + 0.5) / tile - 0.5).clip(0, tiles - 1)
    before = np.floor(place).astype(np.intp)
    return before, np.minimum(before + 1, tiles - 1), place - before
