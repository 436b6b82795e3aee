"""Datasets of real small pictures with things drawn on them, for tests of preparing."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw
from plugins.written_media import written_media

from aileron.core.digest import digest_bytes
from aileron.data.formats.images.geometry import encode_mask
from aileron.data.formats.records import Box, KeyPoint, Object
from aileron.data.images.card import ImageCard, ImageCounts, ImageSource
from aileron.data.images.layout import Sample
from aileron.data.images.writer import write_samples
from aileron.data.layout import Part

WIDTH, HEIGHT = 48, 32
DARK, BRIGHT = (20, 30, 60), (240, 220, 40)


def painting(number: int, size: tuple[int, int] = (WIDTH, HEIGHT)) -> tuple[Image.Image, Object]:
    """A dark picture with one bright rectangle, and the object that it is."""
    left, top = 6 + number % 12, 5 + number % 7
    box = Box(float(left), float(top), 14.0, 10.0)
    image = Image.new("RGB", size, DARK)
    ImageDraw.Draw(image).rectangle((left, top, left + 13, top + 9), fill=BRIGHT)
    return image, thing(box, size)


def thing(box: Box, size: tuple[int, int] = (WIDTH, HEIGHT)) -> Object:
    """An object of every kind of drawing: a box, its outline, its mask, and two key points."""
    right, bottom = box.x + box.width, box.y + box.height
    pixels = np.zeros((size[1], size[0]), dtype=bool)
    pixels[int(box.y) : int(bottom), int(box.x) : int(right)] = True
    return Object(
        "lamp",
        box,
        polygons=((box.x, box.y, right, box.y, right, bottom, box.x, bottom),),
        mask=encode_mask(pixels),
        points=(KeyPoint(box.x, box.y, 2), KeyPoint(right, bottom, 2)),
    )


def as_file(image: Image.Image, form: str = "PNG") -> bytes:
    file = io.BytesIO()
    image.save(file, form)
    return file.getvalue()


def painted(
    folder: Path,
    total: int = 6,
    *,
    form: str = "PNG",
    objects: bool = True,
    parts: Sequence[Part | None] = ("train", "train", "test"),
    **card: Any,
) -> Path:
    """A DATASET of `total` paintings, with parts in turn."""
    contents: list[bytes] = []
    samples = []
    for number in range(total):
        image, drawn = painting(number)
        contents.append(data := as_file(image, form))
        samples.append(
            Sample(
                f"s{number:03d}", digest_bytes(data), () if objects else ("lamp",),
                parts[number % len(parts)], WIDTH, HEIGHT, "RGB", form, len(data),
                objects=(drawn,) if objects else (),
            )
        )  # fmt: skip
    points: Mapping[str, Any] = {"lamp": {"names": ["left_end", "right_end"], "skeleton": []}}
    facts: dict[str, Any] = {"task": "detection", "points": points} if objects else {}
    written = write_samples(
        folder, samples, written_media(folder, contents), ("lamp",), "single",
        points=points if objects else None,
    )  # fmt: skip
    ImageCard(
        name="lamps", classes=("lamp",), class_counts={"lamp": total},
        counts=ImageCounts(rows=total, pictures=written.pictures, bytes=written.bytes, refused=0),
        digest=written.digest, source=ImageSource(file="lamps", sha256="0" * 64),
        created_by="test@1", **(facts | card),
    ).write(folder)  # fmt: skip
    return folder
