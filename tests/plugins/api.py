"""`aileron api` of the session's stack, as a process of its own, and clients of it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from plugins.command import PROGRAM, Command
from plugins.postgres import free_port
from plugins.stack import private_environment
from plugins.waiting import wait_until

from aileron.client import Client, RemoteClient
from aileron.core.errors import Language

ClientOf = Callable[[str, str], RemoteClient]
Speaking = Callable[[Language], Client]
BmlCall = Callable[..., dict[str, Any]]
BML = "/api/bml/rpc/2.0/easydl/pro/dataset/"
BML_JOBS = "/api/bml/rpc/2.0/easydl/pro/remotetrain/"


@pytest.fixture(scope="session")
def api_url(aileron: Command, stack_home: Path, stack_workspace: Path) -> Iterator[str]:
    """Where it listens."""
    environ = private_environment(stack_home, stack_workspace)
    with serving_api(environ, stack_workspace, stack_home / "api.log") as url:
        yield url


@contextmanager
def serving_api(environ: Mapping[str, str], workspace: Path, log_file: Path) -> Iterator[str]:
    """Where `aileron api` of a running stack listens, until the body ends."""
    url = f"http://127.0.0.1:{free_port()}"
    words = [str(PROGRAM), "api", "--port", url.rpartition(":")[2]]
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            words, cwd=workspace, env=dict(environ), stdout=log, stderr=subprocess.STDOUT
        )
    try:
        wait_until(lambda: process.poll() is None and _lives(url), 180)
        yield url
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="session")
def client_of(api_url: str, aileron: Command) -> Iterator[ClientOf]:
    """``client_of("li", "developer")``: li's client, with a token of that role."""
    made: list[RemoteClient] = []

    def make(name: str, role: str) -> RemoteClient:
        token = aileron("token", "create", name, "--role", role, "--json").json["secret"]
        made.append(RemoteClient(api_url, token, language="en"))
        return made[-1]

    yield make
    for client in made:
        client.close()


def _lives(url: str) -> bool:
    try:
        return httpx.get(f"{url}/livez", trust_env=False).is_success
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="session")
def bml(api_url: str, aileron: Command) -> BmlCall:
    """``bml("deleteDataset", dataset_group_id=3)``: a developer's call of BML's, which succeeds."""
    return _bml_calls(f"{api_url}{BML}", aileron)


@pytest.fixture(scope="session")
def bml_job(api_url: str, aileron: Command) -> BmlCall:
    """``bml_job("detail", id=3, prjId="default")``: the same of BML's training jobs."""
    return _bml_calls(f"{api_url}{BML_JOBS}", aileron)


def _bml_calls(url: str, aileron: Command) -> BmlCall:
    token = aileron("token", "create", "bml", "--role", "developer", "--json").json["secret"]

    def call(name: str, /, **body: Any) -> dict[str, Any]:
        answer = httpx.post(
            f"{url}{name}?access_token={token}", json=body, trust_env=False, timeout=120
        )
        assert answer.is_success, answer.text
        document: dict[str, Any] = answer.json()
        return document

    return call
