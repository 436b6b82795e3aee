"""Datasets of every modality that operations work on, and a way to run an operation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from plugins.datasets import Notebook, Workbench
from plugins.series_files import RANGES, series
from plugins.sound_files import pets as recordings
from plugins.sound_files import sound, zipped
from plugins.text_sets import Library
from plugins.written_media import written_media

from aileron.core.catalogue import step_class
from aileron.core.digest import digest_file
from aileron.data.audio.ingest import IngestAudio, IngestAudioConfig
from aileron.data.card import AnyCard, read_card
from aileron.data.formats.records import Object
from aileron.data.images import ImageCard
from aileron.data.images.card import ImageCounts, ImageSource
from aileron.data.images.layout import Sample
from aileron.data.images.writer import write_samples
from aileron.data.layout import Part
from aileron.data.media import SHARD_BYTES
from aileron.data.operations.base import Opened
from aileron.data.series.ingest import IngestSeries, IngestSeriesConfig
from aileron.data.version_files import verify_dataset

MODALITIES = ("image", "objects", "text", "table", "audio", "events", "series")
NumberedLabels = Iterable[tuple[int, tuple[str, ...]]]


@dataclass(frozen=True)
class Result:
    """A dataset, and what the operation that made it said."""

    folder: Path
    lines: Sequence[str] = ()

    @property
    def card(self) -> AnyCard:
        return read_card(self.folder)

    @property
    def labels(self) -> dict[str, tuple[str, ...]]:
        """Sample id -> labels, sorted."""
        facts = Opened.read(self.folder).facts
        return dict(zip(facts.ids.to_pylist(), facts.labels, strict=True))

    @property
    def parts(self) -> dict[str, Part | None]:
        facts = Opened.read(self.folder).facts
        return dict(zip(facts.ids.to_pylist(), facts.parts.to_pylist(), strict=True))

    @property
    def files(self) -> dict[str, str]:
        """Path -> digest of each file."""
        paths = (path for path in self.folder.rglob("*") if path.is_file())
        return {path.relative_to(self.folder).as_posix(): digest_file(path) for path in paths}


class Operations:
    """Runs operations, each into a folder of its own, and verifies what they wrote."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count()

    def new(self) -> Path:
        path = self.folder / f"{next(self._numbers)}"
        path.mkdir(parents=True)
        return path

    def run(
        self,
        step: str,
        dataset: Result,
        *,
        seed: int = 0,
        inputs: Mapping[str, Path] | None = None,
        **config: Any,
    ) -> Result:
        """What ``data.STEP`` makes of `dataset`."""
        cls = step_class(f"data.{step}")
        notebook = Notebook(self.new(), seed=seed)
        given = {"dataset": dataset.folder, **(inputs or {})}
        before = dataset.files
        output = cls().run(notebook, cls.Config.model_validate(config), given)["dataset"]
        assert dataset.files == before
        verify_dataset(output, read_card(output).digest)
        return Result(output, notebook.lines)

    def merge(self, dataset: Result, other: Result, **config: Any) -> Result:
        return self.run("merge", dataset, inputs={"other": other.folder}, **config)

    def images(
        self,
        samples: NumberedLabels,
        *,
        name: str = "pets",
        classes: Sequence[str] | None = None,
        label_type: Any = "single",
        parts: Mapping[int, Part] | None = None,
        objects: Mapping[int, tuple[Object, ...]] | None = None,
        shard_bytes: int = SHARD_BYTES,
        size: int = 1,
        **card: Any,
    ) -> Result:
        """Samples ``s0001`` and so on whose pictures are bytes that follow from the number.

        Args:
            size: of each picture, in hundreds of bytes.
        """
        folder = self.new() / "dataset"
        rows = [
            Sample(
                f"s{number:04d}", sha256(content(number, size)).hexdigest(), labels,
                (parts or {}).get(number), 10 + number, 8, "L", "PNG", 100 * size,
                objects=(objects or {}).get(number, ()),
            )
            for number, labels in samples
        ]  # fmt: skip
        found = {one for row in rows for one in (*row.labels, *(o.label for o in row.objects))}
        names = tuple(classes or sorted(found))
        contents = (content(int(row.sample_id.removeprefix("s")), size) for row in rows)
        places = written_media(folder, contents, shard_bytes)
        written = write_samples(folder, rows, places, names, label_type)
        ImageCard(
            name=name,
            label_type=label_type,
            classes=names,
            class_counts={},
            counts=ImageCounts(
                rows=len(rows), pictures=written.pictures, bytes=written.bytes, refused=0
            ),
            digest=written.digest,
            source=ImageSource(file="pets", sha256="0" * 64),
            created_by="test@1",
            **card,
        ).write(folder)
        return Result(folder)

    def any(self, modality: str, total: int = 12) -> Result:
        """A dataset of that modality: `total` samples, classes bad and good in turn."""
        return _MAKERS[modality](self, total)


