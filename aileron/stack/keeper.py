"""Keepers: one thread for each server, which launches it, watches it and restarts it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Thread
from typing import Final, Protocol

from aileron.core.errors import AileronError, StepFailed, Unavailable
from aileron.stack.board import Board
from aileron.stack.ports import HOST
from aileron.stack.postgres import EmbeddedPostgres
from aileron.stack.process import ServerProcess, last_lines, open_log
from aileron.stack.record import ProcessId, ServerRecord, State
from aileron.stack.servers import POSTGRES, Server, launch_environment, log_file

START_ATTEMPTS: Final = 2
"""Launches without ever becoming healthy after which `up` gives up."""
STEADY: Final = 60.0
"""Seconds of health after which the back-off begins anew."""
LONGEST_BACK_OFF: Final = 30.0
POLL: Final = 0.25
PROBE_INTERVAL: Final = 10.0


class Keeper(Protocol):
    """Keeps one server up; `stop` ends both."""

    name: str
    tier: int

    def start(self) -> None: ...

    def stop(self) -> None: ...


class ProcessKeeper:
    """Keeps a `Server` up.

    Args:
        survivor: the record an earlier daemon left; its process is adopted if it still runs
            and is what would be launched now, else ended.
    """

    def __init__(
        self,
        server: Server,
        board: Board,
        home: Path,
        environ: Mapping[str, str],
        survivor: ServerRecord | None = None,
    ) -> None:
        self.name = server.name
        self.tier = server.tier
        self._server = server
        self._board = board
        self._home = home
        self._environment = launch_environment(server, environ)
        self._log = log_file(home, server.name)
        self._survivor = survivor
        self._process: ServerProcess | None = None
        self._launched = 0.0
        self._thread = Thread(target=self._run, name=server.name, daemon=True)

    def start(self) -> None:
        self._board.post(self.name, address=self._server.address, log=str(self._log))
        self._thread.start()

    def stop(self) -> None:
        self._thread.join()
        process = self._process or find_survivor(self._survivor)
        if process:
            process.stop(self._server.grace)
        self._board.post(self.name, state=State.STOPPED, process=None)

    def _run(self) -> None:
        failures = restarts = 0
        while self._board.wait_ready(self._server.needs):
            self._obtain(restarts)
            became_healthy = self._wait_healthy()
            healthy_since = time.monotonic()
            if became_healthy:
                self._watch()
            if self._board.stopping or self._process is None:
                return
            code = self._process.exit_code()
            self._process.end_session()
            if became_healthy and time.monotonic() - healthy_since > STEADY:
                failures = 0
            failures += 1
            restarts += 1
            error = self._failure(code).to_dict()
            never = self._board.server(self.name).ready_seconds is None
            if never and failures >= START_ATTEMPTS:
                self._board.post(self.name, state=State.FAILED, process=None, error=error)
                return
            self._board.post(self.name, state=State.STARTING, process=None, error=error)
            if not self._board.sleep(min(LONGEST_BACK_OFF, 0.5 * 2**failures)):
                return

    def _obtain(self, restarts: int) -> None:
        """Adopt the survivor or launch the server."""
        self._process = self._adopt()
        if self._process is None:
            self._launched = time.time()
            self._process = ServerProcess.launch(
                self._server.command, self._environment, self._log, self._home
            )
        self._board.post(
            self.name,
            state=State.STARTING,
            process=self._process.identity,
            fingerprint=self._server.fingerprint,
            launched=self._launched,
            restarts=restarts,
        )

    def _adopt(self) -> ServerProcess | None:
        survivor, self._survivor = self._survivor, None
        process = find_survivor(survivor)
        if survivor is None or process is None:
            return None
        if process.is_alive() and survivor.fingerprint == self._server.fingerprint:
            self._launched = survivor.launched or process.identity.created
            return process
        process.stop(self._server.grace)
        return None

    def _wait_healthy(self) -> bool:
        deadline = time.monotonic() + self._server.patience
        while self._process and self._process.is_alive() and time.monotonic() < deadline:
            if self._server.probe(self._launched):
                seconds = round(time.time() - self._launched, 1)
                self._board.post(self.name, state=State.HEALTHY, ready_seconds=seconds, error=None)
                return True
            if not self._board.sleep(POLL):
                return False
        return False

    def _watch(self) -> None:
        """Return when the process ended or the stack stops; note whether it answers."""
        probed = time.monotonic()
        state = State.HEALTHY
        while self._process and self._process.is_alive() and self._board.sleep(POLL):
            if time.monotonic() - probed < PROBE_INTERVAL:
                continue
            probed = time.monotonic()
            found = State.HEALTHY if self._server.probe(self._launched) else State.UNHEALTHY
            if found != state:
                self._board.post(self.name, state=found)
                state = found

    def _failure(self, code: int | None) -> AileronError:
        lines = last_lines(self._log)
        if code is None:
            return Unavailable(
                "stack.server_slow", where=str(self._log), server=self.name,
                seconds=int(self._server.patience), lines=lines,
            )  # fmt: skip
        return Unavailable(
            "stack.server_ended", where=str(self._log), server=self.name, code=code, lines=lines
        )


def find_survivor(record: ServerRecord | None) -> ServerProcess | None:
    """What still runs, or may, of the server of an earlier daemon."""
    return ServerProcess(record.process) if record and record.process else None


class PostgresKeeper:
    """Keeps the embedded PostgreSQL up; its process is no child of the daemon."""

    name = POSTGRES
    tier = 0

    def __init__(self, server: EmbeddedPostgres, port: int, board: Board) -> None:
        self._server = server
        self._port = port
        self._board = board
        self._thread = Thread(target=self._run, name=self.name, daemon=True)

    def start(self) -> None:
        address = f"{HOST}:{self._port}"
        self._board.post(self.name, address=address, log=str(self._server.log))
        self._thread.start()

    def stop(self) -> None:
        self._thread.join()
        try:
            self._server.stop()
        except AileronError as error:
            self._board.post(self.name, state=State.FAILED, error=error.to_dict())
        else:
            self._board.post(self.name, state=State.STOPPED, process=None)

    def _run(self) -> None:
        restarts = 0
        while not self._board.stopping:
            launched = time.time()
            try:
                self._board.post(self.name, state=State.STARTING, launched=launched)
                self._server.start(self._port)
                restarts = self._watch(launched, restarts)
            except AileronError as error:
                restarts += 1
                self._board.post(
                    self.name, state=State.FAILED, error=error.to_dict(), restarts=restarts
                )
            if not self._board.sleep(min(LONGEST_BACK_OFF, 0.5 * 2**restarts)):
                return

    def _watch(self, launched: float, restarts: int) -> int:
        pid = self._server.pid
        self._board.post(
            self.name,
            state=State.HEALTHY,
            process=ProcessId.of(pid) if pid else None,
            ready_seconds=round(time.time() - launched, 1),
            restarts=restarts,
            error=None,
        )
        while self._board.sleep(1.0):
            if not self._server.is_running():
                return restarts + 1
        return restarts


class Job:
    """Something to be done once before other servers may start, on the same board.

    Args:
        needs: what must be ready first.
        work: does it; raises `AileronError`.
    """

    def __init__(
        self, name: str, needs: tuple[str, ...], work: Callable[[], None], board: Board
    ) -> None:
        self.name = name
        self.tier = 3
        self._needs = needs
        self._work = work
        self._board = board
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._board.post(self.name)
        self._thread.start()

    def stop(self) -> None:
        self._thread.join()

    def _run(self) -> None:
        if not self._board.wait_ready(self._needs):
            return
        launched = time.time()
        self._board.post(self.name, state=State.STARTING, launched=launched)
        try:
            self._work()
        except AileronError as error:
            self._board.post(self.name, state=State.FAILED, error=error.to_dict())
        else:
            seconds = round(time.time() - launched, 1)
            self._board.post(self.name, state=State.HEALTHY, ready_seconds=seconds)


def run_once(command: tuple[str, ...], environment: Mapping[str, str], log: Path) -> None:
    """Run a program to its end.

    Raises:
        StepFailed: it failed; the sentence has the end of its log.
    """
    with open_log(log) as output:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=log.parent,
            check=False,
        )
    if done.returncode != 0:
        raise StepFailed(
            "stack.job_failed", where=str(log), job=log.stem, code=done.returncode,
            lines=last_lines(log),
        )  # fmt: skip
