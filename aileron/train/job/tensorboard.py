"""Scalars of TensorBoard event files, read by TensorBoard's own reader as the files grow.

Files below ``./output``, ``./runs`` and ``./logs`` are looked at. Pictures, histograms, texts and
graphs stay in the files, which ``tensorboard --logdir`` shows.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from aileron.train.job.files import files_below, shown
from aileron.train.trainer import Point

FOLDERS: Final = ("output", "runs", "logs")
KEPT: Final = "tensorboard"
"""Where in ``./output`` event files of the other folders are kept."""
MARK: Final = "tfevents"
"""Part of the name of every event file."""
PARTS: Final = frozenset(("train", "training", "val", "valid", "validation", "test", "eval"))
"""Folders of these names are always part of a curve's name."""


class EventFiles:
    """Reads what a job's working directory has of them.

    The scalars of the first folder keep their tags; those of further folders, and of folders
    named ``train``, ``validation`` and so on, come as ``FOLDER/TAG``.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loaders: dict[Path, Any] = {}
        self._prefixes: dict[Path, str] = {}
        self._problems: list[str] = []

    def new(self) -> Iterator[Point]:
        """Points that were written since the last time."""
        for file in self._files():
            yield from self._points(file)

    def problems(self) -> list[str]:
        """Sentences on what could not be read, since the last time."""
        found, self._problems = self._problems, []
        return found

    def keep(self) -> None:
        """Copy event files outside ``./output`` into it, unless the job made that a link."""
        if (self._folder / "output").is_symlink():
            return
        for file in self._files():
            place = file.relative_to(self._folder)
            if place.parts[0] != "output":
                target = self._folder / "output" / KEPT / place
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)

    def _files(self) -> list[Path]:
        found = [f for name in FOLDERS for f in files_below(self._folder / name)]
        event_files = (file for file in found if MARK in file.name)
        return sorted(file for file in event_files if file.is_file() and not file.is_symlink())

    def _points(self, file: Path) -> Iterator[Point]:
        from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

        try:
            if file not in self._loaders:
                self._loaders[file] = EventFileLoader(str(file))
            for event in self._loaders[file].Load():
                yield from self._scalars(file, event)
        except Exception as error:  # noqa: BLE001 - whatever a damaged file makes the reader say
            if file.exists():
                place = shown(file.relative_to(self._folder).as_posix())
                self._problems.append(f"{place} is read no further: {error}")

    def _scalars(self, file: Path, event: Any) -> Iterator[Point]:
        from tensorboard.compat.proto import summary_pb2
        from tensorboard.util import tensor_util

        for value in event.summary.value:
            if value.metadata.data_class == summary_pb2.DATA_CLASS_SCALAR:
                number = tensor_util.make_ndarray(value.tensor).item()
                yield Point(self._prefix(file.parent) + value.tag, int(event.step), float(number))

    def _prefix(self, folder: Path) -> str:
        """What stands before the tags of a folder's files."""
        if folder not in self._prefixes:
            first = not self._prefixes and folder.name not in PARTS
            self._prefixes[folder] = "" if first else f"{folder.name}/"
        return self._prefixes[folder]
