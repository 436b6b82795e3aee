"""The stack daemon: ``python -m aileron.stack.daemon``; one small process keeps all servers up.

It starts them in the order of their needs, restarts what ends, and on SIGTERM stops all in
order. If it is killed, the servers run on and the next daemon adopts them.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from threading import Event, Thread

from aileron import __version__
from aileron.core.errors import AileronError, NotFound
from aileron.core.settings import SILENT, Settings
from aileron.label.studio import server as labelstudio
from aileron.run.client import stop as stop_launcher
from aileron.run.client import warm_up
from aileron.stack import airflow
from aileron.stack.board import Board
from aileron.stack.database import databases, revision
from aileron.stack.keeper import (
    Job,
    Keeper,
    PostgresKeeper,
    ProcessKeeper,
    find_survivor,
    run_once,
)
from aileron.stack.lone import embedded_postgres
from aileron.stack.ports import choose
from aileron.stack.record import ProcessId, ServerRecord, StackRecord, State, write_private
from aileron.stack.secret_files import SecretFiles
from aileron.stack.servers import (
    AIRFLOW_TABLES,
    DATABASE_NAMES,
    DATABASES,
    LAUNCHER,
    LEDGER_TABLES,
    POSTGRES,
    Addresses,
    Server,
    all_servers,
    log_file,
    plain_environment,
)

PORT_HOLDERS: Mapping[str, str] = {
    "airflow": "api-server",
    "mlflow": "mlflow",
    "gateway": "gateway",
    "labelling": "labelling",
    "labelstudio": "labelstudio",
}
"""Port -> the server that listens on it."""


class Daemon:
    """Everything the daemon does between its start and its end.

    Args:
        only: servers to run, with what they need; empty means all.
    """

    def __init__(
        self, settings: Settings, environ: Mapping[str, str], only: Sequence[str] = ()
    ) -> None:
        self._home = settings.home
        self._environ = environ
        self._secrets = SecretFiles(self._home / "secrets")
        self._postgres = embedded_postgres(self._home)
        self._before = StackRecord.read(record_path(self._home))
        ports = choose(environ, self._before.ports, self._held())
        self._require_password()
        record = StackRecord(
            state=State.STARTING,
            version=__version__,
            daemon=ProcessId.of(os.getpid()),
            ports=ports,
            servers=self._survivors(),
        )
        self._board = Board(record_path(self._home), record)
        self._addresses = Addresses(ports, self._secrets.postgres_password())
        self._settings = self._addresses.settings(settings, self._secrets)
        self._only = only

    def run(self, stop: Event) -> None:
        """Keep the servers up until `stop` is set, then stop them."""
        keepers = self._keepers()
        write_private(environment_path(self._home), self._environment_file())
        for keeper in keepers:
            keeper.start()
        stop.wait()
        self._board.stop()
        for _, tier in groupby(sorted(keepers, key=_falling), key=_falling):
            threads = [Thread(target=keeper.stop) for keeper in tier]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        stop_launcher(self._home)
        environment_path(self._home).unlink(missing_ok=True)
        self._board.close()

    def _keepers(self) -> list[Keeper]:
        servers = self._wanted()
        survivors = self._survivors()
        for name in survivors.keys() - {server.name for server in servers} - {POSTGRES}:
            if process := find_survivor(survivors[name]):
                process.stop(grace=10)
        port = self._addresses.ports[POSTGRES]
        needed = {need for server in servers for need in server.needs}
        jobs = [job for job in self._jobs() if job.name in needed | {DATABASES}]
        if not self._only:
            everything = tuple(server.name for server in servers)
            jobs.append(Job(LAUNCHER, everything, lambda: warm_up(self._home), self._board))
        return [
            PostgresKeeper(self._postgres, port, self._board),
            *jobs,
            *(
                ProcessKeeper(
                    server, self._board, self._home, self._environ, survivors.get(server.name)
                )
                for server in servers
            ),
        ]

    def _wanted(self) -> list[Server]:
        servers = all_servers(self._settings, self._addresses, self._secrets)
        return [server for server in servers if not self._only or server.name in self._only]

    def _jobs(self) -> list[Job]:
        return [
            Job(DATABASES, (POSTGRES,), self._make_databases, self._board),
            Job(AIRFLOW_TABLES, (DATABASES,), self._migrate_airflow, self._board),
            Job(LEDGER_TABLES, (DATABASES,), self._migrate_ledger, self._board),
        ]

    def _require_password(self) -> None:
        """Data that exist have a password; a fresh one would not open them."""
        file = self._postgres.password_file
        if self._postgres.cluster.is_dir() and not file.is_file():
            raise NotFound("stack.postgres_password_lost", where=str(file))

    def _make_databases(self) -> None:
        port = self._addresses.ports[POSTGRES]
        wanted = DATABASE_NAMES | ({labelstudio.DATABASE} if labelstudio.is_installed() else set())
        for name in wanted - databases(port, self._addresses.postgres_password):
            self._postgres.ensure_database(name)

    def _migrate_airflow(self) -> None:
        url = self._addresses.database_url(airflow.DATABASE)
        migration = airflow.Migration(
            self._settings,
            lambda: revision(
                self._addresses.ports[POSTGRES],
                self._addresses.postgres_password,
                airflow.DATABASE,
            ),
        )
        if migration.is_done():
            return
        port = self._addresses.ports["airflow"]
        own = airflow.environment(self._settings, self._secrets, url, port)
        log = log_file(self._home, AIRFLOW_TABLES)
        run_once(airflow.command("db", "migrate"), {**self._environ, **SILENT, **own}, log)
        migration.remember()

    def _migrate_ledger(self) -> None:
        environment = {**self._environ, **plain_environment(self._settings)}
        command = (sys.executable, "-P", "-m", "aileron.stack.migrate")
        run_once(command, environment, log_file(self._home, LEDGER_TABLES))

    def _survivors(self) -> dict[str, ServerRecord]:
        """Servers of an earlier daemon of which something may still run."""
        return {
            name: record
            for name, record in self._before.servers.items()
            if record.process and record.process.find()
        }

    def _held(self) -> set[str]:
        survivors = self._survivors()
        held = {port for port, server in PORT_HOLDERS.items() if server in survivors}
        running = self._postgres.port
        if running is not None and running == self._before.ports.get(POSTGRES):
            held.add(POSTGRES)
        return held

    def _environment_file(self) -> str:
        own = {"AILERON_WORKSPACE", "AILERON_HOME"}
        lines = [
            f"{name}={value}"
            for name, value in self._settings.environment().items()
            if name.startswith("AILERON_") and name not in own
        ]
        return "\n".join(["# Written by the running stack; removed when it stops.", *lines, ""])


def record_path(home: Path) -> Path:
    """Where the daemon writes what runs."""
    return home / "stack.json"


def environment_path(home: Path) -> Path:
    """Where the daemon writes the addresses for `Settings.load`."""
    return home / "stack.env"


def _falling(keeper: Keeper) -> int:
    return -keeper.tier


def main(arguments: Sequence[str]) -> int:
    """Run until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", nargs="*", default=[])
    only = parser.parse_args(arguments).only
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    settings = Settings.load()
    try:
        daemon = Daemon(settings, os.environ, only)
    except AileronError as error:
        refuse(settings.home, error)
        return 1
    daemon.run(stop)
    return 0


def refuse(home: Path, error: AileronError) -> None:
    """Leave word why nothing was started; what is recorded of earlier servers stays."""
    record = StackRecord.read(record_path(home))
    record.state, record.error, record.daemon = State.FAILED, error.to_dict(), None
    record.write(record_path(home))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
