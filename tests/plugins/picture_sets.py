"""DATASET and SPLIT artifacts of small pictures, made here so that training stands alone.

A dataset is given as (labels, array) pairs: arrays of 8 bits, [h, w] grey or [h, w, 3].
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from plugins.tables import TableInputs
from plugins.written_media import written_media

from aileron.data.images import ImageCard
from aileron.data.images.card import ImageCounts, ImageSource
from aileron.data.images.layout import Sample
from aileron.data.images.writer import write_samples

Labelled = tuple[tuple[str, ...], np.ndarray[Any, Any]]
NewPictures = Callable[..., TableInputs]
PARTS = ("train", "train", "train", "validation", "test")


def stripes(
    count: int = 40, size: int = 32, kinds: Sequence[str] = ("across", "down"), seed: int = 0
) -> list[Labelled]:
    """Grey pictures of stripes with noise: across, down, or plain noise, in turn."""
    chance = np.random.default_rng(seed)
    rows, columns = np.mgrid[:size, :size]
    pattern = {"across": rows, "down": columns, "none": np.zeros((size, size), int)}
    made = []
    for number in range(count):
        kind = kinds[number % len(kinds)]
        wave = np.sin(pattern[kind] * chance.uniform(0.8, 1.2) + chance.uniform(0, 6))
        values = 128 + 90 * wave + chance.normal(0, 20, (size, size))
        made.append(((kind,), values.clip(0, 255).astype(np.uint8)))
    return made


def grids(count: int = 60, size: int = 32, seed: int = 0) -> list[Labelled]:
    """Pictures with stripes across, down, both or neither: any number of labels."""
    chance = np.random.default_rng(seed)
    rows, columns = np.mgrid[:size, :size]
    made = []
    for number in range(count):
        labels = tuple(n for n, there in (("across", number & 1), ("down", number & 2)) if there)
        values = 128 + chance.normal(0, 15, (size, size))
        for label in labels:
            wave = rows if label == "across" else columns
            values = values + 60 * np.sin(wave + chance.uniform(0, 6))
        made.append((labels, values.clip(0, 255).astype(np.uint8)))
    return made


def digit_pictures(size: int = 64) -> list[Labelled]:
    """scikit-learn's digits, enlarged."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    sized = [
        Image.fromarray((image / 16 * 255).astype(np.uint8)).resize((size, size), Image.BICUBIC)
        for image in digits.images
    ]
    pictures = [np.asarray(image) for image in sized]
    return [((str(t),), p) for t, p in zip(digits.target, pictures, strict=True)]


def write_pictures(
    folder: Path,
    pictures: Iterable[Labelled | tuple[tuple[str, ...], bytes]],
    *,
    parts: Sequence[str] = PARTS,
    multi: bool = False,
    classes: Sequence[str] | None = None,
) -> TableInputs:
    """Write a dataset; the nth picture of each class belongs to the nth of `parts`, in turn."""
    contents: dict[str, bytes] = {}
    samples: list[Sample] = []
    seen: Counter[tuple[str, ...]] = Counter()
    given: list[tuple[str, str]] = []
    for number, (labels, picture) in enumerate(pictures):
        content = picture if isinstance(picture, bytes) else png(picture)
        grey = not isinstance(picture, bytes) and picture.ndim == 2
        side = 32 if isinstance(picture, bytes) else picture.shape[0]
        digest = sha256(content).hexdigest()
        contents[digest] = content
        name = f"{'_'.join(labels) or 'none'}/{number:05d}"
        samples.append(
            Sample(
                name, digest, labels, None, side, side, "L" if grey else "RGB", "PNG", len(content)
            )
        )
        given.append((name, parts[seen[labels] % len(parts)]))
        seen[labels] += 1
    found = tuple(classes or sorted({label for sample in samples for label in sample.labels}))
    inputs = TableInputs(folder / "dataset", folder / "split")
    written = write_samples(
        inputs.dataset,
        samples,
        written_media(inputs.dataset, contents.values()),
        found,
        "multi" if multi else "single",
    )
    ImageCard(
        name="pictures",
        label_type="multi" if multi else "single",
        classes=found,
        class_counts=Counter(label for sample in samples for label in sample.labels),
        counts=ImageCounts(
            rows=len(samples),
            pictures=written.pictures,
            bytes=written.bytes,
            refused=0,
        ),
        digest=written.digest,
        source=ImageSource(file="pictures", sha256="0" * 64),
        created_by="test@1",
    ).write(inputs.dataset)
    inputs.split.mkdir(parents=True)
    columns = {"sample_id": [name for name, _ in given], "split": [part for _, part in given]}
    pq.write_table(pa.table(columns), inputs.split / "split.parquet")
    (inputs.split / "split.json").write_text('{"format_version": 1, "seed": 0}')
    return inputs


def png(values: np.ndarray[Any, Any]) -> bytes:
    """The bytes of a PNG file."""
    file = io.BytesIO()
    Image.fromarray(values).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def new_pictures(tmp_path: Path) -> NewPictures:
    """``new_pictures(pictures, ...)``: see `write_pictures`; each call writes another dataset."""
    made: list[TableInputs] = []

    def make(pictures: Iterable[Any], **options: Any) -> TableInputs:
        made.append(write_pictures(tmp_path / f"pictures{len(made)}", pictures, **options))
        return made[-1]

    return make
