"""Bringing the databases of an installation to the installed versions, after a backup.

Each tool's own migrations do the work. What a later version has written is refused before
anything is changed. Documents of the workspace have one version so far, ``aileron/v1``.
"""

from __future__ import annotations

import importlib.util
import re
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from aileron.backup.databases import (
    AIRFLOW,
    LEDGER,
    MLFLOW,
    Urls,
    connect,
    is_embedded,
    open_databases,
    revision_of,
)
from aileron.backup.make import back_up
from aileron.backup.record import Backup
from aileron.backup.target import Target
from aileron.core.errors import Conflict, Refused
from aileron.core.settings import SILENT, Settings
from aileron.ledger import Desired, Ledger, Revision, RevisionState
from aileron.stack import airflow
from aileron.stack.keeper import run_once
from aileron.stack.mlflow_server import BACKEND
from aileron.stack.servers import log_file
from aileron.stack.stack import Stack

MIGRATIONS: Final[Mapping[str, tuple[str, str]]] = {
    LEDGER: ("aileron", "ledger/migrations/versions"),
    AIRFLOW: ("airflow", "migrations/versions"),
    MLFLOW: ("mlflow", "store/db_migrations/versions"),
}
"""Database -> the distribution that has its migrations, and the folder in it."""
SERVICES_SECONDS: Final = 180.0
Report = Callable[[str], None]


class Migrated(BaseModel):
    """One database's tables before and after."""

    model_config = ConfigDict(frozen=True)

    database: str
    before: str | None
    after: str | None


class Upgraded(BaseModel):
    """What an upgrade did."""

    model_config = ConfigDict(frozen=True)

    backup: Backup | None
    databases: tuple[Migrated, ...]


def upgrade(
    settings: Settings,
    environ: Mapping[str, str],
    target: Target | None,
    actor: str,
    report: Report = lambda _: None,
) -> Upgraded:
    """Migrate every database; nothing changes where nothing is to be done.

    Args:
        target: a backup is made there first; None makes none.

    Raises:
        Conflict: the stack runs.
        Refused: a database is of a later version than what is installed here.
        StepFailed: a migration failed; the sentence has the end of its log.
    """
    if Stack(settings, environ=environ).is_running():
        raise Conflict("backup.stack_runs", where=str(settings.home))
    with open_databases(settings, environ) as urls:
        before = revisions(urls)
        refuse_later(before)
        backup = None
        if target is not None:
            secrets = target.folder is not None
            backup = back_up(settings, environ, target, actor, secrets=secrets, report=report)
        for name, command, variables in _commands(settings, urls):
            report(name)
            environment = {**environ, **SILENT, **variables}
            run_once(command, environment, log_file(settings.home, f"upgrade-{name}"))
        after = revisions(urls)
        if is_embedded(settings):  # the next start need not look again
            airflow.Migration(settings, lambda: after[AIRFLOW]).remember()
    migrated = (Migrated(database=n, before=before[n], after=after[n]) for n in MIGRATIONS)
    return Upgraded(backup=backup, databases=tuple(migrated))


def await_services(settings: Settings, seconds: float = SERVICES_SECONDS) -> None:
    """Wait until no revision of a service is starting: each needs its environment first.

    After so many seconds doctor says which ones still are.
    """
    ledger = Ledger(settings.require("ledger_url"))
    deadline = time.monotonic() + seconds
    try:
        while time.monotonic() < deadline and any(map(_is_starting, ledger.revisions.active())):
            time.sleep(0.5)
    finally:
        ledger.close()


def _is_starting(revision: Revision) -> bool:
    wanted = revision.desired is Desired.RUNNING
    return wanted and revision.state is RevisionState.STARTING


def revisions(urls: Urls) -> dict[str, str | None]:
    """Database -> which migration its tables are at."""
    found = {}
    for name in MIGRATIONS:
        connection = connect(urls[name])
        try:
            found[name] = revision_of(connection, name)
        finally:
            connection.close()
    return found


def refuse_later(found: Mapping[str, str | None]) -> None:
    """Raise `Refused` if a database is at a migration that is not installed here."""
    for name, revision in found.items():
        distribution, folder = MIGRATIONS[name]
        unknown = set(filter(None, (revision or "").split(","))) - known_revisions(name)
        if unknown:
            raise Refused(
                "backup.later_database",
                where=f"{distribution}/{folder}",
                database=name,
                revision=", ".join(sorted(unknown)),
                distribution=distribution,
            )


def known_revisions(database: str) -> set[str]:
    """The migrations that are installed, read without importing what they belong to."""
    distribution, folder = MIGRATIONS[database]
    spec = importlib.util.find_spec(distribution)
    places = spec.submodule_search_locations if spec else None
    files = (path for place in places or () for path in (Path(place) / folder).glob("*.py"))
    texts = (path.read_text(encoding="utf-8") for path in files)
    pattern = re.compile(r"""^revision(?::\s*str)?\s*=\s*["']([^"']+)["']""", re.MULTILINE)
    return {match[1] for match in map(pattern.search, texts) if match}


def _commands(
    settings: Settings, urls: Urls
) -> list[tuple[str, tuple[str, ...], Mapping[str, str]]]:
    """(database, program, variables) of each migration."""
    python = (sys.executable, "-P", "-m")
    places = {"AILERON_WORKSPACE": str(settings.workspace), "AILERON_HOME": str(settings.home)}
    return [
        (MLFLOW, (*python, "aileron.stack.mlflow_migrate"), {BACKEND: urls[MLFLOW]}),
        (AIRFLOW, airflow.command("db", "migrate"), _airflow_environment(settings, urls)),
        (
            LEDGER,
            (*python, "aileron.stack.migrate"),
            {**places, "AILERON_LEDGER_URL": urls[LEDGER]},
        ),
    ]


def _airflow_environment(settings: Settings, urls: Urls) -> Mapping[str, str]:
    """A server's Airflow is told where it is by variables that are set already."""
    own = {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": urls[AIRFLOW]}
    if is_embedded(settings):
        own["AIRFLOW_HOME"] = str(airflow.airflow_home(settings))
        own["AIRFLOW_CONFIG"] = str(airflow.configuration(settings))
    return own
