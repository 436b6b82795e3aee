"""Relabelling one picture in a hundred, from the stored version to the next one.

Prints one JSON document. The dataset is made of 100,000 pictures of about 10 KB; what is timed
is what a run does with it: lay the version out from the store, run `data.relabel`, keep the
result in the store, lay that out and publish it to the data repository. Nothing of a picture is
written by that.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from common import StepContext, give, median

from aileron.core.ports import ArtifactKind
from aileron.data.images.card import ImageCard, ImageCounts, ImageSource
from aileron.data.images.layout import Sample
from aileron.data.images.writer import write_samples
from aileron.data.media import MEDIA_FOLDER, write_media
from aileron.data.operations.relabel import RelabelConfig, RelabelDataset
from aileron.data.versions import Versions
from aileron.store import Store, open_store

PICTURES = int(os.environ.get("BENCH_PICTURES", "100000"))
BYTES = 10_000
CLASSES = tuple(f"class_{number}" for number in range(10))
CHANGED = 100
"""One in so many."""
ROUNDS = 3


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="aileron-bench-relabel-") as work:
        folder = Path(work)
        store = open_store(str(folder / "store"))
        versions = Versions(folder / "data.git", str(folder / "remote"))
        reference = store.put(ArtifactKind.DATASET, first_version(folder / "first"))
        versions.publish(folder / "first", "default", "bench")
        found = [
            measure(folder / f"round{i}", store, reference, versions, i) for i in range(ROUNDS)
        ]
    give(
        {
            "benchmark": "relabel",
            "pictures": PICTURES,
            "changed": PICTURES // CHANGED,
            **{name: median([one[name] for one in found]) for name in found[0]},
            "rounds": found,
        }
    )


def first_version(folder: Path) -> Path:
    """A dataset of pictures that are noise, written as an import writes it."""
    chance = random.Random(0)
    blocks = [chance.randbytes(BYTES - 8) for _ in range(64)]

    def content(number: int) -> bytes:
        return blocks[number % 64] + number.to_bytes(8, "big")

    digests = [sha256(content(number)).hexdigest() for number in range(PICTURES)]
    numbers = {digest: number for number, digest in enumerate(digests)}
    samples = [
        Sample(
            f"{CLASSES[i % 10]}/{i:06d}.jpg", digest, (CLASSES[i % 10],), None, 100, 100, "RGB",
            "JPEG", BYTES,
        )
        for i, digest in enumerate(digests)
    ]  # fmt: skip
    (folder / MEDIA_FOLDER).mkdir(parents=True)
    places = write_media(folder / MEDIA_FOLDER, digests, lambda one: content(numbers[one]))
    written = write_samples(folder, samples, places, CLASSES, "single")
    ImageCard(
        name="noise",
        classes=CLASSES,
        class_counts=dict.fromkeys(CLASSES, PICTURES // 10),
        counts=ImageCounts(
            rows=PICTURES, pictures=written.pictures, bytes=written.bytes, refused=0
        ),
        digest=written.digest,
        source=ImageSource(file="noise", sha256="0" * 64),
        created_by="bench@1",
    ).write(folder)
    return folder


def measure(
    folder: Path, store: Store, reference: Any, versions: Versions, number: int
) -> dict[str, float]:
    """Seconds of each part of one relabelling, and how many bytes of media it wrote."""
    changes = [
        {"sample_id": f"{CLASSES[i % 10]}/{i:06d}.jpg", "labels": [CLASSES[(i + 1 + number) % 10]]}
        for i in range(0, PICTURES, CHANGED)
    ]
    config = RelabelConfig.model_validate({"changes": changes, "parent": "default/noise@v1"})
    folder.mkdir()
    remote = Path(versions.remote.objects.path)
    before = stored(remote) | stored(Path(store.root))
    seconds: dict[str, float] = {}
    with timed(seconds, "fetch_seconds"):
        first = store.fetch(reference, folder / "input")
    with timed(seconds, "relabel_seconds"):
        outputs = RelabelDataset().run(StepContext(folder), config, {"dataset": first})
    with timed(seconds, "store_seconds"):
        relabelled = store.put(ArtifactKind.DATASET, outputs["dataset"])
    with timed(seconds, "version_seconds"):  # as the step `data.version` does it
        dataset = store.fetch(relabelled, folder / "relabelled")
        version = versions.publish(dataset, "default", "bench")
        store.put(ArtifactKind.DATASET, dataset)
    assert version.version == number + 2
    new = (stored(remote) | stored(Path(store.root))).items() - before.items()
    written = sum(size for (_, _), size in new)
    shares = {path.stat().st_ino for path in (first / "media").iterdir()}
    copied = [
        path.stat().st_size
        for path in (outputs["dataset"] / "media").iterdir()
        if path.stat().st_ino not in shares
    ]
    return {
        "seconds": round(sum(seconds.values()), 3),
        **seconds,
        "media_bytes_written": sum(copied),
        "bytes_stored": written,
    }


def stored(folder: Path) -> Mapping[tuple[str, int], int]:
    """(path, inode) -> size of each file, so that one that was written again counts."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {(str(path), path.stat().st_ino): path.stat().st_size for path in files}


@contextmanager
def timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    seconds[name] = round(time.perf_counter() - begin, 3)


if __name__ == "__main__":
    main()
