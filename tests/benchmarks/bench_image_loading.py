"""10,000 pictures in random order through a torch loader: our shards, and loose files.

Pictures are JPEGs of about 10 KB. Both sides decode with the same decoder and hand over the same
tensors through two workers; `bytes_ratio` is the same without decoding, in one process. Files
and shards are in the page cache: a disk would hide what is compared.
"""

from __future__ import annotations

import io
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from common import alternate, give, median
from PIL import Image
from torch.utils.data import DataLoader, Dataset, Subset

from aileron.core.digest import digest_bytes
from aileron.data.images.card import ImageCard, ImageCounts, ImageSource
from aileron.data.images.layout import Sample
from aileron.data.images.writer import write_samples
from aileron.data.loaders import torch_samples
from aileron.data.loaders.decoding import pixels
from aileron.data.media import MEDIA_FOLDER, write_media

PICTURES: Final = 20_000
DRAWN: Final = 10_000
BASES: Final = 100
SIDE: Final = 128
ROUNDS: Final = 7
WORKERS: Final = 2
BATCH: Final = 64


class LooseFiles(Dataset[Any]):
    """What people write for a folder of pictures."""

    def __init__(self, paths: list[Path]) -> None:
        self.paths = paths

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        content = self.paths[index].read_bytes()
        return torch.from_numpy(pixels(content)).permute(2, 0, 1), index % 10


def bases() -> list[bytes]:
    """JPEGs of smooth noise, of about 10 KB."""
    generator = np.random.default_rng(0)
    made = []
    for _ in range(BASES):
        values = generator.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
        out = io.BytesIO()
        Image.fromarray(values).save(out, "JPEG", quality=75)
        made.append(out.getvalue())
    return made


def write(folder: Path) -> tuple[list[Path], Path]:
    """The loose files, and the DATASET of the same pictures."""
    jpegs = bases()
    loose = folder / "loose"
    paths, samples, by_digest = [], [], {}
    for number in range(PICTURES):
        content = jpegs[number % BASES] + number.to_bytes(8, "big")
        path = loose / f"{number % 10}" / f"{number}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        digest = digest_bytes(content)
        by_digest[digest] = path
        label = (str(number % 10),)
        facts = (SIDE, SIDE, "RGB", "JPEG", len(content))
        samples.append(Sample(f"{number:06d}", digest, label, None, *facts))
        paths.append(path)
    classes = tuple(map(str, range(10)))
    dataset = folder / "dataset"
    media = dataset / MEDIA_FOLDER
    media.mkdir(parents=True)
    places = write_media(media, by_digest, lambda digest: by_digest[digest].read_bytes())
    written = write_samples(dataset, samples, places, classes, "single")
    counts = ImageCounts(rows=PICTURES, pictures=PICTURES, bytes=written.bytes, refused=0)
    ImageCard(
        name="noise",
        classes=classes,
        class_counts=dict.fromkeys(classes, PICTURES // 10),
        counts=counts,
        digest=written.digest,
        source=ImageSource(file="noise.tar", sha256=written.digest),
        created_by="data.ingest_images@3",
    ).write(dataset)
    return paths, dataset


def through_loader(dataset: Dataset[Any], drawn: list[int]) -> float:
    """Pictures per second."""
    loader = DataLoader(Subset(dataset, drawn), batch_size=BATCH, num_workers=WORKERS)
    begin = time.perf_counter()
    count = sum(len(batch[-1]) for batch in loader)
    if count != len(drawn):
        raise SystemExit(f"{count} of {len(drawn)} pictures came")
    return round(len(drawn) / (time.perf_counter() - begin), 1)


def reading(read: Callable[[int], bytes], drawn: list[int]) -> float:
    begin = time.perf_counter()
    for index in drawn:
        read(index)
    return round(len(drawn) / (time.perf_counter() - begin), 1)


def ratio(rounds: dict[str, list[float]]) -> float:
    """Of neighbours in time: the machine's other work changes faster than all rounds take."""
    pairs = zip(rounds["aileron"], rounds["loose"], strict=True)
    return median([ours / theirs for ours, theirs in pairs])


def main() -> None:
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory(prefix="aileron-loading-") as place:
        paths, dataset = write(Path(place))
        files, samples = LooseFiles(paths), torch_samples(dataset)
        drawn = random.Random(0).sample(range(PICTURES), DRAWN)
        warm = range(PICTURES)
        reading(lambda i: paths[i].read_bytes(), list(warm))
        reading(samples.content, list(warm))  # type: ignore[attr-defined]
        decoded = alternate(
            ROUNDS,
            {
                "loose": lambda: through_loader(files, drawn),
                "aileron": lambda: through_loader(samples, drawn),
            },
        )
        plain = alternate(
            ROUNDS,
            {
                "loose": lambda: reading(lambda i: paths[i].read_bytes(), drawn),
                "aileron": lambda: reading(samples.content, drawn),  # type: ignore[attr-defined]
            },
        )
        size = sum(path.stat().st_size for path in paths) / len(paths)
    give(
        {
            "pictures": PICTURES,
            "drawn": DRAWN,
            "picture_bytes": round(size),
            "workers": WORKERS,
            "loose_per_second": median(decoded["loose"]),
            "aileron_per_second": median(decoded["aileron"]),
            "ratio": ratio(decoded),
            "bytes_ratio": ratio(plain),
            "rounds": {"decoded": decoded, "bytes": plain},
        }
    )


if __name__ == "__main__":
    main()
