"""Whoever dies, nothing runs on, nothing half-done is published, and a retry succeeds."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from plugins.engines import MakeEngine
from plugins.killing import kill_steps
from plugins.waiting import wait_until

from aileron.core.errors import StepFailed, Unavailable
from aileron.graph.pipeline import Node
from aileron.graph.plan import Plan
from aileron.ledger import Ledger, NodeState
from aileron.run import client
from aileron.run.engine import Engine
from aileron.run.tree import members

StartRun = Callable[..., Plan]

SUPERVISOR = """
import sys
from pathlib import Path
from aileron.run.process import ProcessRunner
from aileron.run.request import Request

home, folder, warm = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "warm"
request = Request(
    action="run", step="probe.component", target="aileron.run.probes:Probe",
    config={"behaviour": "spawn", "amount": 300}, store=str(folder / "store"),
    folder=folder / "work",
)
ProcessRunner(home, launcher=warm).run(request, on_log=lambda line: print(line, flush=True))
"""


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def supervise(
    launcher_home: Path, tmp_path: Path
) -> Iterator[Callable[[str], tuple[int, list[int]]]]:
    """``supervise("warm")``: a process that supervises a step with grandchildren; all pids."""
    processes = []

    def start(path: str) -> tuple[int, list[int]]:
        command = [sys.executable, "-c", SUPERVISOR, str(launcher_home), str(tmp_path), path]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        processes.append(process)
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("spawned "):
                return process.pid, json.loads(line.removeprefix("spawned "))
        raise AssertionError("the step did not start")

    yield start
    for process in processes:
        process.kill()
        process.wait()


@pytest.mark.parametrize("path", ["warm", "cold"])
def test_a_step_and_its_children_die_with_their_supervisor(
    path: str, supervise: Callable[[str], tuple[int, list[int]]]
) -> None:
    supervisor, grandchildren = supervise(path)
    step = int(Path(f"/proc/{grandchildren[0]}/stat").read_text().rsplit(")", 1)[1].split()[1])
    os.kill(supervisor, signal.SIGKILL)
    wait_until(lambda: not any(alive(pid) for pid in (step, *grandchildren)), seconds=30)


def test_a_killed_step_is_told_and_its_retry_succeeds(
    engine: Engine, start_run: StartRun, ledger: Ledger, launcher_home: Path
) -> None:
    config = {"seconds": 10.0}
    plan = start_run([Node(name="numbers", step="sample.numbers", config=config)])

    def kill_step() -> None:
        wait_until(lambda: (client.status(launcher_home) or {}).get("running") == 1, 60)
        time.sleep(0.3)
        kill_steps(launcher_home)

    killer = threading.Thread(target=kill_step)
    killer.start()
    with pytest.raises(StepFailed, match="ended by SIGKILL from outside"):
        engine.execute(plan, "numbers")
    killer.join()
    row = ledger.nodes.get(plan.run_id, "numbers")
    assert row is not None
    assert row.state is NodeState.FAILED
    assert ledger.cache.get("default", row.key) is None
    assert engine.execute(plan, "numbers", attempt=2).state is NodeState.SUCCEEDED


def test_a_dead_launcher_takes_its_step_along_and_comes_back(
    make_engine: MakeEngine, start_run: StartRun, tmp_path: Path
) -> None:
    from aileron.run.process import ProcessRunner

    home = tmp_path / "own-launcher"
    engine = make_engine(ProcessRunner(home))
    plan = start_run([Node(name="numbers", step="sample.numbers", config={"seconds": 10.0})])
    seen: set[int] = set()

    def kill_launcher() -> None:
        wait_until(lambda: (client.status(home) or {}).get("running") == 1, 60)
        launcher = (client.status(home) or {})["pid"]
        seen.update(members(launcher))
        os.kill(launcher, signal.SIGKILL)

    killer = threading.Thread(target=kill_launcher)
    killer.start()
    with pytest.raises(Unavailable, match="the launcher starts by itself"):
        engine.execute(plan, "numbers")
    killer.join()
    wait_until(lambda: not any(alive(pid) for pid in seen), seconds=30)
    try:
        assert engine.execute(plan, "numbers", attempt=2).state is NodeState.SUCCEEDED
    finally:
        client.stop(home)


def test_a_dead_engine_leaves_no_folder_for_long(tmp_path: Path) -> None:
    from aileron.run.folders import execution_folder, sweep

    code = (
        "import os, sys, pathlib\n"
        "from aileron.run.folders import execution_folder\n"
        "with execution_folder(pathlib.Path(sys.argv[1])) as folder:\n"
        "    (folder / 'inputs').mkdir()\n"
        "    (folder / 'inputs').chmod(0o500)\n"
        "    os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    root = tmp_path / "run" / "work"
    assert len(list(root.iterdir())) == 1
    with execution_folder(tmp_path) as mine:
        assert list(root.iterdir()) == [mine]
        sweep(root)
        assert mine.exists()
    assert list(root.iterdir()) == []
