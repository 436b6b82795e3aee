"""Every file that claims to be a recording is decoded once, before anyone learns from it.

WAV, FLAC and MP3 by libsndfile; of M4A the boxes are followed (`mp4`). The content says what a
file is, whatever its name.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aileron.core.digest import digest_bytes
from aileron.core.phrase import Phrase, phrase
from aileron.data.audio import mp4
from aileron.data.limits import AudioLimits

if TYPE_CHECKING:
    import soundfile

BLOCK_FRAMES: Final = 1 << 16
TAKEN: Final = {"WAV": "WAV", "WAVEX": "WAV", "RF64": "WAV", "FLAC": "FLAC", "MP3": "MP3"}
"""libsndfile's name of a container -> ours."""
STREAMED: Final = 0xFFFFFFFF
"""The size in a WAV whose writer did not know it."""
XING_AT: Final = 256
"""Where a table of an MP3 begins at the latest, after the start of its first frame."""


@dataclass(frozen=True)
class Checked:
    """A whole recording: what its samples say of it."""

    digest: str
    seconds: float
    sample_rate: int
    channels: int
    codec: str
    format: str
    bytes: int


class _Refused(Exception):
    def __init__(self, name: str, /, **values: object) -> None:
        super().__init__(name)
        self.reason: Phrase = phrase(f"data.audio.{name}", **values)


def check(content: bytes | Phrase, limits: AudioLimits) -> Checked | Phrase:
    """The facts of the recording in `content`, or a reason; a reason given is returned."""
    if isinstance(content, Phrase):
        return content
    try:
        return _facts(content, limits)
    except _Refused as refused:
        return refused.reason


def _facts(content: bytes, limits: AudioLimits) -> Checked:
    if not content:
        raise _Refused("empty")
    if limits.max_bytes is not None and len(content) > limits.max_bytes:
        raise _Refused("too_large", size=len(content), most=limits.max_bytes)
    most = limits.max_seconds
    facts = _of_mp4(content) if mp4.is_mp4(content) else _of_sound(content, most)
    _check_length(facts.seconds, most)
    return facts


def _of_sound(content: bytes, max_seconds: float) -> Checked:
    import soundfile

    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            format_ = TAKEN.get(file.format)
            if format_ is None or (format_ == "MP3" and file.subtype != "MPEG_LAYER_III"):
                raise _Refused("unknown")
            _check_length(file.frames / file.samplerate, max_seconds)
            _check_size(format_, content)
            frames = _decoded(file)
            facts = (file.samplerate, file.channels, file.subtype)
    except soundfile.LibsndfileError as error:
        problem = str(error.error_string).strip().rstrip(".")
        raise _Refused("broken" if _is_taken(content) else "unknown", problem=problem) from None
    if not frames:
        raise _Refused("silent")
    rate, channels, codec = facts
    digest = digest_bytes(content)
    return Checked(digest, frames / rate, rate, channels, codec, format_, len(content))


def _decoded(file: soundfile.SoundFile) -> int:
    """How many frames there are; each is decoded, and few are in memory."""
    return sum(len(block) for block in file.blocks(BLOCK_FRAMES, dtype="int16"))


def _of_mp4(content: bytes) -> Checked:
    try:
        track = mp4.sound_track(content)
    except mp4.Truncated as cut:
        raise _Refused("truncated", said=cut.said, found=cut.found) from None
    except mp4.Broken as error:
        raise _Refused("broken", problem=str(error)) from None
    if track is None:
        raise _Refused("no_sound_track")
    return Checked(
        digest=digest_bytes(content),
        seconds=track.seconds,
        sample_rate=track.sample_rate,
        channels=track.channels,
        codec=track.codec,
        format="M4A",
        bytes=len(content),
    )


def _check_length(seconds: float, most: float) -> None:
    if seconds > most:
        raise _Refused("too_long", seconds=seconds, most=most)


def _check_size(format_: str, content: bytes) -> None:
    """Raise if the file says itself that it was longer; libsndfile reads what is there."""
    said = {"WAV": _wav_size, "MP3": _mp3_size}.get(format_, len)(content)
    if said > len(content):
        raise _Refused("truncated", said=said, found=len(content))


def _wav_size(content: bytes) -> int:
    """Bytes of a WAV up to the end of its sound, as its chunks say."""
    place = 12
    while content[:4] == b"RIFF" and place + 8 <= len(content):
        kind, size = struct.unpack_from("<4sI", content, place)
        if kind == b"data":
            return len(content) if size == STREAMED else place + 8 + int(size)
        place += 8 + size + size % 2
    return len(content)


def _mp3_size(content: bytes) -> int:
    """Bytes of an MP3 as the table in its first frame says, if it has one (Xing, LAME)."""
    start = _after_id3(content)
    for mark in (b"Xing", b"Info"):
        place = content.find(mark, start, start + XING_AT)
        if place >= 0 and place + 16 <= len(content):
            flags, first = struct.unpack_from(">II", content, place + 4)
            said = struct.unpack_from(">I", content, place + 12)[0] if flags & 1 else first
            return start + int(said) if flags & 2 else len(content)
    return len(content)


def _after_id3(content: bytes) -> int:
    """Where the sound begins after an ID3v2 tag, whose size has seven bits a byte."""
    if content[:3] != b"ID3":
        return 0
    size = 0
    for byte in content[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size


def _is_taken(content: bytes) -> bool:
    """Whether a file begins as one of the kinds that are taken."""
    marks = (b"RIFF", b"RF64", b"fLaC", b"ID3")
    return content.startswith(marks) or (content[0] == 0xFF and content[1:2] >= b"\xe0")
