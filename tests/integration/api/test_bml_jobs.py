"""BML's training-job calls: its fields, its limits, its numbers for errors."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from plugins.history import History
from plugins.job_runs import CODE, JobScheduler, begun, ended, scheduler, with_code

from aileron.api.bml.job_asked import image_parts
from aileron.api.bml.problem import MESSAGES
from aileron.core.access import Role
from aileron.ledger import RunState

__all__ = ["scheduler", "with_code"]

BASE = "/api/bml/rpc/2.0/easydl/pro/remotetrain/"
PROJECT = {"prjId": "default"}
JOB: dict[str, Any] = {
    "name": "mnist",
    "description": "demo",
    "prjId": "default",
    "train_config": {
        "env_type": "DEFAULT",
        "code_UrlSource": "BOS",
        "code_path": f"{CODE}/",
        "start_cmd": "bash bml_job.sh",
        "output_UrlSource": "BOS",
        "output_path": "output",
        "framework": "PyTorch",
    },
    "dataset_config": {"trainset_UrlSource": "PFS", "trainset_path": "dataset:fruit@v1"},
    "resource_config": {
        "resource_type": "PUBLIC",
        "resource_name": "CPU_4C_16G",
        "node_count": 1,
        "max_duration": 24,
    },
}
POOL = """apiVersion: aileron/v1
kind: Pool
name: small
context: nowhere
namespace: small
images: {trainer: "aileron:1"}
sizes: {one: {cpu: 1, memory_mb: 1024}}
default_size: one
quota: {cpu: 4, memory_mb: 8192, gpu: 1, pods: 3}
store: {uri: "s3://aileron/store"}
"""
Call = Callable[..., dict[str, Any]]


@pytest.fixture
def call(api: Any, scheduler: JobScheduler, with_code: History, fruit: History) -> Call:
    """``call("stop", {"id": 1, ...}, role="viewer", code=406013)``: the answer's document."""
    with_code.workspace.write("configs/pools/small.yaml", POOL)

    def ask(name: str, body: Any, *, role: str = "developer", code: int = 0) -> dict[str, Any]:
        answer = api.http.post(f"{BASE}{name}?access_token={api.history.token(role)}", json=body)
        document: dict[str, Any] = answer.json()
        assert isinstance(document["log_id"], int)
        assert document.get("error_code", 0) == code, document
        if code in MESSAGES and "{" not in MESSAGES[code]:
            assert document["error_msg"].startswith(MESSAGES[code])
        return document

    return ask


def changed(**changes: Any) -> dict[str, Any]:
    """The job with other values: ``{"train_config.tag": "1"}`` goes inside."""
    body = copy.deepcopy(JOB)
    for path, value in changes.items():
        section, _, field = path.rpartition("__")
        place = body[section] if section else body
        place[field] = value
    return body


def made(call: Call, **changes: Any) -> int:
    return int(call("create", changed(**changes))["result"])


def run_of(history: History, number: int) -> str:
    run_id = history.ledger.jobs.get("default", number).run_id
    assert run_id is not None
    return run_id


def test_a_job_is_created_listed_and_shown(
    call: Call, scheduler: JobScheduler, history: History
) -> None:
    number = made(call)
    ((_, values),) = scheduler.asked
    assert values["command"] == "bash bml_job.sh"
    assert values["code"] == {"folder": CODE}
    assert values["train_data"] == {"dataset": "fruit@v1"}
    assert (values["framework"], values["memory_mb"]) == ("pytorch", 16 * 1024)
    listed = call("list", PROJECT)
    (row,) = listed["result"]
    assert listed["total"] == 1
    assert {key: row[key] for key in ("id", "name", "train_status", "run_time")} == {
        "id": number, "name": "mnist", "train_status": "PENDING", "run_time": 0,
    }  # fmt: skip
    assert (row["resource_type"], row["resource_name"]) == ("PUBLIC", "CPU_4C_16G")
    shown = call("detail", {"id": number, **PROJECT})["result"]
    assert shown.items() >= row.items()
    assert shown["train_config"]["code_path"] == CODE
    assert shown["train_config"]["trainset_path"] == "dataset:fruit@v1"
    assert shown["resource_config"]["max_duration"] == 24


