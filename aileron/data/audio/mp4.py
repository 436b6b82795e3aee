"""The facts of an M4A file from its boxes (ISO/IEC 14496-12), without decoding its sound.

No decoder of AAC comes with this project: the ones for Python bring GPL code or are programs of
the system (docs/adr/0012). That every box is whole is checked, so a file cut short is found.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

CODECS: Final = {b"mp4a": "AAC", b"alac": "ALAC"}
_ENTRY = struct.Struct(">8x8xHH4xI")
"""AudioSampleEntry after its size and type: channels, bits, rate as 16.16 fixed point."""


class Broken(Exception):
    """The boxes cannot be followed."""


class Truncated(Exception):
    """A box promises more bytes (`said`) than the file has (`found`)."""

    def __init__(self, said: int, found: int) -> None:
        super().__init__(said, found)
        self.said, self.found = said, found


@dataclass(frozen=True)
class Track:
    """The first sound track."""

    codec: str
    sample_rate: int
    channels: int
    seconds: float


def is_mp4(content: bytes) -> bool:
    """Whether a file begins as the family of MP4 does."""
    return content[4:8] == b"ftyp"


def sound_track(content: bytes) -> Track | None:
    """The sound track of an M4A; None if it has none of a known codec, or is a film or a stream.

    Raises:
        Truncated: the file ends inside a box.
        Broken: a box is no box.
    """
    boxes = dict(_boxes(memoryview(content)))
    if b"mdat" not in boxes or b"moov" not in boxes:
        raise Broken("no sound and no table of it")
    tracks = [dict(_boxes(body)) for kind, body in _boxes(boxes[b"moov"]) if kind == b"trak"]
    found = [_track(track) for track in tracks]
    sounds = [track for track in found if track is not None]
    return sounds[0] if len(sounds) == 1 and sounds[0].seconds > 0 else None


def _boxes(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """(type, body) of the boxes that lie one after the other in `data`."""
    start = 0
    while start + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, start)
        head = 8
        if size == 1 and start + 16 <= len(data):
            (size,), head = struct.unpack_from(">Q", data, start + 8), 16
        elif size == 0:
            size = len(data) - start
        if size < head:
            raise Broken("a box of impossible size")
        if start + size > len(data):
            raise Truncated(start + size, len(data))
        yield kind, data[start + head : start + size]
        start += size


def _track(track: dict[bytes, memoryview]) -> Track | None:
    try:
        media = dict(_boxes(track[b"mdia"]))
        if bytes(media[b"hdlr"][8:12]) != b"soun":
            return None
        table = dict(_boxes(dict(_boxes(media[b"minf"]))[b"stbl"]))
        codec = bytes(table[b"stsd"][12:16])
        channels, _, rate = _ENTRY.unpack_from(table[b"stsd"], 16)
        scale, length = _duration(media[b"mdhd"])
    except (KeyError, struct.error, IndexError):
        raise Broken("its table of sound is not whole") from None
    if codec not in CODECS or not scale:
        return None
    # An ALAC track above 65,535 Hz cannot say its rate here; the time scale is the rate then.
    return Track(CODECS[codec], rate >> 16 or scale, channels, length / scale)


def _duration(header: memoryview) -> tuple[int, int]:
    """Time scale and duration of ``mdhd``."""
    wide = header[0] == 1
    found: tuple[int, int] = struct.unpack_from(
        ">IQ" if wide else ">II", header, 20 if wide else 12
    )
    return found
