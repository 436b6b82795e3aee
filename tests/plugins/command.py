"""The `aileron` command as a user runs it, against the session's stack."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from plugins.stack import private_environment
from plugins.warm_command import run_aileron

from aileron.ledger import Ledger
from aileron.stack.stack import Stack
from aileron.store import Store, open_store

PROGRAM = Path(sys.executable).with_name("aileron")
SECONDS = 240


@dataclass(frozen=True)
class Answer:
    """What a command printed, and how it exited."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Answer]


@pytest.fixture(scope="session")
def aileron(stack: Stack, stack_home: Path, stack_workspace: Path) -> Command:
    """`aileron("model", "list")`, in the stack's workspace; `code=None` allows any exit code."""
    environ = private_environment(stack_home, stack_workspace) | {"AILERON_LANG": "en"}

    def run(*words: str, code: int | None = 0, given: str | None = None) -> Answer:
        done = run_aileron(words, cwd=stack_workspace, env=environ, given=given, seconds=SECONDS)
        assert "Traceback" not in done.stderr, done.stderr
        if code is not None:
            assert done.returncode == code, done.stdout + done.stderr
        return Answer(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def stack_ledger(stack: Stack) -> Any:
    """The stack's ledger."""
    ledger = Ledger(stack.settings().require("ledger_url"), "test")
    yield ledger
    ledger.close()


@pytest.fixture
def stack_store(stack: Stack) -> Store:
    """The stack's artifact store."""
    return open_store(stack.settings().store_root)
