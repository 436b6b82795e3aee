"""What the sound of recordings is like: level, silence, clipping.

Each recording is read in blocks; what libsndfile cannot read (M4A) has no such facts.
"""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    import numpy as np

FRAME_SECONDS: Final = 0.1
QUIET: Final = 0.01
"""40 dB below the loudest frame."""
FULL_SCALE: Final = 0.999
LOWEST: Final = -120.0
"""Decibels of nothing but zeros."""


class Sound(NamedTuple):
    """One recording."""

    content_digest: str
    loudness: float | None
    silence_share: float | None
    clipped_share: float | None


def measure(digest: str, data: bytes) -> Sound:
    """What the recording `data` is like."""
    import numpy as np
    import soundfile

    powers: list[float] = []
    squares, count, clipped = 0.0, 0, 0
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            frames = max(1, int(file.samplerate * FRAME_SECONDS))
            for block in file.blocks(frames, dtype="float32", always_2d=True):
                square = np.square(block, dtype=np.float64)
                powers.append(float(square.mean()))
                squares += float(square.sum())
                count += block.size
                clipped += int((np.abs(block) >= FULL_SCALE).sum())
    except soundfile.LibsndfileError:
        return Sound(digest, None, None, None)
    if not count:
        return Sound(digest, LOWEST, 1.0, 0.0)
    return Sound(
        digest,
        loudness=round(_decibels(squares / count), 2),
        silence_share=round(_silent(np.sqrt(powers)), 4),
        clipped_share=round(clipped / count, 6),
    )


def _decibels(power: float) -> float:
    return max(LOWEST, 10 * math.log10(power)) if power > 0 else LOWEST


def _silent(levels: np.ndarray[Any, Any]) -> float:
    """The share of frames that are far below the loudest, all of them if that is nothing."""
    loudest = float(levels.max())
    return float((levels < QUIET * loudest).mean()) if loudest > 0 else 1.0
