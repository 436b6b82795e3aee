"""A dataset of pictures in another format: a folder or an archive that other tools read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from aileron.core.errors import InvalidInput
from aileron.data.formats import Format, Writing
from aileron.data.formats.records import ImageSample
from aileron.data.formats.traits import Keep, Trait
from aileron.data.formats.usage import check_writable, traits_of
from aileron.data.images.dataset import ImageDataset
from aileron.data.trees.sinks import open_sink


class _Records:
    """The records of a dataset, which are read anew each time."""

    def __init__(self, dataset: ImageDataset) -> None:
        self._dataset = dataset

    def __iter__(self) -> Iterator[ImageSample]:
        return self._dataset.records()


def export_pictures(
    folder: Path, target: Path, format_: Format[ImageSample]
) -> Mapping[Trait, Keep]:
    """Write the DATASET artifact in `folder` to the new `target`; returns what is lost.

    Args:
        target: a folder, or by its name a ``.zip`` or ``.tar``.

    Raises:
        InvalidInput: it is no dataset of pictures, or says what the format cannot hold; then
            nothing is written.
    """
    dataset = ImageDataset.read(folder)
    card = dataset.card
    if card.task not in format_.tasks:
        task = card.task.replace("_", " ")
        raise InvalidInput("data.formats.other_task", format=format_.name, task=task)
    records = _Records(dataset)
    losses = check_writable(format_, traits_of(records, card.labels))
    with open_sink(target) as sink:
        writing = Writing(
            task=card.task,
            labels=card.labels,
            samples=records,
            media=dataset.picture,
            name=card.name,
        )
        format_.write(writing, sink)
    return losses
