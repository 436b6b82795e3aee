"""A dataset of pictures or texts in another format: files that other tools read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from aileron.core.errors import InvalidInput
from aileron.data.card import Card, read_card
from aileron.data.formats import Format, Writing
from aileron.data.formats.traits import Keep, Trait
from aileron.data.formats.usage import check_writable, traits_of
from aileron.data.images.card import ImageCard
from aileron.data.images.dataset import ImageDataset
from aileron.data.texts.dataset import TextDataset
from aileron.data.trees.sinks import open_sink


class _Records:
    """The records of a dataset, which are read anew each time."""

    def __init__(self, read: Callable[[], Iterator[Any]]) -> None:
        self._read = read

    def __iter__(self) -> Iterator[Any]:
        return self._read()


def export(folder: Path, target: Path, format_: Format[Any]) -> Mapping[Trait, Keep]:
    """Write the DATASET artifact in `folder` to the new `target`; returns what is lost.

    Args:
        target: a folder, or by its name a ``.zip`` or ``.tar``.

    Raises:
        InvalidInput: it is a table, or says what the format cannot hold; then nothing is written.
    """
    card = read_card(folder)
    if isinstance(card, Card):
        raise InvalidInput("data.tables_are_not_exported", name=card.name)
    if card.modality != format_.modality or card.task not in format_.tasks:
        task = card.task.replace("_", " ")
        raise InvalidInput("data.formats.other_task", format=format_.name, task=task)
    media: dict[str, Any] = {}
    if isinstance(card, ImageCard):
        pictures = ImageDataset.read(folder)
        records, media = _Records(pictures.records), {"media": pictures.picture}
    else:
        records = _Records(TextDataset.read(folder).records)
    losses = check_writable(format_, traits_of(records, card.labels))
    with open_sink(target) as sink:
        format_.write(Writing(card.task, card.labels, records, name=card.name, **media), sink)
    return losses
