"""Several nodes in processes: they find each other, learn the same as one, and end together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from plugins.own_jobs import Jobs
from sklearn.datasets import load_digits

from aileron.core.errors import StepFailed

SCRIPTS = Path(__file__).parent / "scripts"
DATA = {"folder": "digits"}


@pytest.fixture
def digits(jobs: Jobs) -> Jobs:
    """Jobs with the digits and the script for them."""
    found = load_digits()
    folder = jobs.workspace.folder / "digits"
    folder.mkdir()
    np.savez(folder / "digits.npz", x=found.data / 16, y=found.target)
    for name in ("digits_ddp.py", "digits_torch.py"):
        jobs.write(f"code/{name}", (SCRIPTS / name).read_text(encoding="utf-8"))
    return jobs


def test_two_processes_one_of_which_dies_once_learn_as_well_as_one(digits: Jobs) -> None:
    alone = digits.run("python digits_ddp.py", train_data=DATA)
    expected = digits.metrics(alone.outputs)["metrics"]
    command = "python digits_ddp.py --die=1@2"
    outcome = digits.run(command, nodes=2, restarts=1, train_data=DATA)
    found = digits.metrics(outcome.outputs)["metrics"]
    assert (expected["nodes"], found["nodes"]) == (1, 2)
    assert expected["accuracy"] > 0.8
    assert abs(found["accuracy"] - expected["accuracy"]) < 0.01
    assert any("goes on at epoch 2" in line for line in digits.lines)


def test_torchrun_joins_the_nodes_without_an_argument(digits: Jobs) -> None:
    outcome = digits.run("torchrun digits_ddp.py", nodes=2, train_data=DATA)
    assert digits.metrics(outcome.outputs)["metrics"]["nodes"] == 2


def test_a_node_that_dies_ends_all_with_one_reason(jobs: Jobs) -> None:
    script = "echo $RANK > output/$RANK\n[ $RANK = 1 ] && echo enough && exit 9\nsleep 600\n"
    jobs.write("code/die.sh", script)
    plan = jobs.plan(code={"folder": "code"}, command="bash die.sh", nodes=2)
    with pytest.raises(StepFailed, match=r"Node 1 of 2 ended with exit code 9[\s\S]*enough"):
        jobs.execute(plan)
    assert "1" in jobs.files(jobs.row(plan).outputs)


def test_an_old_script_runs_as_it_is(digits: Jobs) -> None:
    arguments = (
        "--train-dir ./train_data --test-dir ./test_data --output-dir ./output --batch-size 64 "
        "--test-batch-size 64 --epochs 3 --lr 0.1 --momentum 0.5 --no-cuda --log-interval 10"
    )
    outcome = digits.run(
        f"python digits_torch.py {arguments}", train_data=DATA, framework="pytorch"
    )
    metrics = digits.metrics(outcome.outputs)
    assert metrics["metrics"]["accuracy"] > 0.8
    assert metrics["primary"] == "accuracy"
    assert {point["name"] for point in digits.points(outcome.outputs)} >= {"loss", "test_loss"}
    assert "model" in outcome.outputs
