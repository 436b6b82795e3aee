"""The embedded stack as one thing: `Stack(settings).start()`, `.stop()`, `.status()`.

A client of the daemon: it starts it, watches ``HOME/stack.json``, and signals it. Any process
with the same ``AILERON_HOME`` speaks of the same stack.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import psutil

from aileron import __version__
from aileron.core.documents import suggestion
from aileron.core.errors import AileronError, InvalidInput, NotFound, Unavailable
from aileron.core.settings import Settings, read_env_file
from aileron.label.studio.server import is_installed
from aileron.run.client import stop as stop_launcher
from aileron.stack.daemon import environment_path, record_path
from aileron.stack.keeper import find_survivor
from aileron.stack.lone import embedded_postgres, locked
from aileron.stack.process import last_lines, open_log, session
from aileron.stack.record import ProcessId, ServerRecord, StackRecord, State
from aileron.stack.servers import JOB_NAMES, LABELLING_NAMES, POSTGRES, SERVER_NAMES, log_file

START_PATIENCE: Final = 600.0
STOP_PATIENCE: Final = 90.0
SWEEP_GRACE: Final = 5.0
OWN_ADDRESSES: Final = (
    "AILERON_LEDGER_URL",
    "AILERON_MLFLOW_URL",
    "AILERON_AIRFLOW_URL",
    "AILERON_GATEWAY_URL",
    "AILERON_LABELLING_URL",
    "AILERON_LABELSTUDIO_URL",
)


@dataclass(frozen=True)
class ServerStatus:
    """One row of the status table."""

    name: str
    state: State
    pid: int | None
    address: str | None
    memory_mb: float | None
    """Proportional share (PSS) of the server and everything it started, in MiB."""
    uptime: float | None
    """Seconds since its launch."""
    restarts: int
    ready_seconds: float | None
    """Seconds from launch to healthy."""
    log: str | None


Report = Callable[[ServerStatus], None]


class Stack:
    """The embedded servers of one state directory.

    Args:
        only: names of servers to run (with PostgreSQL); empty means all.
        environ: variables for the servers; those of this process by default.

    Raises:
        NotFound: there is no server of a name in `only`.
    """

    def __init__(
        self,
        settings: Settings,
        only: Sequence[str] = (),
        environ: Mapping[str, str] | None = None,
    ) -> None:
        for name in set(only) - SERVER_NAMES:
            hint = suggestion(name, sorted(SERVER_NAMES))
            raise NotFound("stack.unknown_server", name=name, hint=hint)
        self._settings = settings
        self._home = settings.home
        self._only = tuple(only)
        self._environ = os.environ if environ is None else environ

    def start(self, report: Report = lambda _status: None) -> Settings:
        """Start what is not running; return when every server is healthy.

        A server of another version or other settings is restarted. If one cannot start, all
        that this call started is stopped again.

        Args:
            report: told each change of a server's state.

        Returns:
            The settings with the stack's addresses.

        Raises:
            Unavailable: a server does not start; the sentence has the end of its log.
            Conflict: a port that was asked for is in use.
            InvalidInput: a variable points at another installation's server.
        """
        self._refuse_foreign_addresses()
        with locked(self._home):
            if not self._runs_as_wanted():
                self._stop_daemon()
                self._launch_daemon()
            self._wait_healthy(report)
        return self.settings()

    def stop(self, report: Report = lambda _status: None) -> None:
        """Stop everything that this state directory's stack started, and nothing else."""
        with locked(self._home):
            self._stop_daemon(report)
            self._sweep()

    def status(self) -> list[ServerStatus]:
        """The servers, as they are now; empty if the stack is down."""
        watched = self.is_running()
        return [
            _status(name, server, watched)
            for name, server in self._record().servers.items()
            if name not in JOB_NAMES or server.state is State.FAILED
        ]

    def settings(self) -> Settings:
        """The settings with the addresses of the running stack."""
        return Settings.load(self._own_environment())

    def is_running(self) -> bool:
        """Whether the stack's daemon lives."""
        daemon = self._record().daemon
        return daemon is not None and daemon.find() is not None

    def _record(self) -> StackRecord:
        return StackRecord.read(record_path(self._home))

    def _runs_as_wanted(self) -> bool:
        record = self._record()
        running = record.servers.keys() - JOB_NAMES
        wanted = set(self._only) | {POSTGRES} if self._only else self._everything(running)
        same = record.version == __version__ and running >= wanted
        return self.is_running() and same and record.state is not State.FAILED

    def _everything(self, running: Set[str]) -> Set[str]:
        """What is to run, where nothing is left out: Label Studio may have been installed since."""
        if running >= SERVER_NAMES - LABELLING_NAMES and is_installed(self._environ):
            return running | LABELLING_NAMES
        return running

    def _launch_daemon(self) -> None:
        command = [sys.executable, "-P", "-m", "aileron.stack.daemon"]
        if self._only:
            command += ["--only", *self._only]
        with open_log(log_file(self._home, "daemon")) as output:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._home,
                env=self._own_environment(),
                start_new_session=True,
            )
        created = psutil.Process(child.pid).create_time()
        while child.poll() is None:
            record = self._record()
            if record.daemon == ProcessId(pid=child.pid, created=created):
                return
            time.sleep(0.02)
        raise self._refusal()

    def _refusal(self) -> AileronError:
        """Why the daemon ended at once."""
        error = self._record().error
        if error is not None:
            return AileronError.from_dict(error)
        log = log_file(self._home, "daemon")
        return Unavailable("stack.daemon_ended", where=str(log), lines=last_lines(log))

    def _wait_healthy(self, report: Report) -> None:
        deadline = time.monotonic() + START_PATIENCE
        told: dict[str, State] = {}
        while time.monotonic() < deadline:
            record = self._record()
            for name, server in record.servers.items():
                if told.get(name) is not server.state and name not in JOB_NAMES:
                    told[name] = server.state
                    report(_status(name, server))
            if record.state is State.HEALTHY:
                return
            failed = [s for s in record.servers.values() if s.state is State.FAILED and s.error]
            if failed and failed[0].error:
                self._stop_daemon()
                raise AileronError.from_dict(failed[0].error)
            if not self.is_running():
                raise self._refusal()
            time.sleep(0.1)
        self._stop_daemon()
        slow = [name for name, state in told.items() if state is not State.HEALTHY]
        raise Unavailable("stack.slow", servers=", ".join(slow), seconds=int(START_PATIENCE))

    def _stop_daemon(self, report: Report = lambda _status: None) -> None:
        daemon = self._record().daemon
        process = daemon.find() if daemon else None
        if daemon is None or process is None:
            return
        process.terminate()
        told: set[str] = set()
        deadline = time.monotonic() + STOP_PATIENCE
        while daemon.find() and time.monotonic() < deadline:
            for name, server in self._record().servers.items():
                if server.state is State.STOPPED and name not in told:
                    told.add(name)
                    report(_status(name, server))
            time.sleep(0.05)
        if daemon.find():
            process.kill()

    def _sweep(self) -> None:
        """Stop what a daemon that was killed left behind."""
        record = self._record()
        left = [find_survivor(s) for name, s in record.servers.items() if name != POSTGRES]
        with ThreadPoolExecutor(max_workers=len(left) or 1) as pool:
            list(pool.map(lambda process: process.stop(SWEEP_GRACE), filter(None, left)))
        stop_launcher(self._home)
        embedded_postgres(self._home).stop()
        environment_path(self._home).unlink(missing_ok=True)
        if record.servers:
            stopped = record.model_copy(
                update={"servers": {}, "daemon": None, "state": State.STOPPED, "error": None}
            )
            stopped.write(record_path(self._home))

    def _own_environment(self) -> dict[str, str]:
        """The servers' environment: this stack's folders, whatever the caller's say."""
        return {
            **self._environ,
            "AILERON_WORKSPACE": str(self._settings.workspace),
            "AILERON_HOME": str(self._home),
        }

    def _refuse_foreign_addresses(self) -> None:
        own = read_env_file(environment_path(self._home))
        for variable in OWN_ADDRESSES:
            if self._environ.get(variable) not in (None, "", own.get(variable)):
                raise InvalidInput("stack.foreign_address", variable=variable)


def _status(name: str, record: ServerRecord, watched: bool = True) -> ServerStatus:
    process = record.process.find() if record.process else None
    unwatched = State.UNWATCHED if process else State.STOPPED
    return ServerStatus(
        name=name,
        state=record.state if watched else unwatched,
        pid=process.pid if process else None,
        address=record.address,
        memory_mb=_memory(record.process) if process and record.process else None,
        uptime=time.time() - process.create_time() if process else None,
        restarts=record.restarts,
        ready_seconds=record.ready_seconds,
        log=record.log,
    )


def _memory(identity: ProcessId) -> float:
    total = 0
    for process in session(identity):
        try:
            total += process.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return round(total / 2**20, 1)
