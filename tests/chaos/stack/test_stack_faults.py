"""What dies or fills up while a lifecycle runs through the real scheduler, and what comes of it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psutil
import pytest
from plugins.command import Command
from plugins.waiting import wait_until

from aileron.ledger import Ledger, NodeState
from aileron.stack.stack import Stack

PATIENCE = 120.0


def server_process(stack: Stack, name: str) -> psutil.Process:
    pid = next(status.pid for status in stack.status() if status.name == name)
    assert pid is not None
    return psutil.Process(pid)


def training(ledger: Ledger, run_id: str) -> bool:
    row = ledger.nodes.get(run_id, "train")
    return row is not None and row.state is NodeState.RUNNING


def launch_slow(aileron: Command, seed: int) -> str:
    """A run that trains for several seconds; the seed keeps it from reusing another's."""
    words = ("slow", "--set", f"seed={seed}", "--json")
    run_id: str = aileron("lifecycle", "run", *words).json["run_id"]
    return run_id


def ended(aileron: Command, ledger: Ledger, run_id: str) -> dict[str, Any]:
    """The run's summary once it has ended."""
    name, run = run_id.split("/", 2)[1:]

    def final() -> bool:
        return ledger.runs.get(run_id).state.final

    wait_until(final, 180, f"end of {run_id}")
    facts: dict[str, Any] = aileron("lifecycle", "show", name, run, "--json").json
    return facts


def step_processes(stack_home: Any) -> list[psutil.Process]:
    """Processes that work in an execution folder of this stack."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd().startswith(f"{stack_home}/run/work"):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def test_a_scheduler_killed_in_mid_training_costs_nothing_but_time(
    stack: Stack, aileron: Command, stack_ledger: Ledger
) -> None:
    run_id = launch_slow(aileron, seed=11)
    wait_until(lambda: training(stack_ledger, run_id), PATIENCE, "training")
    before = server_process(stack, "scheduler")
    before.kill()
    facts = ended(aileron, stack_ledger, run_id)
    assert facts["state"] == "succeeded"
    assert server_process(stack, "scheduler").pid != before.pid
    assert len(stack_ledger.models.list("default", "slow")) >= 1


def test_a_killed_training_is_told_and_tried_again(
    stack: Stack, stack_home: Any, aileron: Command, stack_ledger: Ledger
) -> None:
    run_id = launch_slow(aileron, seed=12)
    wait_until(lambda: training(stack_ledger, run_id), PATIENCE, "training")
    victim = wait_until(lambda: step_processes(stack_home), PATIENCE, "training process")[0]
    os.kill(victim.pid, signal.SIGKILL)
    facts = ended(aileron, stack_ledger, run_id)
    assert facts["state"] == "succeeded"
    events = stack_ledger.events.list("default", subject=f"node:{run_id}/train", limit=20)
    told = [event.after["reason"] for event in events if event.verb == "node.failed"]
    assert len(told) == 1
    assert "SIGKILL" in told[0]


def test_of_two_runs_of_the_same_at_once_one_works_and_the_other_takes_its_outputs(
    aileron: Command, stack_ledger: Ledger
) -> None:
    runs: list[str] = []
    threads = [
        threading.Thread(target=lambda: runs.append(launch_slow(aileron, seed=13)))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    facts = [ended(aileron, stack_ledger, run_id) for run_id in runs]
    assert [f["state"] for f in facts] == ["succeeded", "succeeded"]
    rows = [stack_ledger.nodes.get(run_id, "train") for run_id in runs]
    assert sorted(row.state for row in rows if row) == ["reused", "succeeded"]
    assert facts[0]["model_version"] == facts[1]["model_version"]
    assert facts[0]["mlflow_run_id"] == facts[1]["mlflow_run_id"]


@contextmanager
def frozen(processes: list[psutil.Process]) -> Iterator[None]:
    """Servers that hold their ports and answer nothing."""
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


def test_mlflow_that_does_not_answer_is_said_in_good_time_and_a_retry_succeeds(
    stack: Stack, aileron: Command, stack_ledger: Ledger
) -> None:
    server = server_process(stack, "mlflow")
    with frozen([server, *server.children(recursive=True)]):
        facts = aileron("lifecycle", "run", "away", "--wait", "--json", code=1).json
        row = stack_ledger.nodes.get(facts["run_id"], "track")
        assert row is not None
        assert row.state is NodeState.FAILED
        assert row.seconds is not None
        assert row.seconds < 60
        assert "MLflow" in str(row.reason)
    again = aileron("lifecycle", "run", "away", "--wait", "--json").json
    assert again["state"] == "succeeded"
    done = {task["name"]: task["state"] for task in again["tasks"]}
    assert done["train"] == "reused"


@pytest.fixture
def full_store(stack: Stack) -> Iterator[Callable[[], None]]:
    """The stack's store on a file system with no room left; the call makes room again."""
    import subprocess
    from pathlib import Path

    store = Path(stack.settings().store_root)
    disk = store.with_name("store-full")
    disk.mkdir()
    kept = store.with_name("store-kept")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], check=True)
    (disk / "filler").write_bytes(b"\0" * 56 * 1024)
    store.rename(kept)
    store.symlink_to(disk)

    def make_room() -> None:
        store.unlink()
        kept.rename(store)

    try:
        yield make_room
    finally:
        if store.is_symlink():
            make_room()
        subprocess.run(["umount", disk], check=True)


def test_a_full_disk_publishes_nothing_and_a_retry_succeeds(
    full_store: Callable[[], None], aileron: Command, stack_ledger: Ledger
) -> None:
    tags = len(stack_ledger.datasets.list("default"))
    full = aileron("lifecycle", "run", "full", "--wait", "--json", code=1).json
    assert "space" in full["reason"]
    assert len(stack_ledger.datasets.list("default")) == tags
    full_store()
    again = aileron("lifecycle", "run", "full", "--wait", "--json").json
    assert again["state"] == "succeeded"
    assert len(stack_ledger.datasets.list("default")) == tags + 1
