"""A keeper launches its server, restarts it, gives up with words, and adopts a survivor."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from aileron.core.errors import AileronError, Unavailable
from aileron.stack.board import Board
from aileron.stack.keeper import Job, ProcessKeeper
from aileron.stack.record import ServerRecord, StackRecord, State
from aileron.stack.servers import Server

SLEEP = (sys.executable, "-c", "import time; time.sleep(60)")
BROKEN = (sys.executable, "-c", "raise SystemExit('no such table: dag')")


def server(
    name: str = "web", command: tuple[str, ...] = SLEEP, needs: tuple[str, ...] = ()
) -> Server:
    return Server(name, command, {}, lambda launched: True, needs, tier=1, grace=1)


class Bench:
    """A board and the keepers on it, all stopped at the end."""

    def __init__(self, home: Path, cleanup: ExitStack) -> None:
        self.home = home
        self.board = Board(home / "stack.json", StackRecord())
        self._cleanup = cleanup
        cleanup.callback(self.board.stop)

    def keep(self, what: Server, survivor: ServerRecord | None = None) -> ProcessKeeper:
        keeper = ProcessKeeper(what, self.board, self.home, os.environ, survivor)
        keeper.start()
        self._cleanup.callback(self._stop, keeper)
        return keeper

    def _stop(self, keeper: ProcessKeeper) -> None:
        self.board.stop()
        keeper.stop()

    def wait(self, name: str, reached: Callable[[ServerRecord], bool]) -> ServerRecord:
        deadline = time.monotonic() + 15
        while not reached(self.board.server(name)) and time.monotonic() < deadline:
            time.sleep(0.02)
        record = self.board.server(name)
        assert reached(record), record
        return record


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with ExitStack() as cleanup:
        yield Bench(tmp_path, cleanup)


def healthy(record: ServerRecord) -> bool:
    return record.state is State.HEALTHY


def test_a_server_that_ends_is_started_again(bench: Bench) -> None:
    bench.keep(server())
    first = bench.wait("web", healthy).process
    assert first is not None
    os.kill(first.pid, signal.SIGKILL)
    again = bench.wait("web", lambda record: healthy(record) and record.restarts == 1)
    assert again.process != first


def test_a_server_that_never_starts_is_given_up_with_the_end_of_its_log(bench: Bench) -> None:
    bench.keep(replace(server(command=BROKEN), probe=lambda launched: False))
    record = bench.wait("web", lambda record: record.state is State.FAILED)
    assert record.error is not None
    error = AileronError.from_dict(record.error)
    assert isinstance(error, Unavailable)
    assert "The server web ended with code 1" in str(error)
    assert "no such table: dag" in str(error)


def test_a_server_waits_for_what_it_needs(bench: Bench) -> None:
    bench.keep(server(needs=("tables",)))
    time.sleep(0.3)
    assert bench.board.server("web").state is State.WAITING
    Job("tables", (), lambda: None, bench.board).start()
    bench.wait("web", healthy)


def test_a_job_that_fails_says_why(bench: Bench) -> None:
    def fail() -> None:
        raise Unavailable("stack.postgres_down", folder="x")

    Job("tables", (), fail, bench.board).start()
    record = bench.wait("tables", lambda record: record.state is State.FAILED)
    assert record.error is not None
    assert record.error["message_id"] == "stack.postgres_down"


def test_the_survivor_of_a_killed_daemon_is_adopted(bench: Bench) -> None:
    bench.keep(server())
    survivor = bench.wait("web", healthy)
    later = Bench(bench.home / "later", bench._cleanup)
    later.keep(server(), survivor)
    assert later.wait("web", healthy).process == survivor.process


def test_a_survivor_with_another_command_is_replaced(bench: Bench) -> None:
    bench.keep(server())
    survivor = bench.wait("web", healthy)
    bench.board.stop()
    later = Bench(bench.home / "later", bench._cleanup)
    later.keep(replace(server(), command=(*SLEEP, "--port=2")), survivor)
    assert later.wait("web", healthy).process != survivor.process
    assert survivor.process is not None
    assert survivor.process.find() is None


def test_a_server_that_stops_answering_is_called_unhealthy(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aileron.stack.keeper.PROBE_INTERVAL", 0.1)
    answering = [True]
    bench.keep(replace(server(), probe=lambda launched: answering[0]))
    bench.wait("web", healthy)
    answering[0] = False
    bench.wait("web", lambda record: record.state is State.UNHEALTHY)
    answering[0] = True
    bench.wait("web", healthy)
