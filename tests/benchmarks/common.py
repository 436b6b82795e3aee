"""What the benchmarks share: the command, alternating rounds, the result that is printed.

A benchmark is a script of its own that prints one JSON document as its last line. `run.py`
gives it a running stack through ``AILERON_*`` variables; messages go to standard error.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PROGRAM = Path(sys.executable).with_name("aileron")
SECONDS = 600.0
"""Longest time that one command may take."""


class StepContext:
    """What a component sees of the run that it is part of."""

    seed = 0

    def __init__(self, folder: Path) -> None:
        self.work = self.checkpoint = folder

    def output(self, port: str) -> Path:
        return self.work / port

    def log(self, message: str) -> None:
        say(message)

    def metric(self, name: str, value: float, step: int = 0) -> None:
        raise AssertionError(name)


def aileron(*words: str) -> tuple[float, Any]:
    """Run ``aileron WORDS --json``: seconds by the wall clock, and what it printed."""
    begin = time.perf_counter()
    text = run([str(PROGRAM), *words, "--json"])
    return time.perf_counter() - begin, json.loads(text)


def run(command: Sequence[str], **variables: str) -> str:
    """What `command` printed; its end fails the benchmark if its exit code is not 0."""
    done = subprocess.run(
        command, env=os.environ | variables, capture_output=True, text=True, timeout=SECONDS
    )
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def alternate(rounds: int, sides: Mapping[str, Callable[[], Any]]) -> dict[str, list[Any]]:
    """Call each side in turn, `rounds` times, so that a busy minute hits all of them."""
    found: dict[str, list[Any]] = {name: [] for name in sides}
    for i in range(rounds):
        for name, measure in sides.items():
            found[name].append(measure())
            say(f"round {i + 1} of {rounds}, {name}: {found[name][-1]}")
    return found


def median(values: Sequence[float]) -> float:
    return round(statistics.median(values), 4)


def say(text: str) -> None:
    """Tell the person who watches."""
    print(f"    {text}", file=sys.stderr, flush=True)


def give(values: Mapping[str, Any]) -> None:
    """Print the benchmark's result."""
    print(json.dumps(values))
