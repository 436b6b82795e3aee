"""Trees of texts and recordings, and what the formats make of them."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plugins.annotated import MemoryTree, medium

from aileron.data.formats import Problems, Reading, Writing, find_format, recognise
from aileron.data.formats.records import Label, Task


@dataclass(frozen=True)
class Found:
    """What was read: the samples, the problems as text, and the reading itself."""

    samples: list[Any]
    problems: list[str]
    reading: Reading[Any]

    @property
    def labels(self) -> list[tuple[str, ...]]:
        return [sample.labels for sample in self.samples]

    @property
    def notes(self) -> list[str]:
        return [note.render("en") for note in self.reading.notes]


def read(
    files: Mapping[str, bytes | str], name: str, task: Task | None = None, **options: str
) -> Found:
    """What format `name` reads of `files`, after it alone has recognised them."""
    tree = MemoryTree({path: _bytes(content) for path, content in files.items()})
    format_ = find_format(name)
    assert recognise(tree, format_.modality).name == name
    problems = Problems()
    reading = format_.with_options(options).read(tree, task, problems)
    samples = list(reading.samples)
    return Found(samples, [problem_text(problem) for problem in problems], reading)


def written(
    name: str, samples: list[Any], labels: tuple[str, ...] = (), **options: str
) -> dict[str, bytes]:
    """The files that format `name` makes of `samples`."""
    format_ = find_format(name).with_options(options)
    tree = MemoryTree()
    met = {label for sample in samples for label in sample.labels}
    names = labels or tuple(sorted(met))
    media = {} if format_.modality == "text" else {"media": medium}
    format_.write(
        Writing(format_.tasks[0], tuple(Label(one) for one in names), samples, **media), tree
    )
    return tree.files


def tar_of(files: dict[str, bytes]) -> bytes:
    """A tar of `files`."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def problem_text(problem: Any) -> str:
    """``file:line: sentence``, which exists in both languages."""
    assert problem.reason.render("zh") != problem.reason.render("en")
    return f"{problem.where}: {problem.reason.render('en')}"


def _bytes(content: bytes | str) -> bytes:
    return content.encode() if isinstance(content, str) else content
