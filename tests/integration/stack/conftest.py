"""A stack of the light servers alone, for tests that kill things."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from plugins.stack import private_environment

from aileron.core.settings import Settings
from aileron.stack.stack import Stack

MakeStack = Callable[..., Stack]


@pytest.fixture
def make_stack() -> Iterator[MakeStack]:
    """Makes stacks of one state directory; whatever runs at the end is stopped."""
    home = Path(tempfile.mkdtemp(prefix="aileron-small-stack-"))

    def make(*only: str, **environ: str) -> Stack:
        variables = private_environment(home) | environ
        return Stack(Settings.load(variables), only or ("gateway",), variables)

    yield make
    make().stop()
    shutil.rmtree(home)