def content(number: int, size: int = 1) -> bytes:
    """The bytes of a picture; numbers from 1000 on repeat the pictures of those below."""
    return bytes([number % 1000 % 251, number % 1000 // 251]) * 50 * size


def _labels(number: int) -> str:
    return "good" if number % 2 else "bad"


def _images(operations: Operations, total: int) -> Result:
    return operations.images((number, (_labels(number),)) for number in range(total))


def _objects(operations: Operations, total: int) -> Result:
    from aileron.data.formats.records import Box

    drawn = {
        number: (
            Object(_labels(number), Box(1.0, 2.0, 3.0, 4.0)),
            Object("sky", Box(0.0, 0.0, 5.0, 1.0)),
        )
        for number in range(total)
    }
    samples = ((number, ()) for number in range(total))
    return operations.images(samples, task="detection", objects=drawn)


def _texts(operations: Operations, total: int) -> Result:
    rows = "".join(f"r{n},text {n},{_labels(n)},\n" for n in range(total))
    library = Library(operations.new())
    return Result(library.ingest_file("reviews.csv", f"id,text,label,split\n{rows}").folder)


def _table(operations: Operations, total: int) -> Result:
    rows = "".join(f"{n},{'red' if n % 3 else 'blue'},{_labels(n)}\n" for n in range(total))
    config = {"name": "cars", "target": "fast", "task": "classification"}
    workbench = Workbench(operations.new())
    return Result(workbench.ingest(f"speed,colour,fast\n{rows}", config))


def _audio(operations: Operations, total: int) -> Result:
    place = operations.new()
    (place / "source").mkdir()
    renamed = {
        path.replace("cat", "bad").replace("dog", "good"): data
        for path, data in recordings(total // 2).items()
    }
    zipped(place / "source" / "sounds.zip", renamed)
    config = IngestAudioConfig.model_validate({"name": "sounds"})
    outputs = IngestAudio().run(Notebook(place), config, {"source": place / "source"})
    return Result(outputs["dataset"])


def _events(operations: Operations, total: int) -> Result:
    """Recordings in which noise is heard all the time, and something else for a while."""
    rows = "".join(
        f"{n:03}.wav\t0\t0.5\tnoise\n{n:03}.wav\t0.1\t0.25\t{_labels(n)}\n" for n in range(total)
    )
    table = f"filename\tonset\toffset\tevent_label\n{rows}".encode()
    tones = {f"audio/{n:03}.wav": sound(tone=400 + 5 * n) for n in range(total)}
    place = operations.new()
    (place / "source").mkdir()
    zipped(place / "source" / "sounds.zip", {**tones, "metadata/events.tsv": table})
    config = IngestAudioConfig.model_validate({"name": "sounds", "task": "event_detection"})
    outputs = IngestAudio().run(Notebook(place), config, {"source": place / "source"})
    return Result(outputs["dataset"])


def _series(operations: Operations, total: int) -> Result:
    """Series that are noisy all the time, and something else for a while."""
    rows = "".join(f"{n:03},0,19,noise\n{n:03},2,3.5,{_labels(n)}\n" for n in range(total))
    files = {f"series/{n:03}.csv": series(level=n) for n in range(total)}
    place = operations.new()
    (place / "source").mkdir()
    zipped(place / "source" / "tanks.zip", {**files, "ranges.csv": RANGES + rows.encode()})
    config = IngestSeriesConfig.model_validate({"name": "tanks"})
    outputs = IngestSeries().run(Notebook(place), config, {"source": place / "source"})
    return Result(outputs["dataset"])


_MAKERS: Mapping[str, Callable[[Operations, int], Result]] = {
    "image": _images,
    "objects": _objects,
    "text": _texts,
    "table": _table,
    "audio": _audio,
    "events": _events,
    "series": _series,
}


@pytest.fixture
def operations(tmp_path: Path) -> Operations:
    return Operations(tmp_path / "operations")
