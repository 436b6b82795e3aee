"""From the bytes and the row of a sample to what a model reads and what it should answer."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aileron.core.errors import InvalidInput
from aileron.data.formats.records import AudioSample, ImageSample, SeriesSample, TextSample

if TYPE_CHECKING:
    import numpy as np

LABELLED = ("classification", "matching")
"""Tasks whose samples have labels as a whole."""


def pixels(content: bytes) -> np.ndarray[Any, Any]:
    """The upright picture: uint8 [height, width, channels], with 1 channel (grey) or 3 (RGB)."""
    import numpy as np

    from aileron.serve.pictures import decode

    found = np.array(decode(content).image)
    return found[:, :, None] if found.ndim == 2 else found


def sound(content: bytes, sample_id: str) -> tuple[np.ndarray[Any, Any], int]:
    """Float32 [channels, frames] in [-1, 1], and frames per second.

    Raises:
        InvalidInput: it is an M4A, for which there is no decoder here.
    """
    import soundfile

    if content[4:8] == b"ftyp":
        raise InvalidInput("data.loaders.no_decoder", where=sample_id)
    frames, rate = soundfile.read(io.BytesIO(content), dtype="float32", always_2d=True)
    return frames.T, rate


def text(sample: TextSample) -> Any:
    """What is read: a text, a pair of texts, a tuple of tokens, or a tuple of turns."""
    if sample.tokens:
        return sample.tokens
    if sample.turns:
        return tuple(turn._asdict() for turn in sample.turns)
    return sample.text if sample.pair is None else (sample.text, sample.pair)


def classes_of(
    labels: Sequence[str], number: Mapping[str, int], *, several: bool
) -> np.ndarray[Any, Any] | int:
    """The number of the class; of several labels, a 1.0 for each of them and 0.0 for others."""
    import numpy as np

    if not several:
        (label,) = labels
        return number[label]
    marks = np.zeros(len(number), dtype=np.float32)
    marks[[number[label] for label in labels]] = 1.0
    return marks


def boxes(sample: ImageSample, number: Mapping[str, int]) -> dict[str, np.ndarray[Any, Any]]:
    """What is drawn: `boxes` float32 [n, 4] as x0, y0, x1, y1 in pixels, `labels` int64 [n]."""
    import numpy as np

    corners = [
        (box.x, box.y, box.x + box.width, box.y + box.height)
        for box in (thing.box for thing in sample.objects)
    ]
    labels = [number[thing.label] for thing in sample.objects]
    return {
        "boxes": np.array(corners, dtype=np.float32).reshape(-1, 4),
        "labels": np.array(labels, dtype=np.int64),
    }


def channels(content: bytes) -> np.ndarray[Any, Any]:
    """A time series: float64 [time and channels, points]."""
    from aileron.data.series.values import values_of

    return values_of(content)


def segments(
    sample: AudioSample | SeriesSample, number: Mapping[str, int]
) -> dict[str, np.ndarray[Any, Any]]:
    """What is heard: `segments` float64 [n, 2] as start and end, `labels` int64 [n]."""
    import numpy as np

    times = [(one.start, one.end) for one in sample.segments]
    labels = [number[one.label] for one in sample.segments]
    return {
        "segments": np.array(times, dtype=np.float64).reshape(-1, 2),
        "labels": np.array(labels, dtype=np.int64),
    }


def marks(sample: TextSample) -> tuple[Any, ...]:
    """What is marked in a text: its tags, or its spans as (label, start, end); () if nothing."""
    return sample.tags or tuple(tuple(span) for span in sample.spans)
