"""The pages of the documentation, walked by a reader: what they tell to write is written, what
they tell to run is run, from top to bottom, in the workspace of the real stack.

A block whose first line names a file is written, unless an earlier page made that file. The
Python blocks without a file are one program, run when the page's shell blocks are done. `make`
is left out: the stack runs already, and the targets have tests of their own.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from plugins.stack import private_environment
from plugins.warm_command import shell_command

from aileron.stack.stack import Stack

DOCS = Path(__file__).parents[2] / "docs"
PAGES = (
    "tutorial/table.md",
    "guide/lifecycle.md",
    "reference/service.md",
    "how-to/promote.md",
    "how-to/dataset-versions.md",
    "how-to/dataset-catalogue.md",
    "how-to/notebook.md",
    "how-to/api-tokens.md",
    "how-to/schedule.md",
    "how-to/approve.md",
    "tutorial/pictures.md",
    "reference/image_service.md",
    "how-to/import-datasets.md",
    "how-to/data-sources.md",
    "how-to/annotated-data.md",
    "how-to/datasets-of-texts-and-audio.md",
    "how-to/label-data.md",
    "how-to/data-quality.md",
    "how-to/prepare-data.md",
    "how-to/fine-tune.md",
    "how-to/custom-jobs.md",
    "how-to/algorithms.md",
    "how-to/backup.md",
    "how-to/retention.md",
)
"""In the order of a reader: later pages use what earlier ones made."""
ELSEWHERE = {
    "how-to/install-offline.md",
    "how-to/own-step.md",
    "how-to/kubernetes.md",
    "how-to/pools.md",
    "reference/job-contract.md",
    "how-to/images.md",
}
"""Done by tests/integration/bundle and, with a step of its own, by tests/unit/docs; what needs a
cluster or its images by tests/integration/cluster, tests/integration/deploy and
`make cluster-demo`."""
SECONDS = 900
PRELUDE = "set -euo pipefail; make() { :; }; "
"""A shell that stops at the first error."""


@dataclass
class Reader:
    """A person with a terminal in the workspace; variables last from block to block."""

    folder: Path
    environ: dict[str, str]
    groups: list[int] = field(default_factory=list)

    def shell(self, text: str) -> str:
        kept = Path(tempfile.mkdtemp()) / "environ"
        script = f"{PRELUDE}\n{text}\nenv -0 > {kept}\n"
        output = self._run(["bash", "-c", script], text)
        pairs = kept.read_text(encoding="utf-8").split("\0")
        self.environ = dict(pair.partition("=")[::2] for pair in pairs if pair)
        return output

    def python(self, text: str) -> str:
        return self._run([sys.executable, "-c", text], text)

    def _run(self, words: list[str], text: str) -> str:
        """What it printed; what it left running is ended with the page."""
        with tempfile.TemporaryFile("w+") as out:
            process = subprocess.Popen(
                words, cwd=self.folder, env=self.environ, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
            )  # fmt: skip
            self.groups.append(process.pid)
            code = process.wait(SECONDS)
            out.seek(0)
            printed = out.read()
        assert code == 0, f"{text}\n{printed}"
        return printed

    def leave(self) -> None:
        for group in self.groups:
            try:
                os.killpg(group, signal.SIGTERM)
            except ProcessLookupError:
                continue


@pytest.fixture
def reader(
    stack: Stack, stack_home: Path, stack_workspace: Path, tmp_path: Path
) -> Iterator[Reader]:
    environ = private_environment(stack_home, stack_workspace)
    programs = (shell_command(tmp_path), Path(sys.executable).parent, environ["PATH"])
    path = os.pathsep.join(map(str, programs))
    reader = Reader(stack_workspace, environ | {"PATH": path, "AILERON_LANG": "en"})
    yield reader
    reader.leave()


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    text = page.read_text(encoding="utf-8")
    for found in re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        yield found[1], found[2]


def write(folder: Path, text: str) -> bool:
    """Whether the block is a file; it is written if it is not there."""
    named = re.match(r"# (\S+\.(?:py|yaml))\b", text)
    if named and not (folder / named[1]).exists():
        (folder / named[1]).parent.mkdir(parents=True, exist_ok=True)
        (folder / named[1]).write_text(text, encoding="utf-8")
    return named is not None


def asks_a_service(text: str) -> bool:
    return "curl" in text and "/predict" in text


@pytest.mark.timeout(2 * SECONDS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_holds_what_it_says(name: str, reader: Reader) -> None:
    program = []
    for language, text in blocks(DOCS / name):
        is_file = language in ("python", "yaml") and write(reader.folder, text)
        if language == "sh":
            answer = reader.shell(text)
            if asks_a_service(text):
                assert "log_id" in json.loads(answer)
        elif language == "python" and not is_file:
            program.append(text)
    if program:
        assert reader.python("\n".join(program))


def test_every_page_with_commands_is_walked() -> None:
    found = {
        str(page.relative_to(DOCS))
        for page in DOCS.glob("**/*.md")
        if any(language in ("sh", "python") for language, _ in blocks(page))
    }
    assert found - set(PAGES) == ELSEWHERE
