"""What a job's code logs with MLflow, read from the local file store that it writes.

The store is the one of ``MLFLOW_TRACKING_URI=file:...``: a folder per experiment, in it one per
run with ``metrics/NAME`` (lines ``milliseconds value step``) and ``params/NAME``. It is read as
files, so that any version of MLflow in the job's image will do, and none here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import yaml

from aileron.train.job.files import files_below
from aileron.train.trainer import Point

STORE: Final = "mlruns"
"""The store's folder in ``./output``."""
LONGEST_PARAMETER: Final = 500


class MlflowFiles:
    """Reads the store as it grows.

    The first run's metrics keep their names; those of further runs (nested ones, other
    processes) come as ``RUN/NAME``.
    """

    def __init__(self, store: Path) -> None:
        self._store = store
        self._read: dict[Path, int] = {}
        self._prefixes: dict[Path, str] = {}
        self._problems: list[str] = []

    def new(self) -> Iterator[Point]:
        """Points that were written since the last time."""
        for run, prefix in self._runs():
            for file in _files(run / "metrics"):
                name = file.relative_to(run / "metrics").as_posix()
                for step, value in self._lines(file):
                    yield Point(prefix + name, step, value)

    def problems(self) -> list[str]:
        """Sentences on what could not be read, since the last time."""
        found, self._problems = self._problems, []
        return found

    def parameters(self) -> dict[str, str]:
        """What the runs say with ``log_param``."""
        return {
            prefix + file.relative_to(run / "params").as_posix(): _text(file)
            for run, prefix in self._runs()
            for file in _files(run / "params")
        }

    def _runs(self) -> Iterator[tuple[Path, str]]:
        """Folders of the runs and the prefix of their names, in the order in which they came."""
        for _, meta in sorted(self._new_runs()):
            self._prefixes[meta.parent] = f"{_run_name(meta)}/" if self._prefixes else ""
        yield from self._prefixes.items()

    def _new_runs(self) -> Iterator[tuple[int, Path]]:
        """When a run came, and its meta.yaml, of each that was not seen yet."""
        for file in files_below(self._store):
            with suppress(FileNotFoundError):  # the code has removed its run
                if self._is_new(file):
                    yield file.stat().st_mtime_ns, file

    def _is_new(self, file: Path) -> bool:
        """Whether `file` is the ``EXPERIMENT/RUN/meta.yaml`` of a run that was not seen yet."""
        of_run = file.name == "meta.yaml" and file.parent.parent.parent == self._store
        known = file.parent in self._prefixes
        return of_run and not known and (file.parent / "metrics").is_dir()

    def _lines(self, file: Path) -> Iterator[tuple[int, float]]:
        """Step and value of the whole lines that are new in `file`."""
        try:
            with file.open("rb") as opened:
                opened.seek(self._read.get(file, 0))
                data = opened.read()
        except FileNotFoundError:  # the code has removed its run
            return
        whole = data[: data.rfind(b"\n") + 1]
        self._read[file] = self._read.get(file, 0) + len(whole)
        for line in whole.decode("utf-8", "replace").splitlines():
            words = line.split()
            try:
                yield int(words[2]) if len(words) > 2 else 0, float(words[1])
            except (ValueError, IndexError):
                self._problems.append(f"a line of MLflow's {file.name} is not read: {line[:80]}")


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in files_below(folder) if path.is_file())


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")[:LONGEST_PARAMETER]


def _run_name(meta: Path) -> str:
    """The run's name, or the beginning of its id while meta.yaml is being written."""
    try:
        found = yaml.safe_load(meta.read_text(encoding="utf-8"))
        name = str(found["run_name"])
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
        name = ""
    return name.replace("/", "_") or meta.parent.name[:8]
