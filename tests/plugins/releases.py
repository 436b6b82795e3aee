"""A small platform for release tests: ledger, store, gateway and supervisor as real processes.

Packages are hand-written (`tiny_service`), so that a revision starts in a blink; they are
started as real ones are, in an environment of their own.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
import pytest
from plugins.postgres import free_port
from plugins.waiting import wait_until
from pydantic import SecretStr

from aileron.cluster.serving import ServicePlacement
from aileron.core.ports import ArtifactKind, Reference
from aileron.core.settings import Settings
from aileron.deploy.process import stop_all
from aileron.deploy.switch import Candidate, Switch
from aileron.ledger import Basis, Champion, Ledger
from aileron.store import open_store
from plugins import tiny_service

PROJECT, SERVICE, MODEL = "default", "cells", "cells_model"


def write_package(folder: Path, answer: str, mode: str = "healthy") -> Path:
    """A package that answers `answer`."""
    source = folder / "src" / "aileron_service"
    source.mkdir(parents=True)
    shutil.copyfile(tiny_service.__file__, source / "__main__.py")
    (source / "__init__.py").touch()
    (folder / "tiny.json").write_text(json.dumps({"answer": answer, "mode": mode}))
    (folder / "package.json").write_text(json.dumps({"format_version": 1, "name": answer}))
    pinned = "0.0.1" if mode == "other_pins" else version("click")
    (folder / "requirements.txt").write_text(f"click=={pinned}\n")
    return folder


@dataclass
class Platform:
    """Everything between a package and its answers."""

    settings: Settings
    ledger: Ledger
    work: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    placement: ServicePlacement | None = None
    """Where releases go; None is a process."""

    @property
    def url(self) -> str:
        return f"{self.settings.gateway_url}/{PROJECT}/{SERVICE}"

    def start(self, module: str, *options: str) -> subprocess.Popen[bytes]:
        """Start a server of the platform; its log lies in ``work/NAME.log``."""
        name = module.rpartition(".")[2]
        with (self.work / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", module, *options],
                env={**os.environ, **self.settings.environment()},
                stdout=log,
                stderr=log,
            )
        self.processes.append(process)
        return process

    def start_gateway(self) -> subprocess.Popen[bytes]:
        port = str(httpx.URL(self.settings.require("gateway_url")).port)
        process = self.start("aileron.gateway", "--port", port)
        wait_until(
            lambda: _answers(f"{self.settings.gateway_url}/readyz"), 60, "the gateway is ready"
        )
        return process

    def start_supervisor(self) -> subprocess.Popen[bytes]:
        return self.start("aileron.deploy.supervisor")

    def candidate(self, number: int, mode: str = "healthy", **more: Any) -> Candidate:
        """Version `number`, registered and packaged; it answers ``v<number>``."""
        store = open_store(self.settings.store_root)
        package = self.work / f"package_{number}_{mode}"
        if not package.exists():
            write_package(package, f"v{number}", mode)
        model = self.model(number)
        registered = self.ledger.models.add(PROJECT, MODEL, model.digest, model)
        assert registered.version == number, "register versions in order"
        return Candidate(
            project=PROJECT,
            service=SERVICE,
            model=MODEL,
            version=number,
            model_reference=model,
            package_reference=store.put(ArtifactKind.PACKAGE, package),
            **{"placement": self.placement, **more},
        )

    def model(self, number: int) -> Reference:
        store = open_store(self.settings.store_root)
        return store.put_json(ArtifactKind.MODEL, "model.json", {"version": number})

    def release(
        self,
        number: int,
        mode: str = "healthy",
        placement: ServicePlacement | None = None,
        **options: Any,
    ) -> Champion:
        """Release version `number` as the release step does after its gate."""
        now = self.ledger.champions.get(PROJECT, MODEL)
        basis = Basis(version=now.version, fence=now.fence) if now else None
        more = {"placement": placement} if placement else {}
        candidate = self.candidate(number, mode, basis=basis, run_id=f"run_{number}", **more)
        return self.switch(**options).make_champion(candidate, now.fence if now else None)

    def switch(self, **options: Any) -> Switch:
        return Switch(self.settings, self.ledger, **options)

    def answer(self) -> str:
        """What the service answers now."""
        response = httpx.post(f"{self.url}/predict", json={}, trust_env=False, timeout=60)
        assert response.status_code == 200, response.text
        return str(response.json()["answer"])

    def log_of(self, name: str) -> str:
        return (self.work / f"{name}.log").read_text()

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
        stop_all(self.settings.home, grace=2)


@pytest.fixture(scope="session")
def environments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built environments, shared by all platforms of the session."""
    return tmp_path_factory.mktemp("environments")


def make_platform(ledger_url: str, ledger: Ledger, work: Path, environments: Path) -> Platform:
    home = work / "home"
    home.mkdir()
    (home / "environments").symlink_to(environments)
    settings = Settings(
        workspace=work,
        home=home,
        ledger_url=SecretStr(ledger_url),
        gateway_url=f"http://127.0.0.1:{free_port()}",
    )
    return Platform(settings, ledger, work)


@pytest.fixture
def bare_platform(
    ledger_url: str, ledger: Ledger, tmp_path: Path, environments: Path
) -> Iterator[Platform]:
    """A platform whose servers the test starts."""
    platform = make_platform(ledger_url, ledger, tmp_path, environments)
    yield platform
    platform.end()


@pytest.fixture
def platform(bare_platform: Platform) -> Platform:
    """A running platform."""
    bare_platform.start_supervisor()
    bare_platform.start_gateway()
    return bare_platform


@dataclass
class Traffic:
    """What a constant client saw."""

    answers: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def seen(self) -> list[str]:
        """The answers in the order in which they first came."""
        return list(dict.fromkeys(self.answers))


@contextmanager
def constant_client(url: str, clients: int = 4, pause: float = 0.005) -> Iterator[Traffic]:
    """POST again and again from several threads, over kept-alive connections."""
    traffic, done = Traffic(), threading.Event()

    def ask() -> None:
        with httpx.Client(trust_env=False, timeout=20) as client:
            while not done.is_set():
                try:
                    response = client.post(f"{url}/predict", json={"data": [{}]})
                except httpx.HTTPError as error:
                    traffic.failures.append(repr(error))
                    continue
                if response.status_code == 200:
                    traffic.answers.append(response.json()["answer"])
                else:
                    traffic.failures.append(f"{response.status_code} {response.text}")
                done.wait(pause)

    threads = [threading.Thread(target=ask) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield traffic
    finally:
        done.set()
        for thread in threads:
            thread.join()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
