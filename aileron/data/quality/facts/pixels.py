"""What the pixels of pictures are like: brightness, contrast, sharpness, a hash of the look.

A picture is decoded small. The hash is a difference hash (Neal Krawetz, 2013) along rows and
along columns.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

SIDE: Final = 256
"""Pixels of the longer side at which a picture is looked at; a smaller one stays as it is."""
HASH_SIDE: Final = 8
FLAT: Final = 2.0
"""A picture of less contrast has no look that a hash could tell."""


class Pixels(NamedTuple):
    """One picture."""

    content_digest: str
    brightness: float
    contrast: float
    sharpness: float
    along: int
    """Difference hash along the rows, 64 bits."""
    across: int


def measure(digest: str, data: bytes) -> Pixels:
    """What the picture `data` is like."""
    import numpy as np
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        grey = _grey(image)
    grey.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    levels = np.asarray(grey, dtype=np.float32)
    return Pixels(
        digest,
        brightness=round(float(levels.mean(dtype=np.float64)), 3),
        contrast=round(float(levels.std(dtype=np.float64)), 3),
        sharpness=round(_laplacian_variance(levels), 3),
        along=_hash(grey, (HASH_SIDE + 1, HASH_SIDE), 1),
        across=_hash(grey, (HASH_SIDE, HASH_SIDE + 1), 0),
    )


def _grey(image: Image.Image) -> Image.Image:
    """8 grey bits of `image`; a large JPEG is decoded small."""
    import numpy as np
    from PIL import Image

    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        levels = np.asarray(image, dtype=np.float64)
        top = 65535.0 if levels.max(initial=0) > 255 else 255.0
        return Image.fromarray((levels * (255.0 / top)).clip(0, 255).astype(np.uint8))
    image.draft("L", (SIDE, SIDE))
    return image.convert("L")


def _laplacian_variance(levels: np.ndarray[Any, Any]) -> float:
    """Pech-Pacheco et al., 2000: little of it is a picture without edges."""
    if min(levels.shape) < 3:
        return 0.0
    middle = levels[1:-1, 1:-1]
    around = levels[:-2, 1:-1] + levels[2:, 1:-1] + levels[1:-1, :-2] + levels[1:-1, 2:]
    return float((around - 4 * middle).var(dtype="float64"))


def _hash(grey: Image.Image, size: tuple[int, int], axis: int) -> int:
    import numpy as np
    from PIL import Image

    small = np.asarray(grey.resize(size, Image.Resampling.BOX), dtype=np.int16)
    bits = np.diff(small, axis=axis) > 0
    return int.from_bytes(np.packbits(bits).tobytes(), "big")
