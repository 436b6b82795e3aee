"""A team's own PostgreSQL, older than the embedded one, and an account that owns its databases."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from plugins.backups import OTHER_TABLES, Site, execute
from plugins.postgres import free_port

from aileron.backup import Target, verify
from aileron.backup.programs import INSTALLED, fitting
from aileron.core.errors import Unavailable
from aileron.core.settings import Settings
from aileron.ledger import Ledger
from aileron.stack.postgres import VERSION
from aileron.stack.unprivileged import give, server_account


@pytest.fixture(scope="module")
def make_owned() -> Iterator[Callable[[str], str]]:
    """Makes databases on a server of the system's PostgreSQL; the account of its URLs may not
    make any."""
    found = sorted(INSTALLED.glob("*/bin/initdb"))
    if not found:
        pytest.skip("no PostgreSQL server of the system here: apt-get install postgresql")
    programs, account = found[0].parent, server_account()
    folder, port = Path(tempfile.mkdtemp(prefix="aileron-own-")), free_port()

    def run(*words: str) -> None:
        user = account and {"user": account.user, "group": account.group, "extra_groups": []}
        environ = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
        log = (folder / "log").open("ab")
        subprocess.run([programs / words[0], *words[1:]], check=True, cwd="/", env=environ,
                       stdout=log, stderr=log, **(user or {}))  # fmt: skip

    def administer(sql: str) -> None:
        run("psql", "-h", "127.0.0.1", "-p", str(port), "-U", "root", "-d", "postgres", "-c", sql)

    folder.chmod(0o755)
    data = folder / "data"
    data.mkdir(mode=0o700)
    if account:
        give(data, account)
    run("initdb", "-D", str(data), "-U", "root", "--auth=trust", "--no-sync", "--encoding=UTF8")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
    run("pg_ctl", "start", "-w", "-D", str(data), "-o", options, "-l", str(data / "server.log"))
    administer("CREATE ROLE team LOGIN NOSUPERUSER NOCREATEDB PASSWORD 'ours'")

    def make(name: str) -> str:
        administer(f"CREATE DATABASE {name} OWNER team")
        return f"postgresql://team:ours@127.0.0.1:{port}/{name}?application_name=theirs"

    try:
        yield make
    finally:
        run("pg_ctl", "stop", "-m", "immediate", "-D", str(data))
        shutil.rmtree(folder)


def test_its_owner_backs_up_and_restores_with_programs_of_the_servers_age(
    make_owned: Callable[[str], str], tmp_path: Path
) -> None:
    def site(name: str) -> Site:
        urls = (make_owned(f"{name}_{kind}") for kind in ("ledger", "airflow", "mlflow"))
        folder = tmp_path / name
        return Site.of(Settings(workspace=folder, home=folder / "state"), *urls)

    here, there = site("here"), site("there")
    here.settings.home.mkdir(parents=True)
    ledger = Ledger(here.environ["AILERON_LEDGER_URL"], "test")
    ledger.migrate()
    ledger.runs.start("default/fruit/r1", "default", "fruit", "zhang")
    for name, variable in (("airflow", "AILERON_AIRFLOW_DATABASE_URL"),
                           ("mlflow", "AILERON_MLFLOW_DATABASE_URL")):  # fmt: skip
        execute(here.environ[variable], *OTHER_TABLES[name])
    target = Target(str(tmp_path / "backups"))
    made = here.back_up(target)
    ages = {(one.server, one.program) for one in made.databases}
    assert all(server == program for server, program in ages)
    assert list(verify(target, made)) == []
    assert there.restore(target).open_runs == 1
    ledger.close()
    ledger = Ledger(there.environ["AILERON_LEDGER_URL"], "test")
    assert ledger.runs.get("default/fruit/r1").actor == "zhang"
    ledger.migrate()
    ledger.close()


def test_a_program_is_none_older_than_what_it_works_on() -> None:
    path, version = fitting("pg_dump", VERSION)
    assert version == VERSION
    assert path.is_file()
    with pytest.raises(Unavailable, match="99"):
        fitting("pg_dump", 15, 99)
