"""A dataset of samples in another format: files that other tools read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from aileron.core.errors import InvalidInput
from aileron.data.audio.card import AudioCard
from aileron.data.audio.dataset import AudioDataset
from aileron.data.card import AnyCard, Card, read_card
from aileron.data.formats import Format, Writing, find_format
from aileron.data.formats.traits import Keep, Trait
from aileron.data.formats.usage import check_writable, traits_of
from aileron.data.images.card import ImageCard
from aileron.data.images.dataset import ImageDataset
from aileron.data.series.card import SeriesCard
from aileron.data.series.dataset import SeriesDataset
from aileron.data.table_export import export_table, table_writer
from aileron.data.texts.dataset import TextDataset
from aileron.data.trees.sinks import open_sink


class _Records:
    """The records of a dataset, which are read anew each time."""

    def __init__(self, read: Callable[[], Iterator[Any]], only: Collection[str] | None) -> None:
        self._read = read
        self._only = only

    def __iter__(self) -> Iterator[Any]:
        if self._only is None:
            return self._read()
        chosen = (record for record in self._read() if record.sample_id in self._only)
        return (replace(record, split=None) for record in chosen)


def export_as(
    folder: Path,
    target: Path,
    format_: str,
    options: Mapping[str, str],
    only: Collection[str] | None = None,
) -> dict[str, Any]:
    """Write the DATASET artifact in `folder` in the format of that name.

    Args:
        target: new; of a table a file, else a folder, or by its name a ``.zip`` or ``.tar``.
        only: ids of the samples to write, as if they belonged to no part; default: all.

    Returns:
        Trait -> why it is lost; empty of a table.

    Raises:
        InvalidInput: no such format or option, or it cannot hold what there is.
    """
    card = read_card(folder)
    if isinstance(card, Card):
        if target.exists():
            raise InvalidInput("data.target_exists", where=str(target))
        export_table(folder, target, table_writer(format_, options), only)
        return {}
    written = find_format(format_, card.modality).with_options(options)
    losses = export(folder, target, written, only)
    return {trait.value: str(cell.reason) for trait, cell in losses.items()}


def file_name(card: AnyCard, format_: str) -> str:
    """What an exported dataset's one file is called.

    Raises:
        InvalidInput: it is a table, and tables have no such format.
    """
    suffix = table_writer(format_, {}).suffix if isinstance(card, Card) else ".zip"
    return f"{card.name}{suffix}"


def export(
    folder: Path, target: Path, format_: Format[Any], only: Collection[str] | None = None
) -> Mapping[Trait, Keep]:
    """Write the samples in `folder` to the new `target`; returns what is lost.

    Args:
        target: a folder, or by its name a ``.zip`` or ``.tar``.
        only: as `export_as`.

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
        records, media = _Records(pictures.records, only), {"media": pictures.picture}
    elif isinstance(card, AudioCard):
        recordings = AudioDataset.read(folder)
        records, media = _Records(recordings.records, only), {"media": recordings.recording}
    elif isinstance(card, SeriesCard):
        series = SeriesDataset.read(folder)
        records, media = _Records(series.records, only), {"media": series.series}
    else:
        records = _Records(TextDataset.read(folder).records, only)
    losses = check_writable(format_, traits_of(records, card.labels))
    with open_sink(target) as sink:
        format_.write(Writing(card.task, card.labels, records, name=card.name, **media), sink)
    return losses
