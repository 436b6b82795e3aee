"""The real Label Studio on the embedded PostgreSQL, started once for a session.

Its first start makes its tables, which takes half a minute.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from plugins.postgres import kept_port
from plugins.waiting import wait_until
from sqlalchemy import make_url

from aileron.label.studio.client import Studio
from aileron.label.studio.server import (
    DATABASE,
    command,
    environment_folder,
    is_installed,
    variables,
)
from aileron.stack.postgres import EmbeddedPostgres


@dataclass
class RunningStudio:
    """A Label Studio of tests, which may be killed and started again."""

    port: int
    gate_port: int
    """Where its pages believe that people come from; a test starts the gate there."""
    token: str
    database_url: str
    folder: Path
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def gate_url(self) -> str:
        return f"http://127.0.0.1:{self.gate_port}"

    @property
    def log(self) -> Path:
        return self.folder / "labelstudio.log"

    def client(self) -> Studio:
        """A client of its own; the caller closes it."""
        return Studio(self.url, self.token, self.database_url)

    def variables(self) -> Mapping[str, str]:
        """Its environment, besides ours."""
        database = make_url(self.database_url)
        return variables(
            folder=self.folder / "data",
            database={
                "host": database.host or "",
                "port": str(database.port),
                "name": database.database or "",
                "user": database.username or "",
                "password": database.password or "",
            },
            token=self.token,
            url=f"{self.gate_url}/label",
        )

    def start(self) -> None:
        """Return when it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command(self.port),
                env={**os.environ, **self.variables()},
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until(self._answers, 500)

    def kill(self) -> None:
        """End it at once, whatever it does."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(20)
            self.process = None

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()[-2000:]
        try:
            return httpx.get(f"{self.url}/health", trust_env=False, timeout=5).is_success
        except httpx.HTTPError:
            return False


def installed() -> str:
    """The environment of Label Studio, which `make test` makes; skips the test without it."""
    if not is_installed():
        pytest.skip(f"Label Studio is not in {environment_folder()}; run: make labelling")
    return str(environment_folder())


@pytest.fixture(scope="session")
def labelstudio(postgres: EmbeddedPostgres) -> Iterator[RunningStudio]:
    """A running server of the session."""
    installed()
    folder = Path(tempfile.mkdtemp(prefix="aileron-labelstudio-"))
    postgres.ensure_database(DATABASE)
    running = RunningStudio(
        port=kept_port(),
        gate_port=kept_port(),
        token=secrets.token_hex(20),
        database_url=postgres.url(DATABASE),
        folder=folder,
    )
    try:
        running.start()
        yield running
    finally:
        running.kill()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def studio(labelstudio: RunningStudio) -> Iterator[Studio]:
    """A client of the running server."""
    client = labelstudio.client()
    yield client
    client.close()
