"""Fixtures for serving: trained models of each task and library, their packages, live servers.

Everything is made once per session by the real steps; a served package runs as a supervisor
would run it, in its own environment.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from plugins.tables import RecordingContext, TableInputs, write_inputs

from aileron.core.catalogue import step_class
from aileron.package.environment import serving_environment
from aileron.package.launch import command, environment

MODELS: Mapping[str, tuple[str, str]] = {
    "binary_xgboost": ("purchases", "train.xgboost"),
    "binary_logistic": ("purchases", "train.logistic_regression"),
    "multiclass_xgboost": ("iris", "train.xgboost"),
    "multiclass_logistic": ("iris", "train.logistic_regression"),
    "regression_xgboost": ("diabetes", "train.xgboost"),
    "regression_ridge": ("diabetes", "train.ridge"),
    "words_xgboost": ("visits", "train.xgboost"),
    "words_logistic": ("visits", "train.logistic_regression"),
}
"""Kind -> (table, training step)."""


@dataclass(frozen=True)
class Trained:
    """A MODEL artifact and what it was trained on."""

    inputs: TableInputs
    model: Path

    def ports(self) -> dict[str, Path]:
        return self.inputs.ports(model=self.model)


def purchases() -> dict[str, list[Any]]:
    """240 made-up rows with a number that may be missing and two categories."""
    chance = np.random.default_rng(7)
    age = [None if i % 11 == 5 else float(v) for i, v in enumerate(chance.integers(18, 80, 240))]
    income = chance.normal(40_000, 9_000, 240).round(2).tolist()
    city = chance.choice(["Harbin", "Wuhan", "Xi'an"], 240).tolist()
    member = ["member" if chosen else "guest" for chosen in chance.random(240) < 0.4]
    score = [
        (a or 45) / 40 + i / 40_000 + (m == "member")
        for a, i, m in zip(age, income, member, strict=True)
    ]
    bought = ["yes" if s > 2.4 else "no" for s in score]
    return {"age": age, "income": income, "city": city, "member": member, "bought": bought}


VISIT_TYPES = {"arrived": "date", "note": "text"}


def visits() -> dict[str, list[Any]]:
    """160 made-up rows with a date, which may be missing, a text in two scripts and a number."""
    chance = np.random.default_rng(8)
    good = chance.random(160) < 0.5
    words = np.where(good, "很好 good", "很差 bad")
    days = [f"2026-{m:02d}-{d:02d}" for m, d in chance.integers((1, 1), (13, 29), (160, 2))]
    return {
        "arrived": [None if i % 13 == 4 else f"{day} 09:30" for i, day in enumerate(days)],
        "note": [f"房间{word} room {i % 7}" for i, word in enumerate(words)],
        "nights": chance.integers(1, 9, 160).astype(float).tolist(),
        "again": np.where(good, "yes", "no").tolist(),
    }


def run_step(
    step_name: str, folder: Path, inputs: Mapping[str, Path], /, **config: Any
) -> dict[str, Path]:
    """Run a component as a runner does, with its work and outputs in `folder`."""
    step: Any = step_class(step_name)()
    return dict(step.run(RecordingContext(folder), step.Config(**config), inputs))


@pytest.fixture(scope="session")
def trained(
    tmp_path_factory: pytest.TempPathFactory, known_table: Callable[[str], TableInputs]
) -> Callable[[str], Trained]:
    """The model of a kind in `MODELS`."""
    made: dict[str, Trained] = {}

    def train(kind: str) -> Trained:
        if kind not in made:
            folder = tmp_path_factory.mktemp(kind)
            table, step = MODELS[kind]
            if table == "purchases":
                inputs = write_inputs(folder, purchases(), "bought", "classification")
            elif table == "visits":
                inputs = write_inputs(
                    folder, visits(), "again", "classification", types=VISIT_TYPES
                )
            else:
                inputs = known_table(table)
            small = {"n_estimators": 20} if step == "train.xgboost" else {}
            made[kind] = Trained(
                inputs, run_step(step, folder / "train", inputs.ports(), **small)["model"]
            )
        return made[kind]

    return train


@pytest.fixture(scope="session")
def packaged(
    tmp_path_factory: pytest.TempPathFactory, trained: Callable[[str], Trained]
) -> Callable[[str], Path]:
    """The package of a kind in `MODELS`, built by the step `package.bento`."""
    made: dict[str, Path] = {}

    def package(kind: str) -> Path:
        if kind not in made:
            folder = tmp_path_factory.mktemp(f"package_{kind}")
            outputs = run_step("package.bento", folder, trained(kind).ports(), name="sample")
            made[kind] = outputs["package"]
        return made[kind]

    return package


@pytest.fixture(scope="session")
def serving_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory whose environments the session shares."""
    return tmp_path_factory.mktemp("home")


@dataclass(frozen=True)
class Served:
    """A running package."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=30)

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)


@pytest.fixture(scope="session")
def serve(serving_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """A context manager that serves a package: `with serve(package) as served`."""

    @contextmanager
    def start(package: Path, **options: Any) -> Iterator[Served]:
        work = tmp_path_factory.mktemp("served")
        python = serving_environment(package / "requirements.txt", serving_home)
        announce, log = work / "address.json", work / "log"
        words = command(python, package, announce=announce, **options)
        with log.open("wb") as file:
            process = subprocess.Popen(
                words, env=dict(environment(package)), stdout=file, stderr=file
            )
        try:
            address = wait_for(announce, process, log)
            yield Served(process, f"http://{address['host']}:{address['port']}", log)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()

    return start


def wait_for(announce: Path, process: subprocess.Popen[bytes], log: Path) -> dict[str, Any]:
    """The address that a starting service announces."""
    deadline = time.monotonic() + 180
    while not announce.is_file():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.02)
    address: dict[str, Any] = json.loads(announce.read_text())
    return address


@pytest.fixture
def copy_package(tmp_path: Path) -> Callable[[Path], Path]:
    """A copy of a package that a test may damage."""

    def copy(package: Path) -> Path:
        return Path(shutil.copytree(package, tmp_path / "copied"))

    return copy
