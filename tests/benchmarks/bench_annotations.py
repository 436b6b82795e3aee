"""COCO with a million boxes on 10,000 pictures to a version: seconds and peak memory.

Runs in a process of its own, imports included: `data.ingest_images` with every picture decoded
and every box checked, the store, and the version with its DVC objects. `reader_seconds` is the
reader of the format alone, on the same file.
"""

from __future__ import annotations

import io
import json
import os
import random
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from common import StepContext, give, median, say

BOXES: Final = int(os.environ.get("BENCH_BOXES", "1000000"))
EACH: Final = 100
PICTURES: Final = max(BOXES // EACH, 1)
CLASSES: Final = 80
SIDE: Final = 128
ROUNDS: Final = int(os.environ.get("BENCH_ROUNDS", "3"))


def write(archive: Path) -> None:
    """A tar as people pack COCO: pictures, and one JSON of all that is on them."""
    import numpy as np
    from PIL import Image

    out = io.BytesIO()
    values = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
    Image.fromarray(values).save(out, "JPEG", quality=75)
    names = [f"{number:06d}.jpg" for number in range(PICTURES)]
    document = {
        "images": [
            {"id": i, "file_name": name, "width": SIDE, "height": SIDE}
            for i, name in enumerate(names)
        ],
        "categories": [{"id": i + 1, "name": f"class_{i}"} for i in range(CLASSES)],
        "annotations": list(annotations()),
    }
    with tarfile.open(archive, "w") as file:
        add(file, "annotations/instances_train.json", json.dumps(document).encode())
        for number, name in enumerate(names):
            add(file, f"images/train/{name}", out.getvalue() + number.to_bytes(8, "big"))


def annotations() -> Iterator[dict[str, Any]]:
    chance = random.Random(0)
    for number in range(BOXES):
        x, y = round(chance.uniform(0, 90), 2), round(chance.uniform(0, 90), 2)
        width, height = round(chance.uniform(1, 30), 2), round(chance.uniform(1, 30), 2)
        yield {
            "id": number + 1, "image_id": number % PICTURES,
            "category_id": 1 + chance.randrange(CLASSES), "bbox": [x, y, width, height],
            "area": width * height, "iscrowd": 0,
        }  # fmt: skip


def add(file: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    file.addfile(info, io.BytesIO(content))


def whole(source: Path, work: Path) -> int:
    """From the archive to a version; how many boxes it has."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from aileron.core.ports import ArtifactKind
    from aileron.data.images.ingest import IngestImages, IngestImagesConfig
    from aileron.data.versions import Versions
    from aileron.store import open_store

    config = IngestImagesConfig(name="boxes", task="detection", format="coco")
    made = IngestImages().run(StepContext(work), config, {"source": source.parent})["dataset"]
    open_store(str(work / "store")).put(ArtifactKind.DATASET, made)
    Versions(work / "data.git", str(work / "remote")).publish(made, "default", "bench")
    objects = pq.read_table(made / "samples.parquet", columns=["objects"])["objects"]
    return int(pc.sum(pc.list_value_length(objects)).as_py())


def reader(source: Path, work: Path) -> int:
    """The reader alone."""
    from aileron.data.formats import Problems, find_format
    from aileron.data.trees.tree import FileTree, open_files

    tree = FileTree(source.name, open_files(source, work))
    reading = find_format("coco", "image").read(tree, "detection", Problems())
    return sum(len(sample.objects) for sample in reading.samples)


SIDES: Final = {"whole": whole, "reader": reader}


def measured(side: str, source: Path) -> dict[str, Any]:
    """One run in a process of its own."""
    with tempfile.TemporaryDirectory(dir=source.parent.parent) as work:
        begin = time.perf_counter()
        done = subprocess.run(
            [sys.executable, __file__, side, str(source), work],
            check=True, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        seconds = time.perf_counter() - begin
    return {"seconds": round(seconds, 2)} | json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    if len(sys.argv) == 4:
        boxes = SIDES[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
        used = resource.getrusage(resource.RUSAGE_SELF)
        cpu, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
        print(json.dumps({"boxes": boxes, "cpu_seconds": round(cpu, 2), "peak_mb": round(peak)}))
        return
    with tempfile.TemporaryDirectory(prefix="aileron-bench-boxes-") as work:
        source = Path(work) / "source" / "coco.tar"
        source.parent.mkdir()
        write(source)
        found: dict[str, list[dict[str, Any]]] = {side: [] for side in SIDES}
        for _ in range(ROUNDS):
            for side, runs in found.items():
                runs.append(measured(side, source))
                say(f"{side}: {runs[-1]}")
    assert all(one["boxes"] == BOXES for runs in found.values() for one in runs)
    give(
        {
            "benchmark": "annotations",
            "boxes": BOXES,
            "pictures": PICTURES,
            "seconds": median([one["seconds"] for one in found["whole"]]),
            "cpu_seconds": median([one["cpu_seconds"] for one in found["whole"]]),
            "peak_mb": max(one["peak_mb"] for one in found["whole"]),
            "reader_seconds": median([one["seconds"] for one in found["reader"]]),
            "reader_peak_mb": max(one["peak_mb"] for one in found["reader"]),
            "rounds": found,
        }
    )


if __name__ == "__main__":
    main()
