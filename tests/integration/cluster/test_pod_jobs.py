"""Custom jobs in pods: the plan says where, the code goes there, what it leaves comes back."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
import yaml
from plugins.cluster import Cluster
from plugins.own_jobs import Jobs
from plugins.waiting import wait_until
from plugins.workspaces import Workspace
from sklearn.datasets import load_digits

from aileron.cluster.placement import Placement
from aileron.core.errors import StepFailed
from aileron.core.names import JOB_IN_PODS
from aileron.core.settings import Settings
from aileron.ledger import Ledger
from aileron.run.kubernetes import KubernetesRunner
from aileron.run.placed import PlacedRunner
from aileron.run.process import ProcessRunner

PLACE = {"pool": "shared", "cpu": 0.2, "memory_mb": 512}
WIDE = {"pool": "shared", "cpu": 0.3, "memory_mb": 1024}
SCRIPT = Path(__file__).parents[1] / "train/job/scripts/digits_ddp.py"


@pytest.fixture
def jobs(
    workspace: Workspace,
    ledger_url: str,
    ledger: Ledger,
    launcher_home: Path,
    placement: Placement,
    shared_folder: Path,
) -> Jobs:
    """Jobs of a workspace with a pool, over a store that pods see too."""
    store = placement.store.model_dump(mode="json", exclude_none=True)
    pool = {
        "apiVersion": "aileron/v1",
        "kind": "Pool",
        "name": "shared",
        "namespace": placement.namespace,
        "images": {"trainer": placement.image},
        "sizes": {"small": {"cpu": 0.3, "memory_mb": 1024}},
        "default_size": "small",
        "group": placement.group,
        "store": store,
    }
    workspace.pool_file(yaml.safe_dump(pool))
    runner = PlacedRunner(ProcessRunner(launcher_home), KubernetesRunner())
    settings = Settings(
        workspace=workspace.folder,
        home=workspace.folder / ".aileron",
        ledger_url=ledger_url,
        store_uri=str(shared_folder / "store"),
    )
    return Jobs(workspace, settings, ledger, runner)


def test_a_shell_script_runs_in_a_pod_of_the_size_that_was_asked_for(jobs: Jobs) -> None:
    script = 'cat train_data/*/one.txt > output/seen.txt\necho "accuracy: 0.5" && env | sort\n'
    jobs.write("code/look.sh", script)
    jobs.write("data/cat/one.txt", "a cat\n")
    plan = jobs.plan(
        JOB_IN_PODS,
        command="bash look.sh",
        code={"folder": "code"},
        train_data={"folder": "data"},
        resources=PLACE,
    )
    placement = plan.node("job").placement
    assert placement is not None
    assert (placement.pool, placement.resources.memory_mb) == ("shared", 512)
    outcome = jobs.execute(plan)
    assert jobs.text(outcome.outputs, "seen.txt") == "a cat\n"
    assert jobs.metrics(outcome.outputs)["metrics"] == {"accuracy": 0.5}
    assert not [line for line in jobs.lines if line.startswith(("AWS_", "AILERON_POD_IP"))]


def test_a_stopped_pod_keeps_what_its_job_has(jobs: Jobs, cluster: Cluster) -> None:
    jobs.write("code/slow.sh", "echo 1 > output/first\necho at work\nsleep 600\n")
    plan = jobs.plan(JOB_IN_PODS, command="bash slow.sh", code={"folder": "code"}, resources=PLACE)
    cancelled = threading.Event()

    def stop() -> None:
        wait_until(lambda: "at work" in jobs.lines, seconds=120)
        cancelled.set()

    stopping = threading.Thread(target=stop)
    stopping.start()
    with pytest.raises(StepFailed, match="cancelled"):
        jobs.execute(plan, cancelled=cancelled)
    stopping.join()
    assert jobs.files(jobs.row(plan).outputs) == ["first"]


def test_two_pods_find_each_other(jobs: Jobs) -> None:
    jobs.write("code/meet.py", MEET)
    plan = jobs.plan(
        JOB_IN_PODS, command="python meet.py", code={"folder": "code"}, resources=PLACE, nodes=2
    )
    outcome = jobs.execute(plan)
    assert jobs.text(outcome.outputs, "met.txt") == "hello of 1"


def test_two_pods_learn_as_well_as_one_process(jobs: Jobs) -> None:
    digits = load_digits()
    (jobs.workspace.folder / "digits").mkdir()
    np.savez(jobs.workspace.folder / "digits/digits.npz", x=digits.data / 16, y=digits.target)
    jobs.write("code/digits_ddp.py", SCRIPT.read_text(encoding="utf-8"))
    given = {"command": "python digits_ddp.py", "train_data": {"folder": "digits"}}
    alone = jobs.metrics(jobs.run(**given).outputs)["metrics"]
    plan = jobs.plan(
        JOB_IN_PODS, code={"folder": "code"}, framework="pytorch", resources=WIDE, nodes=2, **given
    )
    outcome = jobs.execute(plan)
    found = jobs.metrics(outcome.outputs)["metrics"]
    assert (alone["nodes"], found["nodes"]) == (1, 2)
    assert alone["accuracy"] > 0.8
    assert abs(found["accuracy"] - alone["accuracy"]) < 0.01
    assert "model" in outcome.outputs


MEET = """\
import os, socket, time
address = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
if os.environ["RANK"] == "0":
    with socket.create_server(("", address[1])) as server:
        connection, _ = server.accept()
        open("output/met.txt", "wb").write(connection.recv(100))
else:
    for _ in range(300):
        try:
            socket.create_connection(address).sendall(b"hello of " + os.environ["RANK"].encode())
            break
        except OSError:
            time.sleep(0.1)
"""
