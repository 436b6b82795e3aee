"""Datumaro is the referee of our formats: it reads what we write, and we read what it writes.

It pins libraries that ours are newer than, so it lives in an environment of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plugins.annotated import HEIGHT, WIDTH, medium

from aileron.data.formats import Problems, Writing, find_format, recognise
from aileron.data.formats.images.geometry import box_of_mask, encode_mask
from aileron.data.formats.records import Box, ImageSample, KeyPoint, Label, Object, Task
from aileron.data.trees.sinks import open_sink
from aileron.data.trees.structure import PART_NAMES
from aileron.data.trees.tree import open_tree

DATUMARO = "datumaro==1.13.12"
SCRIPT = Path(__file__).with_name("datumaro_script.py")
Told = Mapping[str, list[tuple[Any, ...]]]
"""Of each picture, by part and id: type, class and numbers of each annotation, sorted."""


def mask(right: int) -> bytes:
    """What the script calls a mask: it reaches to `right`."""
    pixels = np.zeros((HEIGHT, WIDTH), bool)
    pixels[3:8, 4:right] = True
    pixels[3, 4] = False
    return encode_mask(pixels)


def masked(label: str, counts: bytes) -> Object:
    return Object(label, box_of_mask(counts, HEIGHT, WIDTH), mask=counts)


TRIANGLE = (1.0, 1.0, 9.0, 1.0, 9.0, 9.0)
THINGS: Mapping[Task, tuple[Object, ...]] = {
    "detection": (Object("cat", Box(1.5, 2.25, 10, 5)), Object("dog", Box(20, 10, 5.5, 6))),
    "instance_segmentation": (
        Object("dog", Box(1, 1, 8, 8), (TRIANGLE,)),
        masked("cat", mask(12)),
    ),
    "key_points": (Object("cat", Box(1, 1, 8, 9), points=(KeyPoint(2, 3), KeyPoint(4, 5, 1))),),
    "classification": (),
}
LABELS = (Label("cat", ("nose", "left"), ((0, 1),)), Label("dog"))
OURS: Sequence[tuple[str, Task]] = (
    *(("coco", task) for task in THINGS),
    *(("datumaro", task) for task in THINGS),
    ("cvat", "detection"),
    ("cvat", "instance_segmentation"),
    ("cvat", "classification"),
    ("voc", "detection"),
    ("voc", "classification"),
    ("yolo", "detection"),
)
THEIRS: Sequence[tuple[str, str, str, Task]] = (
    ("coco", "boxes", "coco", "detection"),
    ("coco", "outlines", "coco", "instance_segmentation"),
    ("coco", "points", "coco", "key_points"),
    ("coco", "labels", "coco", "classification"),
    ("datumaro", "boxes", "datumaro", "detection"),
    ("datumaro", "outlines", "datumaro", "instance_segmentation"),
    ("datumaro", "points", "datumaro", "key_points"),
    ("datumaro", "labels", "datumaro", "classification"),
    ("cvat", "boxes", "cvat", "detection"),
    ("cvat", "outlines", "cvat", "instance_segmentation"),
    ("cvat", "labels", "cvat", "classification"),
    ("voc", "boxes", "voc", "detection"),
    ("voc", "labels", "voc", "classification"),
    ("voc", "masks", "mask_png", "semantic_segmentation"),
    ("yolo", "boxes", "yolo", "detection"),
    ("yolo_ultralytics", "boxes", "yolo", "detection"),
)
"""Datumaro's format and what it writes, our format and the task that it is read for."""


@pytest.fixture(scope="session")
def referee(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[Any]], list[Any]]:
    """Runs jobs of the script in Datumaro's environment."""
    folder = tmp_path_factory.mktemp("datumaro")
    uv = Path(sys.executable).with_name("uv")
    python = folder / "env" / "bin" / "python"
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, folder / "env"], check=True)
    install = [uv, "pip", "install", "-q", "--python", python, DATUMARO]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"{DATUMARO} cannot be installed here: {done.stderr[-300:]}")

    def run(jobs: list[Any]) -> list[Any]:
        path = folder / "jobs.json"
        path.write_text(json.dumps(jobs))
        found = subprocess.run([python, SCRIPT, path], capture_output=True, text=True, check=False)
        assert found.returncode == 0, found.stderr[-2000:]
        answers: list[Any] = json.loads(found.stdout.splitlines()[-1])
        return answers

    return run


@pytest.fixture(scope="session")
def read_by_datumaro(
    referee: Callable[[list[Any]], list[Any]], tmp_path_factory: pytest.TempPathFactory
) -> Mapping[tuple[str, Task], Any]:
    """What Datumaro reads of all that we write."""
    jobs = []
    for name, task in OURS:
        folder = tmp_path_factory.mktemp("ours") / f"{name}_{task}"
        with open_sink(folder) as sink:
            labels = LABELS if task == "key_points" else tuple(Label(la.name) for la in LABELS)
            writing = Writing(task=task, labels=labels, samples=samples(task), media=medium)
            find_format(name, "image").write(writing, sink)
        jobs.append(["read", name, str(folder)])
    return dict(zip(OURS, referee(jobs), strict=True))


