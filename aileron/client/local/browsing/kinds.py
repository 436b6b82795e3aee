"""What kind of medium some bytes are, by how they begin: a browser must not guess."""

from __future__ import annotations

from typing import Final

UNKNOWN: Final = "application/octet-stream"
_TYPES: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG", "image/png"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
    (b"time,", "text/csv; charset=utf-8"),
)
"""How the bytes of a file begin -> what it is; RIFF and MP4 are looked into. A time series
begins as datasets keep it."""


def type_of(content: bytes) -> str:
    """The media type of `content`."""
    if content[:4] == b"RIFF":
        return {b"WAVE": "audio/wav", b"WEBP": "image/webp"}.get(content[8:12], UNKNOWN)
    if content[4:8] == b"ftyp":
        return "image/avif" if content[8:12] == b"avif" else "audio/mp4"
    found = (kind for begin, kind in _TYPES if content.startswith(begin))
    return next(found, UNKNOWN)
