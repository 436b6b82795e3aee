"""The canonical log of an execution: numbered lines with the time they were read.

One line is ``000042 2026-11-21T02:36:00.123Z text``. Numbers start at 1 and have no gap,
so that a reader who was cut off knows where to go on. What the step's processes write goes
unchanged to another file, which `LogReader` follows.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path
from typing import Any, TextIO

LONGEST_LINE = 16_384
"""Characters; what is longer is cut, so that one bad line cannot fill the log."""


def numbered(sequence: int, text: str, time: datetime | None = None) -> str:
    """One canonical line, without its end."""
    moment = (time or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
    return f"{sequence:06d} {moment}Z {text}"


def last_lines(path: Path, count: int = 5) -> list[str]:
    """The last `count` non-empty lines of a file; none if there is no such file."""
    if not path.is_file():
        return []
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - 8192))
        lines = file.read().decode("utf-8", "replace").splitlines()
    return [line for line in lines if line.strip()][-count:]


class LineFollower:
    """Whole lines of a file that grows."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BufferedReader | None = None
        self._rest = b""

    def new_lines(self, *, final: bool = False) -> list[str]:
        """Lines that were ended since the last call; with `final`, the unended one too."""
        if self._file is None:
            if not self._path.exists():
                return []
            self._file = self._path.open("rb")
        *lines, self._rest = (self._rest + self._file.read()).split(b"\n")
        if final and self._rest:
            lines.append(self._rest)
            self._rest = b""
        return [line.decode("utf-8", "replace").rstrip("\r") for line in lines]

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


class LogReader:
    """Follows output and metrics of a running step, writes the canonical log, calls back."""

    def __init__(
        self,
        output: Path,
        canonical: Path,
        metrics: Path,
        on_log: Callable[[str], None] | None,
        on_metric: Callable[[str, int, float], None] | None,
    ) -> None:
        self._output = LineFollower(output)
        self._metrics = LineFollower(metrics)
        self._canonical: TextIO = canonical.open("a", encoding="utf-8")
        self._sequence = 0
        self._on_log = on_log
        self._on_metric = on_metric

    def pump(self, *, final: bool = False) -> None:
        """Take over what was written since the last call."""
        lines = self._output.new_lines(final=final)
        for line in lines:
            self._add(line)
        if lines:
            self._canonical.flush()  # for who follows it
        for line in self._metrics.new_lines(final=final):
            if self._on_metric is not None:
                point: dict[str, Any] = json.loads(line)
                self._on_metric(point["name"], point["step"], point["value"])

    def say(self, text: str) -> None:
        """Add what we have to say, a line or several."""
        for line in text.split("\n"):
            self._add(line)

    def _add(self, line: str) -> None:
        self._sequence += 1
        line = line if len(line) <= LONGEST_LINE else line[:LONGEST_LINE] + " [cut]"
        self._canonical.write(numbered(self._sequence, line) + "\n")
        if self._on_log is not None:
            self._on_log(line)

    def close(self) -> None:
        """Take over the rest and close."""
        self.pump(final=True)
        self._canonical.close()
        self._output.close()
        self._metrics.close()
