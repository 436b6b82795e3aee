"""A network that is trained in pods, one of which is deleted while it works."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from plugins.cluster import Cluster
from plugins.engines import MakeEngine, install_steps
from plugins.pods import left_over
from plugins.sample_steps import ENTRY_POINTS as SAMPLE_STEPS
from plugins.stripes_step import ENTRY_POINTS
from plugins.waiting import wait_until

from aileron.cluster.placement import Placement, Resources
from aileron.core.errors import Unavailable
from aileron.core.settings import Settings
from aileron.graph.pipeline import Node
from aileron.graph.plan import Plan
from aileron.run.kubernetes import KubernetesRunner
from aileron.run.outcome import NodeOutcome
from aileron.run.placed import PlacedRunner
from aileron.run.process import ProcessRunner
from aileron.store import open_store

PATIENCE = 240.0
CONFIG = {
    "epochs": 20,
    "early_stopping_epochs": None,
    "width": 8,
    "threads": 1,
    "image_size": 64,
    "device": "cpu",
}
PICTURES = 240  # an epoch takes longer than its checkpoint takes to come


@pytest.fixture
def settings(tmp_path: Path, ledger_url: str, shared_folder: Path) -> Settings:
    """Of a platform whose store pods see too."""
    store = str(shared_folder / "store")
    values = {"workspace": tmp_path, "home": tmp_path / "home", "ledger_url": ledger_url}
    return Settings.model_validate({**values, "store_uri": store})


@pytest.fixture
def nodes(
    sample_steps: None, placement: Placement, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> list[Node]:
    """Pictures made on this machine, and a training in a pod."""
    install_steps(tmp_path / "site", {**SAMPLE_STEPS, **ENTRY_POINTS}, monkeypatch)
    large = Resources(cpu=0.8, memory_mb=2048, shm_mb=64)
    return [
        Node(name="stripes", step="sample.stripes", config={"count": PICTURES}),
        Node(
            name="train",
            step="train.image_cnn",
            config=CONFIG,
            inputs={"dataset": "stripes.dataset", "split": "stripes.split"},
            runner="kubernetes",
            placement=placement.model_copy(update={"resources": large}),
        ),
    ]


def test_a_training_whose_pod_was_deleted_goes_on_where_it_was_and_ends_the_same(
    make_engine: MakeEngine,
    launcher_home: Path,
    start_run: Callable[..., Plan],
    nodes: list[Node],
    settings: Settings,
    cluster: Cluster,
    namespace: str,
) -> None:
    engine = make_engine(PlacedRunner(ProcessRunner(launcher_home), KubernetesRunner()))
    store = open_store(settings.store_root)
    plan, lines = start_run(nodes), []

    def kept() -> list[str]:
        return store.object_keys("executions/checkpoints/")

    engine.execute(plan, "stripes")
    with ThreadPoolExecutor() as threads:
        first = threads.submit(engine.execute, plan, "train")
        wait_until(lambda: first.done() or kept(), PATIENCE, "checkpoint")
        cluster.kubectl("delete", "pod", "-n", namespace, "--all", "--wait=false")
        with pytest.raises(Unavailable, match="deleted"):
            first.result()
    resumed = engine.execute(plan, "train", attempt=2, log=lines.append)
    assert [line for line in lines if line.startswith("resumed after epoch")]
    again = start_run(nodes, force=True)
    engine.execute(again, "stripes")
    assert digests(resumed) == digests(engine.execute(again, "train"))
    assert left_over(store) == []


def digests(outcome: NodeOutcome) -> dict[str, str]:
    return {port: reference.digest for port, reference in outcome.outputs.items()}
