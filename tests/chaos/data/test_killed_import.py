"""An import that is killed leaves nothing to be seen, and the next one is as if it never was."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from plugins.datasets import Caller
from plugins.killing import kill_steps
from plugins.picture_folders import picture, zipped
from plugins.waiting import wait_until

from aileron.core.errors import AileronError, StepFailed
from aileron.core.ports import ArtifactKind
from aileron.core.settings import Settings
from aileron.data.version import VersionConfig, VersionDataset
from aileron.data.versions import Versions
from aileron.graph.pipeline import Node
from aileron.graph.plan import Plan
from aileron.ledger import Ledger, NodeState
from aileron.run import client
from aileron.run.engine import Engine
from aileron.store import open_store

PICTURES = 2000
NODES = [
    Node(
        name="ingest",
        step="data.ingest_images",
        config={"name": "dots"},
        inputs={"source": "source:dataset"},
    ),
    Node(name="version", step="data.version", inputs={"dataset": "ingest.dataset"}),
]


@pytest.fixture
def plan(settings: Settings, start_run: Callable[..., Plan], tmp_path: Path) -> Plan:
    """A run that imports many pictures."""
    files = {f"{'ab'[i % 2]}/{i}.png": picture(i, (200, 200)) for i in range(PICTURES)}
    source = tmp_path / "source"
    source.mkdir()
    zipped(source / "dots.zip", files)
    reference = open_store(settings.store_root).put(ArtifactKind.SOURCE, source)
    return start_run(NODES, sources={"dataset": reference})


def test_a_killed_import_leaves_nothing_and_the_next_one_succeeds(
    engine: Engine, plan: Plan, settings: Settings, ledger: Ledger, launcher_home: Path,
    tmp_path: Path,
) -> None:  # fmt: skip
    begun = threading.Event()

    def in_the_midst() -> bool:
        try:
            return any(settings.home.rglob("media/*.parquet"))
        except FileNotFoundError:  # a folder went while it was looked through
            return False

    def kill() -> None:
        wait_until(lambda: (client.status(launcher_home) or {}).get("running") == 1, 60)
        wait_until(in_the_midst, 60)
        kill_steps(launcher_home)
        begun.set()

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(StepFailed, match="ended by SIGKILL from outside"):
        engine.execute(plan, "ingest")
    killer.join()
    assert begun.is_set()
    row = ledger.nodes.get(plan.run_id, "ingest")
    assert row is not None
    assert (row.state, dict(row.outputs)) == (NodeState.FAILED, {})
    assert ledger.cache.get("default", row.key) is None
    with pytest.raises(AileronError):
        engine.execute(plan, "version")
    assert ledger.datasets.latest("default", "dots") is None
    assert Versions.of(settings).latest("default", "dots") is None

    done = engine.execute(plan, "ingest", attempt=2)
    assert done.state is NodeState.SUCCEEDED
    assert set(done.outputs) == {"dataset"}, "nothing was refused"
    folder = open_store(settings.store_root).fetch(done.outputs["dataset"], tmp_path / "dataset")
    caller = Caller(settings, tmp_path / "work")
    record = VersionDataset().apply(caller, VersionConfig(), {"dataset": folder})
    assert record["tag"] == "default/dots@v1"
    version = ledger.datasets.latest("default", "dots")
    assert version is not None
    assert version.version == 1
