"""What a step starts cannot read the platform's secrets from the processes above it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from plugins.nobody import run_python, unprivileged

STEP = """
import os
import subprocess

from aileron.core.steps import Component, NoOptions

FILES = "environ mem fd/0"
TRY = f'for p in "$@"; do for f in {FILES}; do head -c 0 /proc/$p/$f && echo seen $f; done; done'


class Peek(Component):
    name = "mine.peek"
    version = 1
    title = {"en": "Peek", "zh": "peek"}
    Config = NoOptions

    def run(self, context, config, inputs):
        pids = [str(pid) for pid in (os.getpid(), os.getppid())]
        said = subprocess.run(["sh", "-c", TRY, "-", *pids], capture_output=True, text=True)
        context.log("tried: " + " ".join(said.stdout.split()))
        return {}
"""
RUN = """
import sys
from pathlib import Path
from aileron.run import client
from aileron.run.process import ProcessRunner
from aileron.run.request import Request
place = Path(sys.argv[1])
(place / "execution").mkdir()
request = Request(action="run", step="mine.peek", target="peeking:Peek", store=str(place / "store"),
                  folder=place / "execution")
result = ProcessRunner(place / "home", launcher=sys.argv[2] == "warm").run(request, on_log=print)
print(result.state, result.error)
client.stop(place / "home")
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder of a user who is not root: root may read every process."""
    folder = Path("/var/tmp") / f"aileron-hidden-test-{os.getpid()}"
    folder.mkdir()
    (folder / "peeking.py").write_text(STEP)
    os.chown(folder, unprivileged(), -1)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("launcher", ["warm", "cold"])
def test_a_process_that_a_step_starts_reads_none_of_the_platforms(
    place: Path, launcher: str
) -> None:
    said = run_python(unprivileged(), "-c", RUN, str(place), launcher, also=str(place))
    assert said.splitlines() == ["tried: ", "succeeded None"]
