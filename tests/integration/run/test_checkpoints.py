"""Checkpoints outlive what fails, go when the node has succeeded, and are swept when given up."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from plugins.engines import MakeEngine, install_steps
from plugins.sample_steps import ENTRY_POINTS

from aileron.core.errors import StepFailed
from aileron.core.settings import Settings
from aileron.graph.pipeline import Node
from aileron.graph.plan import Plan
from aileron.run.checkpoints import Checkpoints

StartRun = Callable[..., Plan]
RESUME = {"behaviour": "resume", "text": "half way"}


@pytest.fixture
def probe_step(sample_steps: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The probe of runners, installed as a step; it dies once and then tells what it kept."""
    steps = {**ENTRY_POINTS, "probe.component": "aileron.run.probes:Probe"}
    install_steps(tmp_path / "site", steps, monkeypatch)


def test_a_retry_finds_what_the_killed_try_left_and_success_removes_it(
    make_engine: MakeEngine, probe_step: None, start_run: StartRun, settings: Settings
) -> None:
    engine = make_engine()
    plan = start_run([Node(name="probe", step="probe.component", config=RESUME)])
    with pytest.raises(StepFailed, match="SIGKILL"):
        engine.execute(plan, "probe")
    (kept,) = (settings.home / "checkpoints").glob("*/*/kept.txt")
    assert kept.read_text() == "half way"
    outcome = engine.execute(plan, "probe", attempt=2)
    assert kept.parent.name == outcome.key
    report = engine._store.read_json(outcome.outputs["report"], "report.json")
    assert report["kept"] == "half way"
    assert not kept.parent.exists()


def test_a_forced_run_does_not_resume_another(
    make_engine: MakeEngine, probe_step: None, start_run: StartRun
) -> None:
    nodes = [Node(name="probe", step="probe.component", config=RESUME)]
    for force in (False, True):
        with pytest.raises(StepFailed, match="SIGKILL"):
            make_engine().execute(start_run(nodes, force=force), "probe")


def test_only_what_nobody_has_touched_for_long_is_swept(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    old, new = (checkpoints.folder("default", name) for name in ("old", "new"))
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / "last.pt").write_bytes(b"...")
    week = 7 * 24 * 3600
    os.utime(old, (time.time() - 3 * week, time.time() - 3 * week))
    checkpoints.sweep()
    assert (old.exists(), new.exists()) == (False, True)
    checkpoints.remove("default", "new")
    checkpoints.remove("default", "never there")
    assert not new.exists()
