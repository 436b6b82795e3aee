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
from dataclasses import asdict, dataclass
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
WITH_DVC: Final = os.environ.get("BENCH_DVC", "1") == "1"
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


@dataclass(frozen=True)
class Cost:
    """Seconds by the wall clock and of the processor, of this process and those it started."""

    seconds: float
    cpu_seconds: float

    @classmethod
    def now(cls) -> Cost:
        """Since some time in the past."""
        who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        used = sum(one.ru_utime + one.ru_stime for one in map(resource.getrusage, who))
        return cls(time.perf_counter(), used)

    @classmethod
    def since(cls, before: Cost) -> Cost:
        now = cls.now()
        seconds, used = now.seconds - before.seconds, now.cpu_seconds - before.cpu_seconds
        return cls(round(seconds, 3), round(used, 3))


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

    def aileron(self) -> Cost:
        work = self.fresh("aileron")
        store = open_store(str(work / "store"))
        before = Cost.now()
        with store.blob() as blob:  # as a run keeps a folder of pictures
            write_tar(self.source, blob)
        entry = Entry(path="pictures.tar", digest=blob.digest, size=blob.size)
        kept = store.publish(ArtifactKind.SOURCE, [entry])
        source = store.fetch(kept, work / "source")
        config = IngestImagesConfig(name="noise")
        made = IngestImages().run(StepContext(work), config, {"source": source})
        store.put(ArtifactKind.DATASET, made["dataset"], given=True)  # as a run does
        self.versions(work).publish(made["dataset"], "default", "bench")
        return Cost.since(before)

    def copy(self) -> Cost:
        target = self.fresh("copy")
        before = Cost.now()
        subprocess.run(["cp", "-r", self.source, target], check=True)
        with (target / "sums").open("wb") as sums:
            found = subprocess.Popen(
                ["find", self.source, "-type", "f", "-print0"], stdout=subprocess.PIPE
            )
            subprocess.run(
                ["xargs", "-0", "sha256sum"], stdin=found.stdout, stdout=sums, check=True
            )
            assert found.wait() == 0
        return Cost.since(before)

    def dvc(self) -> Cost:
        work = self.fresh("dvc")
        shutil.copytree(self.source, work / "pictures")
        dvc(work, "init", "--no-scm", "--quiet")
        dvc(work, "remote", "add", "--quiet", "--default", "local", str(self.fresh("loose")))
        before = Cost.now()
        dvc(work, "add", "--quiet", "pictures")
        dvc(work, "push", "--quiet")
        return Cost.since(before)

    def checkout(self) -> Cost:
        target = self.fresh("machine") / "noise"
        before = Cost.now()
        self.versions(self.work / "aileron").get("default", "noise", 1, target)
        return Cost.since(before)

    def pull(self) -> Cost:
        work = self.fresh("machine")
        dvc(work, "init", "--no-scm", "--quiet")
        dvc(work, "remote", "add", "--quiet", "--default", "local", str(self.work / "loose"))
        shutil.copyfile(self.work / "dvc" / "pictures.dvc", work / "pictures.dvc")
        before = Cost.now()
        dvc(work, "pull", "--quiet")
        cost = Cost.since(before)
        assert (work / "pictures" / "class_0" / "000000.jpg").is_file()
        return cost

    def versions(self, work: Path) -> Versions:
        return Versions(work / "data.git", str(work / "remote"))


def dvc(folder: Path, *words: str) -> None:
    variables = os.environ | {"DVC_NO_ANALYTICS": "1"}
    subprocess.run([DVC, *words], cwd=folder, env=variables, check=True)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="aileron-bench-images-") as work:
        sides = Sides(Path(work))
        say(f"{PICTURES:,} pictures written")
        inward = {"aileron": sides.aileron, "copy": sides.copy}
        outward = {"checkout": sides.checkout}
        found = alternate(ROUNDS, inward | ({"dvc": sides.dvc} if WITH_DVC else {}))
        found |= alternate(ROUNDS, outward | ({"pull": sides.pull} if WITH_DVC else {}))
    seconds = {name: median([one.seconds for one in runs]) for name, runs in found.items()}
    cpu = {name: median([one.cpu_seconds for one in runs]) for name, runs in found.items()}
    ratios = [("copy_ratio", "copy_cpu_ratio", "aileron", "copy")]
    if WITH_DVC:
        ratios += [
            ("dvc_times", "dvc_cpu_times", "dvc", "aileron"),
            ("pull_times", "pull_cpu_times", "pull", "checkout"),
        ]
    give(
        {
            "benchmark": "image_import",
            "pictures": PICTURES,
            **{f"{name}_seconds": value for name, value in seconds.items()},
            **{clock: round(seconds[one] / seconds[other], 3) for clock, _, one, other in ratios},
            **{used: round(cpu[one] / cpu[other], 3) for _, used, one, other in ratios},
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
            "rounds": {name: [asdict(one) for one in runs] for name, runs in found.items()},
        }
    )


if __name__ == "__main__":
    main()
