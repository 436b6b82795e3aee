"""A decoded picture with what is drawn on it, and the operations applied to both."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aileron.core.errors import InvalidInput
from aileron.data.formats.records import ImageSample, Object
from aileron.data.preparing.images.objects import Rules, move_objects
from aileron.data.preparing.images.operations import PictureOperation
from aileron.data.preparing.images.placement import Placement
from aileron.data.preparing.images.warping import warp

if TYPE_CHECKING:
    from PIL import Image


JPEG: Final = "JPEG"
PNG: Final = "PNG"
QUALITY: Final = 95


@dataclass(frozen=True)
class Frame:
    """A picture, upright and with 8 bits per channel, of mode L or RGB."""

    image: Image.Image
    objects: tuple[Object, ...] = ()

    def placed(self, placement: Placement, fill: int, rules: Rules) -> Frame:
        """Picture and objects where `placement` puts them."""
        image = warp(self.image, placement, fill, nearest=False)
        if image is self.image:
            return self
        return Frame(image, move_objects(self.objects, placement, self.image.size, rules))


@dataclass(frozen=True)
class Encoded:
    """The file of a picture."""

    data: bytes
    format: str
    mode: str
    width: int
    height: int


def open_frame(data: bytes, record: ImageSample) -> tuple[Frame, str]:
    """The picture of `record` and its format.

    Raises:
        InvalidInput: it cannot be decoded; names the sample.
    """
    from aileron.serve.pictures import PictureError, decode

    try:
        picture = decode(data)
    except PictureError as error:
        raise InvalidInput(
            "data.preparing.broken_picture",
            where=record.sample_id, sample=record.sample_id, problem=str(error),
        ) from None  # fmt: skip
    return Frame(picture.image, record.objects), picture.format


def apply(operations: Sequence[PictureOperation], frame: Frame, rules: Rules, sample: str) -> Frame:
    """`frame` after `operations`, in their order.

    Raises:
        InvalidInput: one leaves nothing of the picture.
    """
    for operation in operations:
        width, height = frame.image.size
        try:
            placement = operation.placement(width, height)
        except ValueError as error:
            name = getattr(operation, "operation", "")
            raise InvalidInput(
                "data.preparing.nothing_of_picture", where=sample, operation=name,
                sample=sample, width=width, height=height, problem=str(error),
            ) from None  # fmt: skip
        if placement is not None:
            frame = frame.placed(placement, operation.ground, rules)
        image = operation.picture(frame.image)
        frame = frame if image is frame.image else Frame(image, frame.objects)
    return frame


def encode(image: Image.Image, form: str) -> Encoded:
    """`image` as the file format `form` if that is JPEG, else PNG, which loses nothing."""
    file = io.BytesIO()
    form = JPEG if form in (JPEG, "MPO") else PNG
    if form == JPEG:
        image.save(file, JPEG, quality=QUALITY, subsampling=0)
    else:
        image.save(file, PNG, compress_level=3)
    return Encoded(file.getvalue(), form, image.mode, *image.size)
