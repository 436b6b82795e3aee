"""Pictures: from the bytes of a file to the float32 array that a model sees.

One decoding and one preparation for training, evaluation and serving. A file is judged by
its first bytes and its size before a pixel is decoded; what cannot be taken is refused with
a `PictureError`. The first frame of an animation is the picture; it is turned upright by its
EXIF orientation; transparent places are white; colour profiles are not applied. Needs Pillow
and numpy only.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, UnidentifiedImageError

from .picture_errors import PictureError
from .picture_formats import FORMATS, picture_format, unknown

__all__ = [
    "FORMATS",
    "Limits",
    "Picture",
    "PictureArray",
    "PictureError",
    "Preparation",
    "decode",
    "picture_format",
    "place_of",
    "prepare",
    "read",
]

PictureArray = NDArray[np.float32]
"""One prepared picture, shape (channels, height, width)."""

_BROKEN: Final = (
    OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError,
    AttributeError, struct.error, zlib.error,
)  # fmt: skip
"""What Pillow's decoders raise over files that are not whole."""


_TURN = Image.Transpose
_TURNS: Final = {
    2: _TURN.FLIP_LEFT_RIGHT,
    3: _TURN.ROTATE_180,
    4: _TURN.FLIP_TOP_BOTTOM,
    5: _TURN.TRANSPOSE,
    6: _TURN.ROTATE_270,
    7: _TURN.TRANSVERSE,
    8: _TURN.ROTATE_90,
}
"""EXIF orientation -> what turns the picture upright."""
_SIDEWAYS: Final = (_TURN.TRANSPOSE, _TURN.ROTATE_270, _TURN.TRANSVERSE, _TURN.ROTATE_90)


@dataclass(frozen=True)
class Limits:
    """Which pictures are taken, in pixels of the file; checked before anything is decoded."""

    shortest: int = 1
    longest: int = 20_000
    pixels: int = 100_000_000


@dataclass(frozen=True)
class Picture:
    """A decoded picture.

    `image` is upright with 8 bits per channel and of mode ``L`` (one channel) or ``RGB``.
    `width` and `height` are those of the file, upright; `image` may be smaller if it was
    decoded with `at_least`. `mode` is the file's own, in Pillow's words.
    """

    image: Image.Image
    width: int
    height: int
    mode: str
    format: str


@dataclass(frozen=True)
class Preparation:
    """What a model wants: `size` is (height, width), `mean` and `std` are per channel of [0, 1].

    `fit`: ``resize`` stretches the picture to the size; ``pad`` keeps its proportions and
    fills the rest with the mean colour, which the model sees as 0.
    """

    size: tuple[int, int]
    mode: Literal["RGB", "L"]
    fit: Literal["resize", "pad"]
    mean: tuple[float, ...]
    std: tuple[float, ...]

    def __post_init__(self) -> None:
        channels = {"RGB": 3, "L": 1}.get(self.mode)
        if channels is None or self.fit not in ("resize", "pad"):
            raise ValueError(f"mode {self.mode!r} and fit {self.fit!r} are not RGB|L, resize|pad")
        if len(self.size) != 2 or min(self.size) < 1:
            raise ValueError(f"size is {self.size}, not height and width")
        if len(self.mean) != channels or len(self.std) != channels or min(self.std) <= 0:
            raise ValueError(f"mean and std must be {channels} numbers, std above 0")

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height, width."""
        return (len(self.mean), *self.size)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Preparation:
        """The preparation that model.json holds; `ValueError` if it is not one."""
        try:
            height, width = (int(side) for side in data["size"])
            mean = tuple(float(value) for value in data["mean"])
            std = tuple(float(value) for value in data["std"])
            return cls((height, width), data["mode"], data["fit"], mean, std)
        except (KeyError, TypeError) as error:
            raise ValueError(f"the preparation of pictures is incomplete: {error!r}") from error

    def to_json(self) -> dict[str, Any]:
        return {
            "size": list(self.size),
            "mode": self.mode,
            "fit": self.fit,
            "mean": list(self.mean),
            "std": list(self.std),
        }


def decode(
    data: bytes, limits: Limits = Limits(), at_least: tuple[int, int] | None = None
) -> Picture:
    """The picture in `data`.

    Args:
        at_least: (height, width) that is enough: a larger JPEG is decoded at a half, a quarter
            or an eighth of its size, never below twice this, which is several times as fast.

    Raises:
        PictureError: it is no picture, broken, or beyond `limits`.
    """
    form = picture_format(data)
    if form is None:
        raise unknown(data)
    try:
        image = Image.open(io.BytesIO(data), formats=[form])
    except Image.DecompressionBombError:
        raise _too_large(f"> {2 * (Image.MAX_IMAGE_PIXELS or 0):,}", limits) from None
    except _BROKEN as error:
        raise _broken(error, form) from None
    _check_size(image.size, limits)
    try:
        return _load(image, form, at_least)
    except _BROKEN as error:
        raise _broken(error, form) from None


def prepare(picture: Picture, preparation: Preparation) -> PictureArray:
    """`picture` as the model wants it: float32 of shape (channels, height, width)."""
    image = picture.image
    if image.mode != preparation.mode:
        image = image.convert(preparation.mode)
    height, width = preparation.size
    if preparation.fit == "pad":
        image = _padded(image, preparation)
    elif image.size != (width, height):
        image = image.resize((width, height), Image.Resampling.BILINEAR)
    values = np.asarray(image, dtype=np.float32).reshape(height, width, -1)
    scale = (1.0 / (255.0 * np.asarray(preparation.std))).astype(np.float32)
    shift = (np.asarray(preparation.mean) / np.asarray(preparation.std)).astype(np.float32)
    return np.ascontiguousarray((values * scale - shift).transpose(2, 0, 1))


def read(data: bytes, preparation: Preparation, limits: Limits = Limits()) -> PictureArray:
    """`decode` and `prepare` in one, as fast as the preparation allows.

    Raises:
        PictureError: see `decode`.
    """
    return prepare(decode(data, limits, preparation.size), preparation)


def _load(image: Image.Image, form: str, at_least: tuple[int, int] | None) -> Picture:
    own, (width, height) = image.mode, image.size
    turn = _TURNS.get(_orientation(image))
    if at_least is not None:
        side = 2 * max(at_least)
        image.draft(None, (side, side))
    image.load()
    plain = _plain(image)
    if turn is not None:
        plain = plain.transpose(turn)
        if turn in _SIDEWAYS:
            width, height = height, width
    return Picture(plain, width, height, own, form)


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 where there is none that can be read."""
    try:
        found = image.getexif().get(ExifTags.Base.Orientation, 1)
    except _BROKEN:  # notes about the picture, not the picture
        return 1
    return found if isinstance(found, int) else 1