def test_statuses_are_those_of_bml(call: Call, history: History) -> None:
    draft = history.ledger.jobs.add("default", "draft", {"command": "true"})

    def status(number: int) -> str:
        return str(call("detail", {"id": number, **PROJECT})["result"]["train_status"])

    assert status(draft.id) == "UNTRAIN"
    number = made(call)
    begun(history, run_of(history, number))
    assert status(number) == "RUNNING"
    ended(history, run_of(history, number))
    assert status(number) == "SUCCESSED"
    failed = made(call, name="fails")
    history.ledger.runs.finish(run_of(history, failed), RunState.FAILED, "out of luck")
    assert status(failed) == "FAILED"


def test_a_page_begins_at_0_and_has_20(call: Call, history: History) -> None:
    for number in range(22):
        history.ledger.jobs.add("default", f"job {number}", {"command": "true"})
    first = call("list", PROJECT)
    assert (first["total"], len(first["result"]), first["result"][0]["name"]) == (22, 20, "job 21")
    assert [one["name"] for one in call("list", {**PROJECT, "start": 21, "num": 5})["result"]] == [
        "job 0"
    ]


def test_states_allow_what_they_allow(call: Call, history: History) -> None:
    number = made(call)
    which = {"id": number, **PROJECT}
    call("delete", which, code=406014)
    assert call("stop", which)["result"] is True
    call("stop", which, code=406013)
    assert call("delete", which)["result"] is True
    for name in ("stop", "delete", "detail"):
        call(name, which, code=406012)
    draft = history.ledger.jobs.add("default", "draft", {"command": "true"})
    call("stop", {"id": draft.id, **PROJECT}, code=406027)
    assert call("delete", {"id": draft.id, **PROJECT})["result"] is True


CUSTOM = {
    "train_config__env_type": "CCR",
    "train_config__image": "/ns/paddle",
    "train_config__tag": "2.1",
    "train_config__repository_id": "registry.example.com",
    "train_config__distribute_strategy": "PytorchDDP",
    "resource_config__resource_type": "USER",
    "resource_config__resource_name": "small",
}
POOLED = {
    "resource_config__resource_type": "USER",
    "resource_config__resource_name": "small",
}
WRONG = (
    (406015, {"name": " "}),
    (406016, {"name": "x" * 51}),
    (406036, {"name": "mnist 🙂"}),
    (406017, {"description": ""}),
    (406018, {"description": "x" * 501}),
    (406036, {"description": "🙂"}),
    (406020, {"train_config__start_cmd": " "}),
    (406038, {"train_config__start_cmd": "x" * 4001}),
    (406038, {"train_config__code_path": "x" * 1025}),
    (406021, {"train_config__output_path": "bucket/out/"}),
    (406019, {"train_config__code_path": "bucket/code/"}),
    (406019, {"train_config__code_path": ""}),
    (406019, {"train_config__code_path": "../../etc"}),
    (406019, {"train_config__code_path": "upload:" + "0" * 32}),
    (406022, {"dataset_config__trainset_path": "bucket/train/"}),
    (406022, {"dataset_config__trainset_path": "dataset:fruit@v7"}),
    (406023, {"dataset_config__evalset_path": "dataset:nuts"}),
    (406028, {"resource_config__resource_name": "GPU_V100"}),
    (406028, {"resource_config__gpu_num": 1}),
    (406101, {"resource_config__node_count": 5}),
    (406001, {"resource_config__max_duration": 169}),
    (406001, {"resource_config__max_duration": 0}),
    (406001, {"train_config__env_type": "VM"}),
    (406001, {"train_config__code_UrlSource": "FTP"}),
    (406001, {"colour": "red"}),
    (406034, {"train_config__image": "paddle"}),
    (406034, {**CUSTOM, "resource_config__resource_type": "PUBLIC",
              "resource_config__resource_name": "CPU_4C_16G"}),
    (406034, {"resource_config__node_count": 2, "train_config__distribute_strategy": "Horovod"}),
    (406030, {**CUSTOM, "train_config__image": ""}),
    (406031, {**CUSTOM, "train_config__tag": ""}),
    (406032, {**CUSTOM, "train_config__distribute_strategy": None}),
    (406033, {**CUSTOM, "train_config__repository_id": "7"}),
    (406100, {**CUSTOM, "resource_config__resource_name": "huge"}),
    (406101, {**CUSTOM, "resource_config__node_count": 17}),
    (406028, {**CUSTOM, "resource_config__rdma": True}),
    (406101, {**POOLED, "resource_config__node_count": 4}),
    (406102, {**POOLED, "resource_config__cpu_num": 5}),
    (406103, {**POOLED, "resource_config__memory": 9}),
    (406104, {**POOLED, "resource_config__gpu_num": 2}),
    (406037, CUSTOM),
    (406034, {**CUSTOM, "train_config__image": "vision", "train_config__tag": "v3",
              "train_config__repository_id": ""}),
)  # fmt: skip
"""Number, what is wrong."""


