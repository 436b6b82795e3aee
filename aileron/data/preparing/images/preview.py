"""What a preparation or an augmentation would make of some samples, before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from aileron.data.formats.records import ImageSample
from aileron.data.images import read_image_card
from aileron.data.images.card import ImageCard
from aileron.data.preparing.images.augment import AugmentConfig
from aileron.data.preparing.images.changes import rules_of
from aileron.data.preparing.images.copies import Copies
from aileron.data.preparing.images.drawing import drawn, side_by_side
from aileron.data.preparing.images.frame import Frame, apply, open_frame
from aileron.data.preparing.images.prepare import PrepareImagesConfig
from aileron.data.preparing.images.streaming import Source

if TYPE_CHECKING:
    import pyarrow as pa

Make = Callable[[ImageSample, Frame], Frame]


def preview(
    folder: Path,
    config: PrepareImagesConfig | AugmentConfig,
    n: int = 8,
    seed: int = 0,
    shards: Collection[str] | None = None,
) -> list[tuple[str, bytes]]:
    """Sample id, and a PNG of the picture before and after side by side, objects drawn onto both.

    Args:
        folder: a DATASET artifact of pictures.
        n: how many samples; they are taken evenly from all of them.
        seed: of an augmentation; its first copies are shown.
        shards: files of media that are there, of a folder that has not all of them.
    """
    card = read_image_card(folder)
    source = Source(folder, shards)
    keep, make = _maker(source, card, config, seed)
    return list(_pairs(source, _spread(keep, len(source.samples), n), make, card))


def _maker(
    source: Source, card: ImageCard, config: PrepareImagesConfig | AugmentConfig, seed: int
) -> tuple[list[bool] | None, Make]:
    if isinstance(config, AugmentConfig):
        copies = Copies(source, card, config, seed)
        return copies.keep, lambda record, frame: copies.vary(record, frame, 1)[0]
    rules = rules_of(card, config.visible)
    return None, lambda record, frame: apply(config.operations, frame, rules, record.sample_id)


def _spread(keep: list[bool] | None, total: int, n: int) -> pa.Array:
    """Whether each sample is shown: `n` of those to keep, evenly."""
    import pyarrow as pa

    places = [place for place in range(total) if keep is None or keep[place]]
    count = min(n, len(places))
    shown = {places[number * len(places) // count] for number in range(count)}
    return pa.array([place in shown for place in range(total)], pa.bool_())


def _pairs(
    source: Source, shown: pa.Array, make: Make, card: ImageCard
) -> Iterator[tuple[str, bytes]]:
    for record, row in source.rows(shown):
        frame, _ = open_frame(source.picture(row), record)
        after = make(record, frame)
        before, done = (drawn(one, card.classes) for one in (frame, after))
        yield record.sample_id, side_by_side(before, done)
