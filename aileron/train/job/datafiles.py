"""A dataset version as the files that a job reads: the whole of it, or one part."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from aileron.core.errors import InvalidInput
from aileron.core.steps import Context
from aileron.data.card import AnyCard, Card, read_card
from aileron.data.layout import SAMPLE_ID, Part, read_ids, read_parts, read_split

TABLE_FILE: Final = "data"
"""Name of a table's one file, before the ending of its format: ``data.csv``."""
DEFAULT_FORMATS: Final[Mapping[str, tuple[str, ...]]] = {
    "table": ("csv",),
    "image": ("image_folders", "coco", "mask_png"),
    "text": ("text_jsonl",),
    "audio": ("audio_folders", "dcase_tsv"),
    "series": ("series_csv",),
}
"""Modality -> formats; the first one for the dataset's task is its default."""


def write_samples(
    context: Context,
    dataset: Path,
    folder: Path,
    format_: str | None,
    only: Collection[str] | None = None,
) -> None:
    """Write the DATASET artifact in `dataset` into the new `folder`.

    Args:
        format_: a format of `aileron dataset formats`; default: by modality and task.
        only: ids of the samples to write; default: all.

    Raises:
        InvalidInput: there is no such format, or it cannot hold what there is.
    """
    from aileron.data.export import export_as
    from aileron.data.table_export import table_writer

    card = read_card(dataset)
    chosen = format_ or default_format(card)
    target = folder
    if isinstance(card, Card):
        folder.mkdir(parents=True)
        target = folder / f"{TABLE_FILE}{table_writer(chosen, {}).suffix}"
    for trait, reason in export_as(dataset, target, chosen, {}, only).items():
        context.log(f"{chosen} loses {trait}: {reason}")
    count = "all" if only is None else f"{len(only):,}"
    context.log(f"./{folder.name}: {count} samples of {card.name}, {chosen}")


def default_format(card: AnyCard) -> str:
    """What a dataset is written as when nobody says.

    Raises:
        InvalidInput: no default holds its task.
    """
    from aileron.data.formats import find_format

    if isinstance(card, Card):
        return DEFAULT_FORMATS["table"][0]
    if card.modality == "image" and getattr(card, "label_type", "single") == "multi":
        return "image_csv"
    for name in DEFAULT_FORMATS[card.modality]:
        if card.task in find_format(name, card.modality).tasks:
            return name
    task = card.task.replace("_", " ")
    raise InvalidInput("train.job.no_default_format", dataset=card.name, task=task)


def given_part(dataset: Path, part: Part) -> frozenset[str]:
    """Ids of the samples that the DATASET artifact itself gives to `part`.

    Raises:
        InvalidInput: there are none.
    """
    parts = read_parts(dataset)
    ids = read_ids(dataset)
    found = frozenset(
        sample
        for sample, given in zip(ids.to_pylist(), parts.to_pylist() if parts else (), strict=False)
        if given == part
    )
    if not found:
        raise InvalidInput("train.job.no_such_part", dataset=read_card(dataset).name, part=part)
    return found


def split_part(split: Path, part: Part) -> frozenset[str]:
    """Ids of the samples that the SPLIT artifact gives to `part`; empty if it has none."""
    parts = read_split(split)
    parts.index.name = SAMPLE_ID
    return frozenset(parts.index[parts == part])
