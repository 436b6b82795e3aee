"""What is wrong with a source, each with its file, line and reason.

A lenient import leaves the sample out and goes on; a strict one fails, but only after it has
read all, so that the user sees every problem at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from aileron.core.errors import InvalidInput
from aileron.core.phrase import Phrase, phrase

MOST: Final = 100_000
"""Problems that are kept with their places; of more only the number is."""


@dataclass(frozen=True)
class Problem:
    """One thing that kept a sample, or a part of it, from coming in."""

    file: str
    reason: Phrase
    line: int | None = None

    @property
    def where(self) -> str:
        """``file`` or ``file:line``."""
        return self.file if self.line is None else f"{self.file}:{self.line}"

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


class Fault(Exception):
    """A sample cannot be used. Raised while it is read, and noted where its file is known."""

    def __init__(self, name: str, /, **values: Any) -> None:
        super().__init__(name)
        self.reason = phrase(f"data.formats.{name}", **values)
        self.line: int | None = None


@contextmanager
def at(line: int) -> Iterator[None]:
    """A `Fault` that is raised inside is of `line`, unless it knows a line of its own."""
    try:
        yield
    except Fault as fault:
        fault.line = fault.line or line
        raise


class Problems:
    """The problems of one import, in the order in which they were met."""

    def __init__(self) -> None:
        self.count = 0
        self._kept: list[Problem] = []

    def add(self, file: str, fault: Fault, line: int | None = None) -> None:
        """Note `fault` of `file`, at `line` (counted from 1) if it has lines."""
        self.count += 1
        if len(self._kept) < MOST:
            self._kept.append(Problem(file, fault.reason, line or fault.line))

    def add_error(self, file: str, error: InvalidInput) -> None:
        """Note that `file` cannot be read at all, where each sample has a file of its own."""
        line = (error.where or "").removeprefix(f"{file}:")
        self.count += 1
        if len(self._kept) < MOST:
            reason = Phrase(error.message_id, error.values)
            self._kept.append(Problem(file, reason, int(line) if line.isdecimal() else None))

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._kept)

    def __len__(self) -> int:
        return self.count