@pytest.mark.parametrize(("code", "wrong"), WRONG)
def test_what_is_wrong_has_bmls_number(
    call: Call, scheduler: JobScheduler, code: int, wrong: dict[str, Any]
) -> None:
    call("create", changed(**wrong), code=code)
    assert scheduler.asked == []
    assert call("list", PROJECT)["total"] == 0


def test_an_image_of_ones_own_place_runs_for_an_operator(
    call: Call, scheduler: JobScheduler
) -> None:
    number = call("create", changed(**CUSTOM), role="operator")["result"]
    ((dag, values),) = scheduler.asked
    assert dag == "default__custom_job_pods"
    assert values["resources"] == {"pool": "small", "image": "registry.example.com/ns/paddle:2.1"}
    shown = call("detail", {"id": number, **PROJECT})["result"]
    assert shown["resource_config"]["resource_name"] == "small"
    assert shown["train_config"].items() >= {
        "env_type": "CCR", "image": "registry.example.com/ns/paddle", "tag": "2.1",
    }.items()  # fmt: skip


@pytest.mark.parametrize(
    ("image", "shown", "tag"),
    [
        ("vision@v1", "vision", "v1"),
        ("vision", "vision", ""),
        ("localhost:5000/name", "localhost:5000/name", ""),
        ("localhost:5000/name:2", "localhost:5000/name", "2"),
        ("host/name@sha256:0123", "host/name@sha256:0123", ""),
        ("", "", ""),
    ],
)
def test_only_a_tag_is_cut_off(image: str, shown: str, tag: str) -> None:
    assert image_parts(image) == (shown, tag)


def test_a_name_is_given_once(call: Call) -> None:
    made(call)
    call("create", JOB, code=406026)


def test_who_may_not_and_whose_it_is_not_has_a_number(
    api: Any, call: Call, history: History
) -> None:
    call("create", JOB, role="viewer", code=406037)
    _, lab = history.ledger.tokens.create("lab", Role.ADMIN, "lab")
    answer = api.http.post(f"{BASE}create?access_token={lab}", json={**JOB, "prjId": "lab"})
    assert answer.json()["error_code"] == 406037
    assert "in the project default only" in answer.json()["error_msg"]
    number = made(call)
    call("stop", {"id": number, **PROJECT}, role="viewer", code=406037)
    _, secret = history.ledger.tokens.create("pump", Role.ADMIN, "pumps")
    for name, body in (("create", JOB), ("detail", {"id": number, **PROJECT})):
        answer = api.http.post(f"{BASE}{name}?access_token={secret}", json=body)
        assert answer.json()["error_code"] == 406037
    own = {"id": number, "prjId": "pumps"}
    answer = api.http.post(f"{BASE}detail?access_token={secret}", json=own)
    assert answer.json()["error_code"] == 406012
