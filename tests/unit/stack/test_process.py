"""A server process is known by id and start time, and ends with all it started."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from aileron.stack.process import ServerProcess, last_lines
from aileron.stack.record import ProcessId, ServerRecord, StackRecord, State

WORKER_THAT_OUTLIVES_ITS_PARENT = """
import os, signal, sys, time
if os.fork() == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.setpgid(0, 0)
open(sys.argv[1], "a").write(f"{os.getpid()}\\n")
time.sleep(60)
"""


def launch(tmp_path: Path, *command: str) -> ServerProcess:
    return ServerProcess.launch(command, os.environ, tmp_path / "server.log", tmp_path)


def wait_for_lines(path: Path, count: int) -> list[int]:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        lines = path.read_text().split() if path.exists() else []
        if len(lines) == count:
            return [int(line) for line in lines]
        time.sleep(0.02)
    pytest.fail(f"{path} never had {count} lines")


@pytest.fixture
def family(tmp_path: Path) -> tuple[ServerProcess, list[int]]:
    """A server with a worker that ignores SIGTERM, and their ids."""
    pids = tmp_path / "pids"
    server = launch(tmp_path, sys.executable, "-c", WORKER_THAT_OUTLIVES_ITS_PARENT, str(pids))
    return server, wait_for_lines(pids, 2)


def ended(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_until_ended(pids: list[int]) -> bool:
    deadline = time.monotonic() + 60
    while not all(map(ended, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return all(map(ended, pids))


def test_stopping_a_server_ends_workers_that_will_not(
    family: tuple[ServerProcess, list[int]],
) -> None:
    server, pids = family
    server.stop(grace=1)
    assert wait_until_ended(pids)


def test_workers_of_a_killed_server_are_ended_too(family: tuple[ServerProcess, list[int]]) -> None:
    server, pids = family
    os.kill(server.identity.pid, signal.SIGKILL)
    while server.is_alive():
        time.sleep(0.01)
    server.end_session()
    assert wait_until_ended(pids)


def test_an_adopted_server_is_stopped_like_an_own_one(
    family: tuple[ServerProcess, list[int]],
) -> None:
    server, pids = family
    ServerProcess(server.identity).stop(grace=1)
    assert wait_until_ended([pid for pid in pids if pid != server.identity.pid])
    assert server.exit_code() is not None


def test_another_process_that_got_the_same_id_is_left_alone(tmp_path: Path) -> None:
    stranger = launch(tmp_path, "sleep", "60")
    mistaken = ProcessId(pid=stranger.identity.pid, created=stranger.identity.created + 100)
    ServerProcess(mistaken).stop(grace=0.1)
    assert stranger.is_alive()
    stranger.stop(grace=1)


def test_a_log_is_appended_to_and_its_end_can_be_quoted(tmp_path: Path) -> None:
    for word in ("first", "second"):
        server = launch(tmp_path, "echo", word)
        while server.is_alive():
            time.sleep(0.01)
    assert last_lines(tmp_path / "server.log", 1) == "second"
    assert last_lines(tmp_path / "server.log") == "first\nsecond"
    assert last_lines(tmp_path / "no.log") == ""


def test_the_record_survives_writing_and_reading(tmp_path: Path) -> None:
    me = ProcessId.of(os.getpid())
    record = StackRecord(
        state=State.HEALTHY, daemon=me, servers={"mlflow": ServerRecord(process=me)}
    )
    record.write(tmp_path / "stack.json")
    assert StackRecord.read(tmp_path / "stack.json") == record
    assert (tmp_path / "stack.json").stat().st_mode & 0o077 == 0
    assert me is not None
    assert me.find() is not None
