"""Starting, adopting, refusing and stopping, with PostgreSQL and the gateway alone."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from aileron.core.errors import Conflict, InvalidInput, NotFound, Unavailable
from aileron.core.settings import Settings, read_env_file
from aileron.stack.record import ProcessId, StackRecord, State
from aileron.stack.stack import ServerStatus, Stack

MakeStack = Callable[..., Stack]


def pids(stack: Stack) -> dict[str, int | None]:
    return {server.name: server.pid for server in stack.status()}


def daemon(settings: Settings) -> ProcessId:
    found = StackRecord.read(settings.home / "stack.json").daemon
    assert found is not None
    return found


def kill(process: ProcessId) -> None:
    os.kill(process.pid, signal.SIGKILL)
    while process.find():
        time.sleep(0.02)


def listening(address: str) -> bool:
    host, port = address.removeprefix("http://").split(":")
    with socket.socket() as client:
        return client.connect_ex((host, int(port))) == 0


def test_the_addresses_are_left_for_other_programs_and_removed_at_the_end(
    make_stack: MakeStack,
) -> None:
    stack = make_stack()
    settings = stack.start()
    file = settings.home / "stack.env"
    assert file.stat().st_mode & 0o077 == 0
    assert read_env_file(file)["AILERON_GATEWAY_URL"] == settings.gateway_url
    assert settings.gateway_url is not None
    assert listening(settings.gateway_url)
    stack.stop()
    assert not file.exists()
    assert not listening(settings.gateway_url)
    assert stack.status() == []


def test_a_second_start_changes_nothing(make_stack: MakeStack) -> None:
    make_stack().start()
    before = pids(make_stack())
    make_stack().start()
    assert pids(make_stack()) == before


def test_the_next_start_uses_the_same_ports(make_stack: MakeStack) -> None:
    first = make_stack().start()
    make_stack().stop()
    # The fixture asks for any free port; without a wish, the last one is taken again.
    wishless = {f"AILERON_PORT_{server}": "" for server in ("GATEWAY", "POSTGRES")}
    again = make_stack(**wishless).start()
    assert again.gateway_url == first.gateway_url
    assert again.ledger_url == first.ledger_url


def test_the_servers_outlive_a_killed_daemon_and_are_adopted(make_stack: MakeStack) -> None:
    settings = make_stack().start()
    before = pids(make_stack())
    kill(daemon(settings))
    assert {server.state for server in make_stack().status()} == {State.UNWATCHED}
    make_stack().start()
    assert pids(make_stack()) == before
    assert {server.state for server in make_stack().status()} == {State.HEALTHY}


def test_an_adopted_server_that_ends_is_started_again(make_stack: MakeStack) -> None:
    settings = make_stack().start()
    kill(daemon(settings))
    make_stack().start()
    gateway = pids(make_stack())["gateway"]
    assert gateway is not None
    os.kill(gateway, signal.SIGKILL)
    deadline = time.monotonic() + 120
    while pids(make_stack())["gateway"] in (gateway, None) and time.monotonic() < deadline:
        time.sleep(0.1)
    make_stack().start()  # waits until it is healthy
    assert settings.gateway_url is not None
    assert listening(settings.gateway_url)


def test_what_a_killed_daemon_left_is_stopped(make_stack: MakeStack) -> None:
    settings = make_stack().start()
    record = StackRecord.read(settings.home / "stack.json")
    running = [server.process for server in record.servers.values() if server.process]
    assert len(running) == 2
    kill(daemon(settings))
    make_stack().stop()
    assert not any(process.find() for process in running)
    assert make_stack().status() == []


def test_a_killed_database_comes_back(make_stack: MakeStack) -> None:
    make_stack().start()
    before = pids(make_stack())["postgres"]
    assert before is not None
    os.kill(before, signal.SIGKILL)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        (postgres,) = [s for s in make_stack().status() if s.name == "postgres"]
        if postgres.state is State.HEALTHY and postgres.pid not in (before, None):
            return
        time.sleep(0.1)
    pytest.fail(f"PostgreSQL stays {postgres}")


def test_a_port_of_somebody_else_is_refused_by_name(make_stack: MakeStack) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Conflict, match=f"Port {port}, wanted for gateway"):
            make_stack(AILERON_PORT_GATEWAY=str(port)).start()
    assert not make_stack().is_running()


def test_a_server_that_cannot_start_is_named_with_its_log_and_the_rest_is_stopped(
    make_stack: MakeStack, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "uvicorn.py").write_text("raise SystemExit('the disk ate uvicorn')\n")
    told: list[ServerStatus] = []
    with pytest.raises(Unavailable, match="gateway") as failure:
        make_stack(PYTHONPATH=str(broken)).start(told.append)
    assert "the disk ate uvicorn" in str(failure.value)
    assert "make up" in str(failure.value)
    assert any(status.name == "postgres" and status.state is State.HEALTHY for status in told)
    assert not make_stack().is_running()
    assert make_stack().status() == []


def test_a_broken_start_can_be_repeated_once_mended(make_stack: MakeStack, tmp_path: Path) -> None:
    broken = tmp_path / "uvicorn.py"
    broken.write_text("raise SystemExit(1)\n")
    with pytest.raises(Unavailable):
        make_stack(PYTHONPATH=str(tmp_path)).start()
    broken.unlink()
    make_stack(PYTHONPATH=str(tmp_path)).start()


def test_a_variable_that_points_at_another_server_is_refused(make_stack: MakeStack) -> None:
    stack = make_stack(AILERON_MLFLOW_URL="http://mlflow.example")
    with pytest.raises(InvalidInput, match="AILERON_MLFLOW_URL"):
        stack.start()


def test_an_unknown_server_is_refused_with_a_hint(make_stack: MakeStack) -> None:
    with pytest.raises(NotFound, match="did you mean gateway"):
        make_stack("gatway")


def test_data_without_their_password_are_not_opened_with_a_fresh_one(
    make_stack: MakeStack,
) -> None:
    settings = make_stack().start()
    make_stack().stop()
    password = settings.home / "secrets" / "postgres"
    kept = password.read_text()
    password.unlink()
    with pytest.raises(NotFound, match="password"):
        make_stack().start()
    password.write_text(kept)
    make_stack().start()
