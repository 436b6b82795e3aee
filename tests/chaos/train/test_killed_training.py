"""A training that is killed at random moments ends as an undisturbed one does, bit by bit."""

import random
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from plugins.engines import install_steps
from plugins.killing import kill_steps
from plugins.sample_steps import ENTRY_POINTS as SAMPLE_STEPS
from plugins.stripes_step import ENTRY_POINTS

from aileron.core.errors import StepFailed
from aileron.core.settings import Settings
from aileron.graph.pipeline import Node
from aileron.graph.plan import Plan
from aileron.run.engine import Engine
from aileron.run.outcome import NodeOutcome

EPOCHS = 10
CONFIG = {
    "epochs": EPOCHS,
    "early_stopping_epochs": None,
    "width": 8,
    "threads": 1,
    "image_size": 64,
    "device": "cpu",
}
PICTURES = 240  # an epoch takes longer than the log of a step takes to come
EPOCH = re.compile(rf"epoch (\d+) of {EPOCHS}: ")


NODES = [
    Node(name="stripes", step="sample.stripes", config={"count": PICTURES}),
    Node(
        name="train",
        step="train.image_cnn",
        config=CONFIG,
        inputs={"dataset": "stripes.dataset", "split": "stripes.split"},
    ),
]


@pytest.fixture
def start_training(
    sample_steps: None,
    engine: Engine,
    start_run: Callable[..., Plan],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Plan]:
    """``start_training(force=False)``: the plan of a run whose dataset is there."""
    install_steps(tmp_path / "site", {**SAMPLE_STEPS, **ENTRY_POINTS}, monkeypatch)

    def start(**values: Any) -> Plan:
        plan = start_run(NODES, **values)
        engine.execute(plan, "stripes")
        return plan

    return start


def test_killed_at_random_epochs_and_still_the_same_network(
    engine: Engine, start_training: Callable[..., Plan], launcher_home: Path, settings: Settings
) -> None:
    seed = random.randrange(10_000)
    print(f"moments of death by seed {seed}")
    chance = random.Random(seed)
    undisturbed = engine.execute(start_training(force=True), "train")
    plan, lines = start_training(), []
    for attempt, epoch in enumerate(sorted(chance.sample(range(1, EPOCHS // 2), 2)), start=1):
        kill = killer(launcher_home, epoch, chance.uniform(0, 0.1), lines)
        with pytest.raises(StepFailed, match="ended by SIGKILL from outside"):
            engine.execute(plan, "train", attempt=attempt, log=kill)
    done = engine.execute(plan, "train", attempt=3, log=lines.append)
    assert digests(done) == digests(undisturbed)
    assert sum(line.startswith("resumed after epoch") for line in lines) == 2
    trained = [int(found[1]) for line in lines if (found := EPOCH.match(line))]
    assert len(trained) <= EPOCHS + 2, "no try began anew"
    assert list((settings.home / "checkpoints").glob("*/*")) == []


def killer(
    launcher_home: Path, epoch: int, delay: float, lines: list[str]
) -> Callable[[str], None]:
    """A listener to the log that kills the step some time after it has finished `epoch`.

    A try before may have come further than the epoch it was killed for: then it dies at its first.
    """
    begun = threading.Event()

    def kill() -> None:
        time.sleep(delay)
        kill_steps(launcher_home)

    def listen(line: str) -> None:
        if begun.is_set():  # the last words repeat what the step said before
            return
        lines.append(line)
        found = EPOCH.match(line)
        if found and int(found[1]) >= epoch:
            begun.set()
            threading.Thread(target=kill).start()

    return listen


def digests(outcome: NodeOutcome) -> dict[str, str]:
    return {port: reference.digest for port, reference in outcome.outputs.items()}
