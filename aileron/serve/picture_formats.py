"""Which formats of pictures are taken, told by a file's first bytes."""

from __future__ import annotations

from typing import Final

from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from .picture_errors import PictureError

PLUGINS: Final = {
    "JPEG": JpegImagePlugin,
    "PNG": PngImagePlugin,
    "BMP": BmpImagePlugin,
    "GIF": GifImagePlugin,
    "WEBP": WebPImagePlugin,
    "TIFF": TiffImagePlugin,
}
"""Imported by name, so that Pillow never looks for others among what is installed."""
FORMATS: Final = tuple(PLUGINS)
"""What is taken."""
_SIGNATURES: Final = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"BM", "BMP"),
    (b"GIF8", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
)
_STRANGERS: Final = (
    (0, b"%PDF", "PDF"),
    (0, b"<svg", "SVG"),
    (0, b"<?xml", "XML or SVG"),
    (0, b"8BPS", "PSD"),
    (0, b"\x00\x00\x01\x00", "ICO"),
    (0, b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (4, b"ftypavif", "AVIF"),
    (4, b"ftyphei", "HEIC"),
    (4, b"ftypmif1", "HEIC"),
    (128, b"DICM", "DICOM"),
)
"""Pictures and papers of other formats: place, bytes, name."""


def picture_format(data: bytes) -> str | None:
    """One of `FORMATS` by the first bytes, or None."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    return next((name for start, name in _SIGNATURES if data.startswith(start)), None)


def unknown(data: bytes) -> PictureError:
    """The refusal of a file that is of none of `FORMATS`."""
    if not data:
        return PictureError("empty")
    wanted = ", ".join(FORMATS)
    start = data[:160].lstrip(b"\xef\xbb\xbf \t\r\n") if data[:1] in b"\xef \t\r\n<" else data
    for place, mark, name in _STRANGERS:
        if start[place : place + len(mark)] == mark:
            return PictureError("unsupported", found=name, wanted=wanted)
    return PictureError("not_a_picture", wanted=wanted)
