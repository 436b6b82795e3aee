"""Pictures of a dataset scored by a given model, whether or not it was trained on it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aileron.core.errors import InvalidInput
from aileron.data import Part
from aileron.data.images import ImageDataset, ImagePart
from aileron.serve.image_model import ImageModel, ImageScores, load
from aileron.serve.model import ModelBroken
from aileron.serve.pictures import PictureArray, PictureError, read

BATCH: Final = 32
"""Pictures scored at a time, which bounds the memory."""
MOST_THREADS: Final = 4
_PROGRESS: Final = 2000


@dataclass(frozen=True)
class Scored:
    """Samples of one part with the model's scores, in the model's order of classes.

    `target` is the class of each picture, shape (pictures,), or for many labels whether it
    has each, shape (pictures, classes).
    """

    part: ImagePart
    target: NDArray[np.int64]
    scores: ImageScores

    def __len__(self) -> int:
        return len(self.part)


def threads() -> int:
    return min(MOST_THREADS, len(os.sched_getaffinity(0)))


def load_for(folder: Path, dataset: ImageDataset) -> ImageModel:
    """The model in `folder`, if it tells the classes of `dataset` apart.

    Raises:
        InvalidInput: it is no model of pictures, or tells apart something else.
    """
    try:
        model = load(folder, threads())
    except ModelBroken as error:
        raise InvalidInput("evaluate.no_picture_model", detail=str(error)) from None
    multi = model.card.task == "multi_label"
    if multi != (dataset.card.label_type == "multi"):
        kind = dataset.card.label_type
        raise InvalidInput("evaluate.other_labels", found=model.card.task, wanted=kind)
    if set(model.card.classes) != set(dataset.card.classes):
        found, wanted = (_listed(c) for c in (model.card.classes, dataset.card.classes))
        raise InvalidInput("evaluate.other_classes", found=found, wanted=wanted)
    return model


def score(
    model: ImageModel,
    dataset: ImageDataset,
    part: Part,
    log: Callable[[str], None] | None = None,
) -> Scored:
    """The samples of `part`, scored a batch at a time."""
    samples = dataset.part(part)
    found: list[ImageScores] = []
    with ThreadPoolExecutor(threads(), thread_name_prefix="decode") as pool:
        for start in range(0, len(samples), BATCH):
            places = range(start, min(start + BATCH, len(samples)))
            batch = list(pool.map(lambda i: prepared(model, samples, i), places))
            found.append(model.scores(np.stack(batch)))
            if log is not None and start and start % _PROGRESS < BATCH:
                log(f"{start:,} of {len(samples):,} {part} pictures scored")
    width = len(model.card.classes)
    scores = np.concatenate(found) if found else np.zeros((0, width))
    return Scored(samples, _target(model, dataset, samples), scores)


def prepared(model: ImageModel, samples: ImagePart, index: int) -> PictureArray:
    """One picture as the model sees it.

    Raises:
        InvalidInput: the dataset holds a picture that cannot be decoded.
    """
    try:
        return read(samples.picture(index), model.card.preparation)
    except PictureError as error:
        sample = samples.sample_ids[index]
        raise InvalidInput("evaluate.bad_picture", sample=sample, detail=str(error)) from None


def _target(model: ImageModel, dataset: ImageDataset, samples: ImagePart) -> NDArray[np.int64]:
    place = {label: index for index, label in enumerate(model.card.classes)}
    there = [place[label] for label in dataset.card.classes]
    if model.card.task == "single_label":
        return np.array([there[labels[0]] for labels in samples.labels], dtype=np.int64)
    target = np.zeros((len(samples), len(there)), dtype=np.int64)
    for row, labels in enumerate(samples.labels):
        target[row, [there[label] for label in labels]] = 1
    return target


def _listed(classes: Sequence[Any]) -> str:
    shown = ", ".join(map(repr, classes[:20]))
    return shown if len(classes) <= 20 else f"{shown} and {len(classes) - 20} more"
