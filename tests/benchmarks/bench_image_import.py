"""Pictures of 10 KB in a folder per class to a version, and that version on another machine.

Sides take turns over the same files: Aileron's import (the folder packed into the store, laid
out, `data.ingest_images`, the store again, the version), `cp -r` with `sha256sum`, and DVC's
`add` and `push` of the loose files to a local remote. Then each is fetched with an empty cache:
our version by `Versions.get`, which is what `aileron dataset checkout` does and verifies every
byte, and the loose files by `dvc pull`.
"""

from __future__ import annotations

import io
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from common import StepContext, alternate, give, median, say
from PIL import Image

from aileron.core.ports import ArtifactKind
from aileron.data.images.ingest import IngestImages, IngestImagesConfig
from aileron.data.trees.folder import write_tar
from aileron.data.versions import Versions
from aileron.store import Entry, open_store

PICTURES: Final = int(os.environ.get("BENCH_PICTURES", "20000"))
"""The aim is stated for 100,000; ratios differ little, and loose files take DVC minutes."""
ROUNDS: Final = int(os.environ.get("BENCH_ROUNDS", "3"))
CLASSES: Final = 10
BASES: Final = 100
SIDE: Final = 128
DVC: Final = str(Path(sys.executable).with_name("dvc"))


def write(folder: Path) -> None:
    """JPEGs of noise; the number behind the last marker makes each of them different."""
    generator = np.random.default_rng(0)
    bases = []
    for _ in range(BASES):
        out = io.BytesIO()
        values = generator.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
        Image.fromarray(values).save(out, "JPEG", quality=75)
        bases.append(out.getvalue())
    for name in range(CLASSES):
        (folder / f"class_{name}").mkdir(parents=True)
    for number in range(PICTURES):
        path = folder / f"class_{number % CLASSES}" / f"{number:06d}.jpg"
        path.write_bytes(bases[number % BASES] + number.to_bytes(8, "big"))


class Sides:
    """The ways from the folder to something that is kept, and back from it."""

    def __init__(self, work: Path) -> None:
        self.work = work
        self.source = work / "source" / "pictures"
        write(self.source)
        self.number = 0

    def fresh(self, name: str) -> Path:
        """A new folder, in place of the one of the round before."""
        shutil.rmtree(self.work / name, ignore_errors=True)
        (self.work / name).mkdir()
        return self.work / name

    def aileron(self) -> float:
        work = self.fresh("aileron")
        store = open_store(str(work / "store"))
        begin = time.perf_counter()
        with store.blob() as blob:  # as a run keeps a folder of pictures
            write_tar(self.source, blob)
        entry = Entry(path="pictures.tar", digest=blob.digest, size=blob.size)
        kept = store.publish(ArtifactKind.SOURCE, [entry])
        source = store.fetch(kept, work / "source")
        config = IngestImagesConfig(name="noise")
        made = IngestImages().run(StepContext(work), config, {"source": source})
        store.put(ArtifactKind.DATASET, made["dataset"])
        self.versions(work).publish(made["dataset"], "default", "bench")
        return time.perf_counter() - begin

    def copy(self) -> float:
        target = self.fresh("copy")
        begin = time.perf_counter()
        subprocess.run(["cp", "-r", self.source, target], check=True)
        with (target / "sums").open("wb") as sums:
            found = subprocess.Popen(
                ["find", self.source, "-type", "f", "-print0"], stdout=subprocess.PIPE
            )
            subprocess.run(
                ["xargs", "-0", "sha256sum"], stdin=found.stdout, stdout=sums, check=True
            )
            assert found.wait() == 0
        return time.perf_counter() - begin

    def dvc(self) -> float:
        work = self.fresh("dvc")
        shutil.copytree(self.source, work / "pictures")
        dvc(work, "init", "--no-scm", "--quiet")
        dvc(work, "remote", "add", "--quiet", "--default", "local", str(self.fresh("loose")))
        begin = time.perf_counter()
        dvc(work, "add", "--quiet", "pictures")
        dvc(work, "push", "--quiet")
        return time.perf_counter() - begin

    def checkout(self) -> float:
        target = self.fresh("machine") / "noise"
        begin = time.perf_counter()
        self.versions(self.work / "aileron").get("default", "noise", 1, target)
        return time.perf_counter() - begin

    def pull(self) -> float:
        work = self.fresh("machine")
        dvc(work, "init", "--no-scm", "--quiet")
        dvc(work, "remote", "add", "--quiet", "--default", "local", str(self.work / "loose"))
        shutil.copyfile(self.work / "dvc" / "pictures.dvc", work / "pictures.dvc")
        begin = time.perf_counter()
        dvc(work, "pull", "--quiet")
        seconds = time.perf_counter() - begin
        assert (work / "pictures" / "class_0" / "000000.jpg").is_file()
        return seconds

    def versions(self, work: Path) -> Versions:
        return Versions(work / "data.git", str(work / "remote"))


def with_cpu(side: Callable[[], float]) -> dict[str, float]:
    """Seconds by the wall clock and of the processor, of this process and those it started."""
    before = cpu_seconds()
    seconds = side()
    return {"seconds": round(seconds, 3), "cpu_seconds": round(cpu_seconds() - before, 3)}


def cpu_seconds() -> float:
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, who))


def dvc(folder: Path, *words: str) -> None:
    variables = os.environ | {"DVC_NO_ANALYTICS": "1"}
    subprocess.run([DVC, *words], cwd=folder, env=variables, check=True)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="aileron-bench-images-") as work:
        sides = Sides(Path(work))
        say(f"{PICTURES:,} pictures written")
        inward = ("aileron", "copy", "dvc")
        found = alternate(ROUNDS, {name: measured(sides, name) for name in inward})
        found |= alternate(ROUNDS, {name: measured(sides, name) for name in ("checkout", "pull")})
    seconds = {name: median([one["seconds"] for one in runs]) for name, runs in found.items()}
    cpu = {name: median([one["cpu_seconds"] for one in runs]) for name, runs in found.items()}
    give(
        {
            "benchmark": "image_import",
            "pictures": PICTURES,
            **{f"{name}_seconds": value for name, value in seconds.items()},
            "copy_ratio": round(seconds["aileron"] / seconds["copy"], 3),
            "copy_cpu_ratio": round(cpu["aileron"] / cpu["copy"], 3),
            "dvc_times": round(seconds["dvc"] / seconds["aileron"], 3),
            "dvc_cpu_times": round(cpu["dvc"] / cpu["aileron"], 3),
            "pull_times": round(seconds["pull"] / seconds["checkout"], 3),
            "pull_cpu_times": round(cpu["pull"] / cpu["checkout"], 3),
            "rounds": found,
        }
    )


def measured(sides: Sides, name: str) -> Callable[[], dict[str, float]]:
    return lambda: with_cpu(getattr(sides, name))


if __name__ == "__main__":
    main()