@pytest.fixture(scope="session")
def written_by_datumaro(
    referee: Callable[[list[Any]], list[Any]], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with all that we read of what Datumaro writes."""
    folder = tmp_path_factory.mktemp("theirs")
    rows = {(form, kind) for form, kind, _, _ in THEIRS}
    jobs = [["write", form, str(folder / f"{form}_{kind}"), kind] for form, kind in sorted(rows)]
    assert referee(jobs) == [None] * len(jobs)
    return folder


@pytest.mark.parametrize(("name", "task"), OURS)
def test_datumaro_reads_what_we_write(
    name: str, task: Task, read_by_datumaro: Mapping[tuple[str, Task], Any]
) -> None:
    answer = read_by_datumaro[name, task]
    assert "error" not in answer
    assert answer["labels"] == ["cat", "dog"]
    found = {
        keyed(*key.split("/", 1)): sorted(row(annotation) for annotation in annotations)
        for key, annotations in answer["items"].items()
    }
    assert found == told(samples(task), boxes_too=name == "coco")


@pytest.mark.parametrize(("form", "kind", "name", "task"), THEIRS)
def test_we_read_what_datumaro_writes(
    form: str, kind: str, name: str, task: Task, written_by_datumaro: Path, tmp_path: Path
) -> None:
    tree = open_tree(written_by_datumaro / f"{form}_{kind}", tmp_path)
    assert recognise(tree, "image").name == name
    problems = Problems()
    reading = find_format(name, "image").read(tree, task, problems)
    found = list(reading.samples)
    assert [str(problem) for problem in problems] == []
    assert {label.name for label in reading.labels} - {"background"} == {"cat", "dog"}
    assert told(found) == theirs(kind)


def samples(task: Task) -> tuple[ImageSample, ...]:
    """Three pictures in two parts."""
    labels = ("dog",) if task == "classification" else ()
    return tuple(
        ImageSample(f"{i}.png", str(i), WIDTH, HEIGHT, labels, THINGS[task], part)
        for i, part in enumerate(("train", "train", "validation"))
    )


def theirs(kind: str) -> Told:
    """What the script says in `kind`."""
    parts = ("train", "train", "validation")
    return {f"{part}/{i}": sorted(of_theirs(kind, i)) for i, part in enumerate(parts)}


def of_theirs(kind: str, number: int) -> list[tuple[Any, ...]]:
    triangle = (1, 1, 9 + number, 1, 9, 9)
    box = ("bbox", "cat", (1 + number, 2, 10, 5))
    counts = mask(9 + number).decode()
    return {
        "boxes": [box, ("bbox", "dog", (20, 10, 5, 6))],
        "outlines": [("polygon", "dog", triangle), ("mask", "cat", counts)],
        "masks": [("mask", "cat", counts)],
        "points": [("points", "cat", (2, 3, 4, 5), (2, 1)), ("bbox", "cat", (1, 1, 8, 9))],
        "labels": [("label", ("cat", "dog")[number % 2])],
    }[kind]


def told(found: Sequence[ImageSample], *, boxes_too: bool = False) -> Told:
    """Samples as Datumaro sees them: with a box of its own only where there is no outline."""
    said = {}
    for sample in found:
        rows: list[tuple[Any, ...]] = [("label", label) for label in sample.labels]
        for thing in sample.objects:
            rows.extend(rows_of(thing, boxes_too=boxes_too))
        said[f"{sample.split}/{sample.sample_id.rpartition('.')[0]}"] = sorted(rows)
    return said


def rows_of(thing: Object, *, boxes_too: bool) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    if thing.mask is not None:
        rows.append(("mask", thing.label, thing.mask.decode()))
    rows.extend(("polygon", thing.label, rounded(polygon)) for polygon in thing.polygons)
    if not rows or boxes_too:
        rows.append(("bbox", thing.label, rounded(thing.box)))
    if thing.points:
        places = rounded([value for point in thing.points for value in point[:2]])
        rows.append(("points", thing.label, places, tuple(p.visibility for p in thing.points)))
    return rows


def row(annotation: Mapping[str, Any]) -> tuple[Any, ...]:
    """An annotation as the script tells it."""
    kind, label = annotation["type"], annotation["label"]
    if kind == "label":
        return (kind, label)
    if kind == "mask":
        return (kind, label, annotation["mask"])
    seen = (tuple(annotation["seen"]),) if "seen" in annotation else ()
    return (kind, label, rounded(annotation["numbers"]), *seen)


def rounded(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(round(float(value), 2) for value in values)


def keyed(part: str, name: str) -> str:
    return f"{PART_NAMES.get(part)}/{name}"
