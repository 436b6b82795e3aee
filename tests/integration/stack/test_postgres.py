"""The embedded PostgreSQL: it starts anywhere, outlives its starter and survives a crash."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from plugins.postgres import free_port
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import OperationalError

from aileron.core.errors import Conflict, NotFound, Unavailable
from aileron.stack.postgres import EmbeddedPostgres


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that only its owner may enter, as a home directory is."""
    home = Path(tempfile.mkdtemp(prefix="aileron-home-"))
    yield home / "postgres"
    EmbeddedPostgres(home / "postgres").stop()
    shutil.rmtree(home)


@pytest.fixture
def server(folder: Path) -> EmbeddedPostgres:
    """A server of its own, running."""
    server = EmbeddedPostgres(folder, durable=False)
    server.start(free_port())
    return server


def ask(url: str, query: str) -> object:
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        result = connection.execute(text(query))
        return result.scalar() if result.returns_rows else None


def test_it_starts_serves_and_stops(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    assert not server.is_running()
    server.stop()
    port = free_port()
    server.start(port)
    server.ensure_database("ledger")
    assert server.port == port
    assert ask(server.url("ledger"), "SHOW server_version_num") >= "180000"
    assert ask(server.url("ledger"), "SHOW fsync") == "on"
    server.stop()
    assert not server.is_running()
    with pytest.raises(Unavailable, match="make up"):
        server.url("ledger")


def test_starting_twice_is_starting_once(server: EmbeddedPostgres) -> None:
    pid, port = server.pid, server.port
    assert port is not None
    EmbeddedPostgres(server.folder).start(port)
    assert server.pid == pid
    with pytest.raises(Conflict, match=str(port)):
        server.start(port + 1)


def test_processes_that_start_it_at_once_start_one(folder: Path) -> None:
    port = free_port()
    code = (
        "import sys; from pathlib import Path;"
        "from aileron.stack.postgres import EmbeddedPostgres as E;"
        f"e = E(Path({str(folder)!r}), durable=False); e.start({port}); print(e.pid)"
    )
    starters = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    pids = {starter.communicate(timeout=60)[0] for starter in starters}
    assert pids == {f"{EmbeddedPostgres(folder).pid}\n"}


def test_it_outlives_the_process_and_the_terminal_that_started_it(folder: Path) -> None:
    port = free_port()
    code = (
        "import os, signal; from pathlib import Path;"
        "from aileron.stack.postgres import EmbeddedPostgres as E;"
        f"E(Path({str(folder)!r}), durable=False).start({port});"
        "os.killpg(0, signal.SIGKILL)"
    )
    starter = subprocess.run([sys.executable, "-c", code], start_new_session=True, check=False)
    assert starter.returncode == -signal.SIGKILL
    time.sleep(0.2)
    assert ask(EmbeddedPostgres(folder).url("postgres"), "SELECT 1") == 1


@pytest.mark.parametrize("durable", [True, False])
def test_data_outlives_a_crash(folder: Path, durable: bool) -> None:
    server, port = EmbeddedPostgres(folder, durable=durable), free_port()
    server.start(port)
    ask(server.url("postgres"), "CREATE TABLE kept AS SELECT 7 AS n")
    idle = create_engine(server.url("postgres")).connect()
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    server.start(port)
    assert server.pid != pid
    assert ask(server.url("postgres"), "SELECT n FROM kept") == 7
    idle.invalidate()


def test_a_stale_pid_file_is_no_obstacle_even_if_its_id_lives_again(
    server: EmbeddedPostgres,
) -> None:
    pid_file = server.cluster / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    server.stop()
    other = subprocess.Popen(["sleep", "60"])
    try:
        pid_file.write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
        shutil.chown(pid_file, server.cluster.owner(), server.cluster.group())
        assert not server.is_running()
        port = free_port()
        server.start(port)
        assert server.port == port
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_crash_while_the_data_is_made_is_made_good(folder: Path) -> None:
    (folder / "cluster.new" / "base").mkdir(parents=True)
    (folder / "cluster.new" / "PG_VERSION").write_text("18\n")
    server = EmbeddedPostgres(folder, durable=False)
    server.start(free_port())
    assert ask(server.url("postgres"), "SELECT 1") == 1


def test_a_wrong_password_is_refused_and_no_other_machine_is_served(
    server: EmbeddedPostgres,
) -> None:
    password = server.password_file.read_text()
    assert server.password_file.stat().st_mode & 0o077 == 0
    with pytest.raises(OperationalError, match="password authentication failed"):
        ask(server.url("postgres").replace(password, "guess"), "SELECT 1")
    assert server.pid is not None
    listening = psutil.Process(server.pid).net_connections("all")
    assert {c.laddr.ip for c in listening if c.status == psutil.CONN_LISTEN} == {"127.0.0.1"}
    assert password not in " ".join(psutil.Process(server.pid).cmdline())


def test_a_password_of_ones_own_is_taken(folder: Path) -> None:
    secret = folder.parent / "secrets" / "postgres"
    secret.parent.mkdir()
    secret.write_text("correct-horse\n")
    server = EmbeddedPostgres(folder, password_file=secret, durable=False)
    server.start(free_port())
    assert ":correct-horse@" in server.url("postgres")
    assert ask(server.url("postgres"), "SELECT 1") == 1


def test_a_lost_password_file_is_named(server: EmbeddedPostgres) -> None:
    server.stop()
    server.password_file.unlink()
    with pytest.raises(NotFound, match=str(server.password_file)):
        server.start(free_port())


def test_a_port_in_use_is_told_in_the_servers_words(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Unavailable, match=r"server\.log: .*Address already in use"):
            EmbeddedPostgres(folder, durable=False).start(taken.getsockname()[1])


def test_callers_who_ask_for_a_database_at_once_all_get_it(server: EmbeddedPostgres) -> None:
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(server.ensure_database, ["airflow"] * 5))
    assert ask(server.url("airflow"), "SELECT current_database()") == "airflow"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")
def test_a_closed_folder_of_root_stays_closed_to_everyone_else(
    server: EmbeddedPostgres,
) -> None:
    assert server.pid is not None
    assert psutil.Process(server.pid).uids().effective != 0
    home = server.folder.parent
    assert home.stat().st_mode & 0o007 == 0
    listing = subprocess.run(
        ["ls", str(home)], user="nobody", group="nogroup", extra_groups=[], capture_output=True
    )
    assert listing.returncode != 0
