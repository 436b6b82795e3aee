"""The pages served alone by `aileron api`, on the session's stack; it can be killed."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import httpx
import pytest
from plugins.command import PROGRAM, Command
from plugins.stack import REPOSITORY, private_environment

from aileron.stack.stack import Stack

ROLES: Final = ("viewer", "developer", "operator", "admin")
UP_SECONDS: Final = 180


class PagesServer:
    """`aileron api` as a process of its own, always on the same port."""

    def __init__(self, environ: Mapping[str, str], log: Path, tokens: Mapping[str, str]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self._environ = dict(environ)
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self.tokens = tokens
        self.url = f"http://127.0.0.1:{self._port}/"

    def start(self) -> None:
        """Return when it answers."""
        words = [str(PROGRAM), "api", "--port", str(self._port)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(words, env=self._environ, stdout=log, stderr=log)
        deadline = time.monotonic() + UP_SECONDS
        while time.monotonic() < deadline:
            assert self._process.poll() is None, self._log.read_text()
            try:
                if httpx.get(f"{self.url}livez").is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.2)
        pytest.fail(f"`aileron api` did not answer: {self._log.read_text()}")

    def kill(self) -> None:
        """As a power cut would end it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture(scope="session")
def built_pages() -> None:
    """The bundle of the sources as they are."""
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "ui" / "build.py")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def pages(
    stack: Stack,
    stack_home: Path,
    stack_workspace: Path,
    aileron: Command,
    built_pages: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[PagesServer]:
    """The running server, and a token of each role that the tests need."""
    tokens = {
        role: aileron("token", "create", f"the {role}", "--role", role, "--json").json["secret"]
        for role in ROLES
    }
    environ = private_environment(stack_home, stack_workspace)
    server = PagesServer(environ, tmp_path_factory.mktemp("pages") / "api.log", tokens)
    server.start()
    yield server
    server.kill()
