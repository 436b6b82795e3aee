"""What a job may say, and what it is told when it says something else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from aileron.train.job.environment import (
    Rank,
    command_line,
    is_first_machine,
    mpi_environment,
    ranks_here,
)
from aileron.train.job.spec import JobSpec

GOOD: dict[str, Any] = {"command": "python train.py", "code": {"folder": "code"}}


def test_a_command_and_code_are_enough() -> None:
    spec = JobSpec.model_validate(GOOD)
    assert (spec.runner, spec.nodes, spec.hours, spec.framework) == ("process", 1, 24, "other")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"code": {"folder": "a", "upload": "b"}}, "one of them"),
        ({"code": None}, "an image that holds it"),
        ({"command": ""}, "at least 1 character"),
        ({"hours": 169}, "168"),
        ({"nodes": 17}, "16"),
        ({"parameters": {f"p{i}": i for i in range(101)}}, "100"),
        ({"parameters": {"--odd": 1}}, "pattern"),
        ({"env": {f"V{i}": "" for i in range(101)}}, "100"),
        ({"env": {"AILERON_HOME": "/"}}, "the platform's to set"),
        ({"env": {"A=B": ""}}, "pattern"),
        ({"train_data": {"folder": "a", "part": "train"}}, "of a dataset"),
        ({"train_data": {"dataset": "Cells"}}, "pattern"),
        ({"resources": {"pool": "shared"}}, "of runner kubernetes"),
        ({"runner": "kubernetes"}, "pool"),
        (
            {"runner": "kubernetes", "resources": {"pool": "a"}, "memory_mb": 64},
            "of runner process",
        ),
        (
            {"runner": "kubernetes", "resources": {"pool": "a"}, "nodes": 2, "restarts": 1},
            "several pods end together",
        ),
        (
            {"runner": "kubernetes", "resources": {"pool": "a", "node_selector": {"a": "b"}}},
            "the pool's to give",
        ),
        ({"shell": "zsh"}, "Extra inputs"),
    ],
)
def test_what_cannot_be_is_refused_in_words(more: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        JobSpec.model_validate(GOOD | more)


def test_parameters_come_after_the_command_in_their_order_and_are_data() -> None:
    line = command_line("python t.py", {"b": 1, "a": "two words; rm -rf /", "on": False})
    assert line == "python t.py --b=1 '--a=two words; rm -rf /' --on=false"


def test_every_node_has_the_names_that_frameworks_read() -> None:
    first, second = (Rank(i, ("10.0.0.1", "10.0.0.2"), 23456, 3).environment() for i in (0, 1))
    assert (first["RANK"], second["RANK"]) == ("0", "1")
    assert second["MASTER_ADDR"] == second["PET_MASTER_ADDR"] == "10.0.0.1"
    assert second["PET_RDZV_ENDPOINT"] == "10.0.0.1:23456"
    assert (second["PET_NNODES"], second["PET_NODE_RANK"], second["PET_MAX_RESTARTS"]) == (
        *("2:2", "1"), "3",
    )  # fmt: skip
    assert second["PADDLE_TRAINERS"] == "10.0.0.1,10.0.0.2"
    assert second["PADDLE_CURRENT_ENDPOINT"] == second["PADDLE_TRAINER_ENDPOINTS"].split(",")[1]
    assert second["POD_IP"] == "10.0.0.2"


def test_nodes_of_an_mpi_job_know_their_role_and_each_other(tmp_path: Path) -> None:
    first, second = (
        mpi_environment(Rank(i, ("10.0.0.1", "10.0.0.2"), 23456), tmp_path) for i in (0, 1)
    )
    assert (first["K_MPI_JOB_ROLE"], second["K_MPI_JOB_ROLE"]) == ("launcher", "worker")
    hostfile = Path(first["OMPI_MCA_orte_default_hostfile"])
    assert hostfile.read_text() == "10.0.0.1 slots=1\n10.0.0.2 slots=1\n"
    local = mpi_environment(Rank(1, ("127.0.0.1",) * 2, 23456), tmp_path)
    assert Path(local["OMPI_MCA_orte_default_hostfile"]).read_text() == "127.0.0.1 slots=2\n"
    assert mpi_environment(Rank(0, ("127.0.0.1",), 23456), tmp_path) == {}


def test_nodes_are_all_here_unless_this_is_one_of_several_pods(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert [rank.node for rank in ranks_here(3, 0)] == [0, 1, 2]
    assert is_first_machine()
    monkeypatch.setenv("AILERON_NODE_ADDRESSES", "10.0.0.1,10.0.0.2")
    monkeypatch.setenv("AILERON_NODE", "1")
    (rank,) = ranks_here(2, 0)
    assert (rank.node, rank.environment()["MASTER_ADDR"]) == (1, "10.0.0.1")
    assert not is_first_machine()
