"""Small pictures for a report: a sample, and the same with what the model looked at."""

from __future__ import annotations

import io
from base64 import b64encode
from typing import Final

import numpy as np
from PIL import Image

from aileron.evaluate.saliency import Saliency
from aileron.serve.pictures import Picture, Preparation, place_of

SIDE: Final = 176
"""Longest side in pixels."""
_FOR: Final = np.array([215, 40, 30])
_AGAINST: Final = np.array([30, 90, 215])


def thumbnail(picture: Picture) -> Image.Image:
    """`picture` with `SIDE` pixels at its longest side."""
    image = picture.image.convert("RGB")
    share = SIDE / max(image.size)
    size = tuple(max(1, round(side * share)) for side in image.size)
    return image.resize((size[0], size[1]), Image.Resampling.BICUBIC)


def overlaid(image: Image.Image, saliency: Saliency, preparation: Preparation) -> Image.Image:
    """`image` with red where it spoke for the class, blue where it spoke against it."""
    height, width = preparation.size
    whole = Image.fromarray(saliency.astype(np.float32)).resize(
        (width, height), Image.Resampling.BICUBIC
    )
    inner = whole.crop(place_of(image.size, preparation))
    values = np.asarray(inner.resize(image.size, Image.Resampling.BILINEAR))
    strength = np.abs(values) / (float(np.abs(values).max()) or 1.0)
    colours = np.where(values[..., None] >= 0, _FOR, _AGAINST)
    grey = np.asarray(image.convert("L").convert("RGB"), dtype=np.float64)
    opacity = 0.65 * strength[..., None]
    mixed = grey * (1 - opacity) + colours * opacity
    return Image.fromarray(mixed.round().clip(0, 255).astype(np.uint8))


def data_uri(image: Image.Image) -> str:
    """`image` as a JPEG within a page."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=82)
    return "data:image/jpeg;base64," + b64encode(file.getvalue()).decode()
