"""Custom jobs on the whole stack: a folder with a shell script, from submitting to its end."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from plugins.api import BmlCall, ClientOf
from plugins.command import Command
from plugins.waiting import wait_until

from aileron.client import RemoteClient
from aileron.core.errors import Conflict

COUNT = """#!/bin/bash
set -e
echo "asked: $*, $COLOUR, job $AILERON_JOB"
for step in 1 2 3; do echo "step=$step loss=0.$((9 - step))"; done
wc -l < train_data/points.csv > output/lines.txt
mkdir output/deep && cp train_data/points.csv output/deep/
echo '{"accuracy": 0.75}' > output/metrics.json
"""
WAIT = """
trap 'echo caught; echo late > output/late.txt; exit 0' TERM
echo early > output/early.txt
echo begun
while true; do sleep 0.1; done
"""
SECONDS = 120


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Code and data of somebody who knows nothing of the platform."""
    folder = tmp_path_factory.mktemp("job")
    for name in ("code", "data", "code/__pycache__"):
        (folder / name).mkdir()
    (folder / "code/count.sh").write_text(COUNT)
    (folder / "code/wait.sh").write_text(WAIT)
    (folder / "code/__pycache__/junk.pyc").write_text("junk")
    (folder / "data/points.csv").write_text("x,y\n1,2\n3,4\n")
    return folder


@pytest.fixture(scope="module")
def counted(aileron: Command, folder: Path) -> dict[str, Any]:
    """A job that succeeded."""
    places = ("--code", str(folder / "code"), "--train-data", str(folder / "data"))
    said = ("--command", "bash count.sh", "-p", "lr=0.1", "--env", "COLOUR=red")
    done = aileron("job", "submit", "--name", "count 1", *places, *said, "--wait", "--json")
    found: dict[str, Any] = done.json
    assert found["state"] == "succeeded", found
    return found


@pytest.fixture
def waiting(aileron: Command, folder: Path) -> str:
    """The name of a job whose code runs, and would for ever."""
    name = f"wait {time.monotonic_ns()}"
    said = ("--code", str(folder / "code"), "--command", "bash wait.sh")
    aileron("job", "submit", "--name", name, *said)
    wait_until(lambda: "begun" in aileron("job", "logs", name).out, SECONDS, "code that runs")
    return name


def test_a_job_leaves_its_log_its_figures_and_its_files(
    counted: dict[str, Any], aileron: Command, tmp_path: Path
) -> None:
    log = aileron("job", "logs", "-f", "count 1").out
    assert "asked: --lr=0.1, red, job count 1" in log
    assert counted["metrics"]["accuracy"] == 0.75
    assert counted["mlflow_run_id"]
    aileron("job", "output", "count 1", str(tmp_path / "left"))
    left = {
        str(path.relative_to(tmp_path / "left"))
        for path in (tmp_path / "left").rglob("*")
        if path.is_file()
    }
    assert {"lines.txt", "deep/points.csv", "metrics.json"} <= left
    assert (tmp_path / "left/lines.txt").read_text().strip() == "3"
    listed = aileron("job", "list", "--json").json
    assert "count 1" in [job["name"] for job in listed if job["state"] == "succeeded"]


def test_the_same_from_another_machine(
    counted: dict[str, Any], client_of: ClientOf, tmp_path: Path
) -> None:
    client: RemoteClient = client_of("wu", "developer")
    job = client.job_named("count 1")
    (curve,) = (one for one in client.job_curves(job.id) if one.name == "loss")
    assert [point.value for point in curve.points] == [0.8, 0.7, 0.6]
    client.download_job_file(job.id, "lines.txt", tmp_path / "lines.txt")
    assert (tmp_path / "lines.txt").read_text().strip() == "3"
    again = client.clone_job(job.id)
    assert again.name == "count 2"
    wait_until(lambda: client.job(again.id).state == "succeeded", SECONDS, "end of the clone")
    client.delete_job(again.id)


def test_a_stopped_job_keeps_what_it_has_until_its_last_word(
    waiting: str, aileron: Command
) -> None:
    refused = aileron("job", "delete", waiting, code=1)
    assert "Stop it first" in refused.err
    stopped = aileron("job", "stop", waiting, "--wait", "--json").json
    assert stopped["state"] == "stopped", stopped
    assert "stopped it" in stopped["reason"]
    assert "caught" in aileron("job", "logs", waiting).out
    paths = {one["path"] for one in aileron("job", "output", waiting, "--json").json}
    assert {"early.txt", "late.txt"} <= paths
    assert "nothing to stop" in aileron("job", "stop", waiting, code=1).err
    aileron("job", "delete", waiting)


def test_a_failed_job_says_its_last_lines(aileron: Command, folder: Path) -> None:
    words = ("--code", str(folder / "code"), "--command", "echo oh no; exit 3")
    done = aileron("job", "submit", "--name", "fails", *words, "--wait", "--json", code=1).json
    assert done["state"] == "failed"
    assert "oh no" in done["reason"]


def test_bml_creates_lists_shows_stops_and_deletes(
    bml_job: BmlCall, client_of: ClientOf, folder: Path
) -> None:
    client = client_of("bml", "developer")
    sent = client.upload(folder / "code/wait.sh").id
    project = {"prjId": "default"}
    number = bml_job(
        "create",
        name="bml job",
        description="waits",
        **project,
        train_config={
            "env_type": "DEFAULT",
            "code_UrlSource": "BOS",
            "code_path": f"upload:{sent}",
            "start_cmd": "bash wait.sh",
            "output_UrlSource": "BOS",
            "output_path": "output",
        },
        dataset_config={},
        resource_config={
            "resource_type": "PUBLIC",
            "resource_name": "CPU_4C_16G",
            "node_count": 1,
            "max_duration": 1,
        },
    )["result"]

    def status() -> str:
        return str(bml_job("detail", id=number, **project)["result"]["train_status"])

    wait_until(lambda: status() == "RUNNING", SECONDS, "running job")
    wait_until(lambda: "begun" in client.job_log(number).text, SECONDS, "code that runs")
    listed = bml_job("list", **project)
    assert listed["total"] >= 1
    assert listed["result"][0]["id"] == number
    assert bml_job("stop", id=number, **project)["result"] is True
    wait_until(lambda: status() == "STOPPED", SECONDS, "stopped job")
    with pytest.raises(Conflict):
        client.stop_job(number)
    assert bml_job("delete", id=number, **project)["result"] is True


def test_a_draft_runs_when_it_is_started(aileron: Command, folder: Path, tmp_path: Path) -> None:
    document = tmp_path / "job.yaml"
    document.write_text(
        "apiVersion: aileron/v1\nkind: Job\nname: from a file\ncommand: echo $AILERON_SEED\n"
        "seed: 7\nhours: 0.1\n"
    )
    draft = aileron(
        "job", "submit", str(document), "--code", str(folder / "code"), "--draft", "--json"
    ).json
    assert (draft["state"], draft["run_id"]) == ("draft", None)
    done = aileron("job", "start", "from a file", "--wait", "--json").json
    assert done["state"] == "succeeded", done
    assert " 7\n" in aileron("job", "logs", "from a file").out
