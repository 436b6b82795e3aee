"""Samples on their way in: what fails, and an id that came before, becomes a problem."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import ImageSample


class Intake:
    """Takes the samples of one source, each id once."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._ids: set[str] = set()

    def take(
        self, file: str, line: int | None, read: Callable[..., ImageSample], *entry: Any
    ) -> Iterator[ImageSample]:
        """What `read` makes of `entry`, or nothing.

        Args:
            file: what a problem is said of; `line` is where in it, if it has lines.
        """
        try:
            sample = read(*entry)
        except Fault as fault:
            self._problems.add(file, fault, line)
            return
        if sample.sample_id in self._ids:
            self._problems.add(file, Fault("twice", name=sample.sample_id), line)
            return
        self._ids.add(sample.sample_id)
        yield sample
