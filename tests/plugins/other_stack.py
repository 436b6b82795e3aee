"""A second installation beside the session's: its command, in folders and on ports of its own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from plugins.command import Answer
from plugins.stack import private_environment
from plugins.warm_command import run_aileron

from aileron.core.settings import Settings
from aileron.stack.stack import Stack

SECONDS: Final = 800
"""A start, with services whose environments are made anew, may take its time."""


class OtherStack:
    """The `aileron` command in an empty folder; what runs there is stopped by `close`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / ".aileron"
        self.environ = private_environment(self.home, folder) | {"AILERON_LANG": "en"}

    def __call__(self, *words: str, code: int | None = 0, given: str | None = None) -> Answer:
        done = run_aileron(words, cwd=self.folder, env=self.environ, given=given, seconds=SECONDS)
        assert "Traceback" not in done.stderr, done.stderr
        if code is not None:
            assert done.returncode == code, done.stdout + done.stderr
        return Answer(done.returncode, done.stdout, done.stderr)

    def settings(self) -> Settings:
        """With the addresses of what runs."""
        return Settings.load(self.environ)

    def close(self) -> None:
        if (self.folder / "configs").is_dir():
            Stack(self.settings(), environ=self.environ).stop()


@pytest.fixture
def other_stack() -> Iterator[OtherStack]:
    """An empty folder for an installation, which is stopped and deleted at the end."""
    folder = Path(tempfile.mkdtemp(prefix="aileron-other-"))
    other = OtherStack(folder)
    try:
        yield other
    finally:
        other.close()
        shutil.rmtree(folder)
