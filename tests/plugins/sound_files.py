"""Recordings for tests: real WAV, FLAC and MP3 by libsndfile, an M4A by its boxes."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

RATE = 8000


def sound(
    format_: str = "WAV", seconds: float = 0.5, tone: float = 440.0, rate: int = RATE
) -> bytes:
    """A tone of so many seconds as a file of `format_`; another tone, other bytes."""
    import numpy as np
    import soundfile

    wave = np.sin(np.arange(round(seconds * rate)) * tone * 2 * np.pi / rate).astype("float32")
    out = io.BytesIO()
    soundfile.write(out, wave, rate, format=format_)
    return out.getvalue()


def m4a(
    seconds: int = 2, rate: int = 44100, codec: bytes = b"mp4a", kind: bytes = b"soun"
) -> bytes:
    """The boxes of an M4A; its sound is zeros, which nobody decodes here."""
    entry = _box(codec, struct.pack(">8x8xHH4xI", 2, 16, rate << 16))
    table = _box(b"stbl", _box(b"stsd", struct.pack(">II", 0, 1) + entry))
    header = _box(b"mdhd", struct.pack(">IIIIII", 0, 0, 0, rate, seconds * rate, 0))
    handler = _box(b"hdlr", struct.pack(">II4s", 0, 0, kind) + bytes(13))
    track = _box(b"trak", _box(b"mdia", header + handler + _box(b"minf", table)))
    return _box(b"ftyp", b"M4A \0\0\0\0") + _box(b"moov", track) + _box(b"mdat", bytes(1000))


def zipped(path: Path, files: Mapping[str, bytes]) -> Path:
    """A zip of `files` at `path`."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def pets(count: int = 4) -> dict[str, bytes]:
    """Recordings in folders of two classes: path -> bytes, each different."""
    return {
        f"{name}/{i}.wav": sound(tone=400 + 10 * i + (5 if name == "dog" else 0))
        for name in ("cat", "dog")
        for i in range(count)
    }


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body
