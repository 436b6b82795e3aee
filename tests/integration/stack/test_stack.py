"""The whole embedded stack, as one session of tests shares it."""

from __future__ import annotations

import json
import os
import signal
import time
from typing import Any

import httpx
import psutil
import pytest
from plugins.waiting import wait_until

from aileron.core.settings import Settings
from aileron.stack.record import State
from aileron.stack.servers import LABELLING_NAMES, SERVER_NAMES
from aileron.stack.stack import ServerStatus, Stack


def server(stack: Stack, name: str) -> ServerStatus:
    return next(status for status in stack.status() if status.name == name)


def wait_healthy_again(stack: Stack, name: str, before: int) -> ServerStatus:
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        now = server(stack, name)
        if now.state is State.HEALTHY and now.pid not in (None, before):
            return now
        time.sleep(0.2)
    pytest.fail(f"{name} did not come back: {now}")


def airflow(settings: Settings, *, login: bool = True) -> httpx.Client:
    client = httpx.Client(base_url=settings.require("airflow_url"), trust_env=False, timeout=60)
    if login:
        assert settings.airflow_login_file is not None
        credentials = json.loads(settings.airflow_login_file.read_text())
        token = client.post("/auth/token", json=credentials).raise_for_status().json()
        client.headers["Authorization"] = f"Bearer {token['access_token']}"
    return client


def _connections(process: psutil.Process) -> list[Any]:
    try:
        return process.net_connections("tcp")
    except psutil.NoSuchProcess:
        return []  # a helper of the server that ended meanwhile


def test_every_server_is_healthy(stack: Stack) -> None:
    healthy = dict.fromkeys(SERVER_NAMES - LABELLING_NAMES, State.HEALTHY)
    wait_until(lambda: {one.name: one.state for one in stack.status()} == healthy, 60)


def test_nothing_listens_beyond_this_machine(stack: Stack) -> None:
    listeners = [
        connection.laddr.ip
        for status in stack.status()
        if status.pid
        for process in [psutil.Process(status.pid), *psutil.Process(status.pid).children()]
        for connection in _connections(process)
        if connection.status == psutil.CONN_LISTEN
    ]
    assert len(listeners) >= 4
    assert set(listeners) == {"127.0.0.1"}


def test_airflow_lets_the_generated_login_in_and_nobody_else(
    stack: Stack, stack_settings: Settings
) -> None:
    anonymous = airflow(stack_settings, login=False)
    assert anonymous.get("/api/v2/dags").status_code == 401
    guess = {"username": "admin", "password": "admin"}
    assert anonymous.post("/auth/token", json=guess).status_code == 401
    assert airflow(stack_settings).get("/api/v2/dags").status_code == 200


def test_airflow_shows_no_example_and_no_broken_dag(stack: Stack, stack_settings: Settings) -> None:
    client = airflow(stack_settings)
    dags = {dag["dag_id"] for dag in client.get("/api/v2/dags").json()["dags"]}
    assert not [dag for dag in dags if dag.startswith(("example", "tutorial"))]
    broken = client.get("/api/v2/importErrors").json()["import_errors"]
    assert not broken, broken[0]["stack_trace"]


def test_mlflow_keeps_what_it_is_told(stack: Stack, stack_settings: Settings) -> None:
    client = httpx.Client(
        base_url=stack_settings.require("mlflow_url"), trust_env=False, timeout=60
    )
    name = f"stack-{time.time_ns()}"
    made = client.post("/api/2.0/mlflow/experiments/create", json={"name": name})
    experiment = made.raise_for_status().json()["experiment_id"]
    found = client.get(
        "/api/2.0/mlflow/experiments/get", params={"experiment_id": experiment}
    ).json()["experiment"]
    assert found["name"] == name
    assert found["artifact_location"].startswith("mlflow-artifacts:/")


def test_mlflow_answers_only_to_its_own_host_name(stack: Stack, stack_settings: Settings) -> None:
    """A page of another site cannot reach it by a name that it points at this machine."""
    client = httpx.Client(
        base_url=stack_settings.require("mlflow_url"), trust_env=False, timeout=60
    )
    path = "/api/2.0/mlflow/experiments/search?max_results=1"
    assert client.get(path).status_code == 200
    assert client.get(path, headers={"Host": "attacker.example"}).status_code == 403


def test_no_password_is_on_a_command_line(stack: Stack, stack_settings: Settings) -> None:
    secrets = [
        file.read_text().strip()
        for file in (stack_settings.home / "secrets").iterdir()
        if file.suffix != ".json"
    ]
    lines = [
        " ".join(process.cmdline())
        for status in stack.status()
        if status.pid
        for process in [psutil.Process(status.pid)]
    ]
    assert len(secrets) >= 3
    assert not [line for line in lines if any(secret in line for secret in secrets)]


def test_a_killed_scheduler_comes_back_and_leaves_no_worker(stack: Stack) -> None:
    before = server(stack, "scheduler").pid
    assert before is not None
    workers = psutil.Process(before).children()
    assert workers
    os.kill(before, signal.SIGKILL)
    wait_healthy_again(stack, "scheduler", before)
    assert not [worker for worker in workers if worker.is_running()]


def test_a_killed_mlflow_comes_back_at_the_same_address(
    stack: Stack, stack_settings: Settings
) -> None:
    before = server(stack, "mlflow").pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    again = wait_healthy_again(stack, "mlflow", before)
    assert again.address == stack_settings.mlflow_url
    assert again.restarts >= 1
