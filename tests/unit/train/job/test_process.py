"""How a job's processes are followed: their lines, and what ends them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from aileron.train.job import process
from aileron.train.job.process import LONGEST_SHOWN, Ending, Group, StopAsked

Said = list[tuple[str, bool]]
Run = Callable[..., tuple[Said, Ending]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """``run(command, stop=StopAsked())``: what it said, and how it ended."""

    def ran(command: str, stop: StopAsked | None = None) -> tuple[Said, Ending]:
        said: Said = []

        def on_line(_: int, line: str, whole: bool) -> None:
            said.append((line, whole))

        group = Group(command, tmp_path, [dict(os.environ)], on_line, lambda: None)
        try:
            return said, group.follow(stop or StopAsked())
        finally:
            group.kill()

    return ran


def test_lines_end_as_on_any_system(run: Run) -> None:
    said, _ = run(r"printf 'one\ntwo\r'; sleep 0.1; printf '\nthree\r\n\nlast'")
    assert said == [(line, True) for line in ("one", "two", "three", "", "last")]


def test_of_a_progress_bar_something_is_seen_before_its_end(run: Run) -> None:
    said, _ = run(r"for i in 1 2 3 4; do printf '\r%s0%%' $i; done; printf '\rdone\n'")
    assert said == [("10%", False), ("done", True)]


def test_a_progress_bar_is_seen_now_and_then(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "PROGRESS_SECONDS", 0.0)
    said, _ = run(r"for i in 1 2 3; do printf '%s0%%\r' $i; done")
    assert said == [("10%", False), ("20%", False), ("30%", True)]


def test_the_last_lines_are_short(run: Run) -> None:
    _, ending = run("printf 'x%.0s' $(seq 3000); exit 3")
    assert (ending.code, ending.lines) == (3, ("x" * LONGEST_SHOWN,))


def test_a_command_that_ends_when_it_is_told_to_has_not_failed(run: Run) -> None:
    stop = StopAsked()
    stop.asked = True
    _, ending = run("exit 143", stop)
    assert ending.stopped
