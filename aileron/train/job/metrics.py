"""The figures of a job: printed, logged by MLflow, or written as TensorBoard scalars.

The job's code need not know the platform: what it prints in a form of `printed`, what its
``mlflow.log_metric`` leaves in ``./output/mlruns``, and the scalars of event files below
``./output``, ``./runs`` and ``./logs`` become points of curves as they come.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from aileron.core.steps import Context
from aileron.train.job.mlflow_files import STORE, MlflowFiles
from aileron.train.job.printed import PARTS, WITH_STEP, Printed
from aileron.train.job.tensorboard import EventFiles
from aileron.train.trainer import Point

PARAMETERS_FILE: Final = "parameters.json"
LONGEST_NAME: Final = 250
MOST_CURVES: Final = 200
LARGEST_STEP: Final = 1 << 62
"""MLflow keeps steps of 64 bits, and the step after the last is one, too."""
FULL_POINTS: Final = 1000
"""So many points of a curve are all kept; of the next as many every second one, then every
fourth, and so on: a million points become about eleven thousand."""


@dataclass(frozen=True)
class Measured:
    """What a job said about itself."""

    points: tuple[Point, ...] = ()
    """By name, then step; one for each step."""
    last: Mapping[str, float] = field(default_factory=dict)
    """Name -> the value at the greatest step; what tells most of the model comes first."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """What the code logged with ``mlflow.log_param``."""


def write_parameters(folder: Path, parameters: Mapping[str, str]) -> None:
    """Write the code's own parameters beside the figures in the METRICS directory `folder`."""
    text = json.dumps(dict(parameters), ensure_ascii=False, indent=1)
    (folder / PARAMETERS_FILE).write_text(text + "\n", encoding="utf-8")


def safe_name(name: str) -> str:
    """`name` as MLflow takes it: a relative path of letters, digits and ``_-. :``."""
    parts = re.sub(r"[^\w\-. :/]", "_", name).split("/")
    return "/".join(part for part in parts if part.strip(". "))[:LONGEST_NAME] or "_"


class Curve:
    """The points of one name, thinned where there are many."""

    def __init__(self) -> None:
        self.points: dict[int, float] = {}
        self.latest: tuple[int, float] | None = None
        self._every = 1
        self._passed = 0

    def add(self, step: int, value: float) -> bool:
        """Whether it is kept; a second value of a step replaces the first."""
        if self.latest is None or step >= self.latest[0]:
            self.latest = (step, value)
        if step not in self.points:
            self._passed += 1
            if self._passed % self._every:
                return False
            if len(self.points) + 1 >= FULL_POINTS * self._every.bit_length():
                self._every *= 2
        self.points[step] = value
        return True

    @property
    def thinned(self) -> bool:
        return self._every > 1

    def all(self) -> list[tuple[int, float]]:
        """What is kept and the latest, by step."""
        latest = () if self.latest is None else (self.latest,)
        return sorted({**self.points, **dict(latest)}.items())


class Curves:
    """Collects the figures of one job in the process of its node.

    Args:
        context: gets each kept point at once, and a sentence on what is left out.
        folder: the job's working directory.
    """

    def __init__(self, context: Context, folder: Path) -> None:
        self._context = context
        self._folder = folder
        self._printed = Printed()
        self._mlflow = MlflowFiles(folder / "output" / STORE)
        self._events = EventFiles(folder)
        self._curves: dict[str, Curve] = {}
        self._said: set[str] = set()

    def environment(self) -> dict[str, str]:
        """What the job's process needs so that its figures are found."""
        return {
            "MLFLOW_TRACKING_URI": (self._folder / "output" / STORE).absolute().as_uri(),
            "MLFLOW_ALLOW_FILE_STORE": "true",
        }

    def line(self, text: str) -> None:
        """Take in one line of standard output."""
        for point in self._printed.read(text):
            self._add(safe_name(point.name), point.step, point.value)

    def poll(self) -> None:
        """Take in what MLflow and TensorBoard wrote since the last time.

        A file that cannot be read is no reason to end the job: the log says so.
        """
        for source in (self._mlflow, self._events):
            with self._readable():
                for point in source.new():
                    self._add(safe_name(point.name), point.step, point.value)
            for problem in source.problems():
                self._say(problem)

    def finish(self) -> Measured:
        """Everything, once the job has ended.

        Event files outside ``./output`` are copied to ``./output/tensorboard``, so that they
        are kept.
        """
        self.poll()
        parameters: dict[str, str] = {}
        with self._readable():
            self._events.keep()
        with self._readable():
            parameters = self._mlflow.parameters()
        for name, curve in self._curves.items():
            if curve.thinned:
                self._say(f"{name} has many points: {len(curve.all())} of them are drawn")
        points = [
            Point(name, step, value)
            for name, curve in sorted(self._curves.items())
            for step, value in curve.all()
        ]
        last = {name: c.latest[1] for name, c in self._curves.items() if c.latest}
        ordered = {name: last[name] for name in sorted(last, key=_place)}
        return Measured(tuple(points), ordered, parameters)

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """Say, once for each kind, what keeps files from being read or copied."""
        try:
            yield
        except OSError as error:
            self._say(f"figures in files are not read: {error}", type(error).__name__)

    def _add(self, name: str, step: int, value: float) -> None:
        if abs(step) > LARGEST_STEP:
            self._say(f"{name} has a step above 2**62; such points are left out", name)
        elif not math.isfinite(value):
            self._say(f"{name} is not finite at step {step}; such points are left out", name)
        elif name not in self._curves and len(self._curves) >= MOST_CURVES:
            self._say(f"more than {MOST_CURVES} curves; {name} and later ones are left out", "*")
        elif self._curves.setdefault(name, Curve()).add(step, value):
            self._context.metric(name, value, step)

    def _say(self, sentence: str, subject: str | None = None) -> None:
        """Once for each subject; the subject of a sentence is itself, if none is given."""
        if (subject or sentence) not in self._said:
            self._said.add(subject or sentence)
            self._context.log(sentence)


def _place(name: str) -> tuple[int, str]:
    """What sorts figures of test data before others, and settings such as a rate last."""
    words = re.split(r"[\W_]+", name.lower())
    found = [PARTS.get(word, "") for word in words]
    if WITH_STEP & {words[-1], "_".join(words[-2:])}:
        return len(_ORDER) + 1, name
    ranks = [_ORDER.index(part) for part in found if part]
    return (ranks[0] if ranks else _ORDER.index("")), name


_ORDER: Final = ("test", "eval", "val", "", "train")