def _plain(image: Image.Image) -> Image.Image:
    """`image` with 8 bits per channel, as ``L`` or ``RGB``, without transparency."""
    if image.mode in ("L", "RGB") and "transparency" not in image.info:
        return image
    if image.mode.startswith(("I", "F")):
        return _eight_bits(image)
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("LA", "La", "PA", "RGBa", "RGBA") or "transparency" in image.info:
        layered = image.convert("RGBA")
        ground = Image.new("RGBA", layered.size, "white")
        flat = Image.alpha_composite(ground, layered).convert("RGB")
        return flat.convert("L") if image.mode in ("L", "LA", "La") else flat
    return image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Deep grey values by what they can be: 16 bits, or 0 to 1, or else their own range."""
    values = np.asarray(image).astype(np.float64)
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    if image.mode.startswith("I;16"):
        low, high = 0.0, 65535.0
    else:
        low, high = min(0.0, float(values.min())), float(values.max())
        high = next((top for top in (1.0, 255.0, 65535.0) if low >= 0 and high <= top), high)
    scaled = (values - low) * (255.0 / (high - low)) if high > low else np.zeros_like(values)
    return Image.fromarray(scaled.round().clip(0, 255).astype(np.uint8))


def place_of(size: tuple[int, int], preparation: Preparation) -> tuple[int, int, int, int]:
    """Where a picture of `size` (width, height) lies once it is prepared.

    Left, top, right and bottom, in pixels.
    """
    height, width = preparation.size
    if preparation.fit == "resize":
        return (0, 0, width, height)
    share = min(width / size[0], height / size[1])
    across = min(width, max(1, round(size[0] * share)))
    down = min(height, max(1, round(size[1] * share)))
    left, top = (width - across) // 2, (height - down) // 2
    return (left, top, left + across, top + down)


def _padded(image: Image.Image, preparation: Preparation) -> Image.Image:
    height, width = preparation.size
    left, top, right, bottom = place_of(image.size, preparation)
    ground = tuple(round(255 * value) for value in preparation.mean)
    canvas = Image.new(preparation.mode, (width, height), ground)
    inner = image.resize((right - left, bottom - top), Image.Resampling.BILINEAR)
    canvas.paste(inner, (left, top))
    return canvas


def _check_size(size: tuple[int, int], limits: Limits) -> None:
    width, height = size
    found = f"{width} x {height}"
    if min(size) < limits.shortest:
        raise PictureError("too_small", found=found, limit=limits.shortest)
    if max(size) > limits.longest or width * height > limits.pixels:
        raise _too_large(found, limits)


def _too_large(found: str, limits: Limits) -> PictureError:
    return PictureError("too_large", found=found, limit=limits.longest, pixels=f"{limits.pixels:,}")


def _broken(error: Exception, form: str) -> PictureError:
    if isinstance(error, UnidentifiedImageError):
        return PictureError("broken", found=form, problem="its header is not whole")
    if "truncated" in str(error).lower() or isinstance(error, EOFError):
        return PictureError("truncated", found=form)
    return PictureError("broken", found=form, problem=str(error)[:200] or type(error).__name__)
