"""Engines over a real ledger and store, with the sample steps installed."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from plugins.sample_steps import ENTRY_POINTS
from plugins.waiting import wait_until

from aileron.core import catalogue
from aileron.core.settings import Settings
from aileron.graph.keys import code_digest, environment_digest
from aileron.graph.pipeline import Graph, Node
from aileron.graph.plan import Plan
from aileron.ledger import Ledger
from aileron.run import client
from aileron.run.engine import Engine
from aileron.run.process import ProcessRunner
from aileron.run.runner import Runner
from aileron.store import open_store

TESTS = Path(__file__).parents[1]
_numbers = itertools.count(1)


def install_steps(
    folder: Path, entry_points: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Make `folder` a place of installed distributions that offers these steps."""
    write_distribution(folder, "samples", entry_points)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), str(TESTS)]))
    forget_steps()


def write_distribution(folder: Path, name: str, entry_points: Mapping[str, str]) -> None:
    """Write into `folder` what tells of an installed distribution with these steps."""
    information = folder / f"{name}-1.0.dist-info"
    information.mkdir(parents=True, exist_ok=True)
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    lines = [f"{step} = {target}" for step, target in entry_points.items()]
    (information / "entry_points.txt").write_text("\n".join(["[aileron.steps]", *lines]))


def forget_steps() -> None:
    """Have installed steps looked up anew."""
    catalogue.installed.cache_clear()
    catalogue.step_class.cache_clear()


@pytest.fixture
def sample_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The steps of `plugins.sample_steps`, installed."""
    install_steps(tmp_path / "site", ENTRY_POINTS, monkeypatch)
    yield
    forget_steps()


@pytest.fixture(scope="session")
def launcher_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state directory whose launcher has loaded everything."""
    home = tmp_path_factory.mktemp("launcher")
    client.warm_up(home)
    wait_until(lambda: (client.status(home) or {}).get("ready"), seconds=120)
    yield home
    client.stop(home)


@pytest.fixture
def settings(tmp_path: Path, ledger_url: str) -> Settings:
    return Settings.model_validate(
        {"workspace": tmp_path, "home": tmp_path / "home", "ledger_url": ledger_url}
    )


MakeEngine = Callable[..., Engine]


@pytest.fixture
def make_engine(
    settings: Settings, ledger: Ledger, launcher_home: Path, sample_steps: None
) -> MakeEngine:
    """``make_engine(runner=None, **options)``: another engine over the same ledger and store."""

    def make(runner: Runner | None = None, **options: Any) -> Engine:
        store = open_store(settings.store_root)
        return Engine(settings, ledger, store, runner or ProcessRunner(launcher_home), **options)

    return make


@pytest.fixture
def engine(make_engine: MakeEngine) -> Engine:
    return make_engine()


@pytest.fixture
def start_run(ledger: Ledger) -> Callable[..., Plan]:
    """``start_run(nodes, force=False)``: a started run with its plan."""

    def start(nodes: list[Node], **values: Any) -> Plan:
        run = ledger.runs.start(f"default/sample/{next(_numbers)}", "default", "sample", "ann")
        return plan_of(nodes, run.run_id, **values)

    return start


def plan_of(nodes: list[Node], run_id: str, **values: Any) -> Plan:
    """A plan as the lifecycle would make it now."""
    steps = {node.step for node in nodes}
    modules = {step: catalogue.step_target(step).partition(":")[0] for step in steps}
    return Plan(
        project="default",
        lifecycle="sample",
        run_id=run_id,
        actor="ann",
        graph=Graph(nodes=tuple(nodes)),
        step_versions={step: catalogue.step_class(step).version for step in steps},
        code={step: code_digest(module) for step, module in modules.items()},
        environment=environment_digest(),
        **values,
    )


def sample_nodes(tmp_path: Path, **gate: Any) -> list[Node]:
    """numbers -> mean -> gate -> publish, with a journal and a shelf in `tmp_path`."""
    journal, shelf = str(tmp_path / "journal"), tmp_path / "shelf"
    shelf.mkdir(exist_ok=True)
    champion = {"champion": "champion:model", "champion_record": "champion:record"}
    return [
        Node(name="numbers", step="sample.numbers", config={"journal": journal}),
        Node(
            name="mean",
            step="sample.mean",
            config={"journal": journal},
            inputs={"dataset": "numbers.dataset"},
        ),
        Node(
            name="gate",
            step="sample.gate",
            config={"journal": journal, **gate},
            inputs={"model": "mean.model", **champion},
        ),
        Node(
            name="publish",
            step="sample.publish",
            config={"shelf": str(shelf), "model": "mean"},
            inputs={"model": "mean.model", "verdict": "gate.verdict"},
        ),
    ]


def journal(tmp_path: Path) -> list[str]:
    """Names of the components that really ran, in order."""
    path = tmp_path / "journal"
    return path.read_text().split() if path.exists() else []
