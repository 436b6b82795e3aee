"""`aileron server`: what an installation of several containers needs before its first start."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Final

import click

from aileron import __version__
from aileron.backup.databases import AIRFLOW, LEDGER, MLFLOW, connect, revision_of, variable_of
from aileron.backup.upgrade import refuse_later
from aileron.cli.init import TEMPLATE, copy, reference_workspace
from aileron.core.errors import StepFailed, Unavailable
from aileron.core.settings import Settings, with_files
from aileron.ledger import Ledger
from aileron.stack import airflow
from aileron.stack.mlflow_server import BACKEND
from aileron.stack.outside import ensure_bucket, ensure_database
from aileron.stack.record import write_private
from aileron.store import open_store
from aileron.store.owner import claim_if_empty

DATABASES: Final = (
    "AILERON_LEDGER_URL",
    "AILERON_AIRFLOW_DATABASE_URL",
    "AILERON_MLFLOW_DATABASE_URL",
    "AILERON_LABELSTUDIO_DATABASE_URL",
)
"""Variables with SQLAlchemy URLs; each may be given as a file, ``NAME_FILE``."""
NOTE: Final = "prepared.json"
POLL: Final = 1.0


@click.group()
def command() -> None:
    """Prepare an installation whose servers run in containers."""


@command.command()
@click.option(
    "--add",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder whose files the workspace gets where it has none of that name.",
)
def prepare(add: Path | None) -> None:
    """Make what is missing: workspace, databases, bucket, tables, roles, accounts.

    Run it before the first start and, with all servers stopped, after each upgrade. What is there
    is left alone, but for tables, which are brought to this version, and the platform's own
    account in Airflow, which gets the password of AILERON_AIRFLOW_LOGIN_FILE. Databases that a
    later version has written are refused.
    """
    settings = Settings.load()
    note = settings.home / NOTE
    note.unlink(missing_ok=True)
    made = make_workspace(settings.workspace, add)
    _tell("workspace", f"{', '.join(made)} added" if made else "as it was")
    # Made here for its owner: where a cluster makes it, to mount something there, it is root's.
    (settings.home / "run").mkdir(mode=0o700, parents=True, exist_ok=True)
    known = with_files(os.environ, DATABASES)
    for variable in DATABASES:
        if url := known.get(variable):
            _tell(variable, "made" if ensure_database(url) else "is there")
    if settings.store_root.startswith("s3://"):
        _tell("bucket", "made" if ensure_bucket(settings.store_root) else "is there")
    migrate(settings, known)
    _run((sys.executable, "-P", "-m", "aileron_airflow.roles"))
    write_private(note, json.dumps(versions()))
    _tell("prepared", __version__)


@command.command()
@click.option("--seconds", default=600, show_default=True, help="How long, at most.")
def wait(seconds: int) -> None:
    """Return when `prepare` of this version has ended; exit 1 if it has not in time."""
    note = Settings.load().home / NOTE
    deadline = time.monotonic() + seconds
    while not is_prepared(note):
        if time.monotonic() > deadline:
            raise Unavailable(
                "stack.not_prepared", seconds=seconds, place=str(note), version=__version__
            )
        time.sleep(POLL)


def make_workspace(folder: Path, more: Path | None) -> list[str]:
    """What `folder` was given: what it lacks of a new workspace, and of `more`.

    Each part gets its name when it is whole. The last one's says that all were made: from then on
    the workspace is its owner's, who may remove any other.
    """
    folder.mkdir(parents=True, exist_ok=True)
    new = [] if (folder / TEMPLATE[-1]).exists() else TEMPLATE
    added = list(_place(folder, reference_workspace(), new))
    return added + list(_place(folder, more, _files(more))) if more else added


def _files(folder: Path) -> Iterator[str]:
    """A mounted ConfigMap holds its files twice, once in a folder with a leading dot."""
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder)
        if file.is_file() and not any(part.startswith(".") for part in name.parts):
            yield str(name)


def _place(folder: Path, source: Path, names: Iterable[str]) -> Iterator[str]:
    """Copy those of `names` that are not there; which ones."""
    for name in names:
        target = folder / name
        if target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.new")
        if draft.is_dir():  # of somebody who was interrupted
            shutil.rmtree(draft)
        if (source / name).is_dir():
            copy(source / name, draft)
        else:  # without its rights: what is mounted may be for reading alone
            draft.write_bytes((source / name).read_bytes())
        draft.replace(target)
        yield name


def migrate(settings: Settings, known: Mapping[str, str]) -> None:
    """Bring all tables to the installed versions; MLflow makes its first ones itself.

    Args:
        known: variables with the URLs of the other databases.

    Raises:
        Refused: a later version has written to one of them, or the store is another's.
        StepFailed: a migration failed.
    """
    urls = {name: known.get(variable_of(name), "") for name in (AIRFLOW, MLFLOW)}
    urls[LEDGER] = settings.require("ledger_url")
    found = revisions(urls)
    refuse_later(found)
    ledger = Ledger(urls[LEDGER])
    ledger.migrate()
    ours = claim_if_empty(open_store(settings.store_root), ledger.installation)
    ledger.close()
    _tell("ledger", "migrated")
    _tell("store", "is this installation's" if ours else "has no owner: see `aileron gc --claim`")
    _run(airflow.command("db", "migrate"))
    _tell("airflow", "migrated")
    if found.get(MLFLOW):
        words = (sys.executable, "-P", "-m", "aileron.stack.mlflow_migrate")
        _run(words, {BACKEND: urls[MLFLOW]})
        _tell("mlflow", "migrated")


def revisions(urls: Mapping[str, str]) -> dict[str, str | None]:
    """Database -> the migration that its tables are at; those whose URL is known."""
    found = {}
    for name, url in urls.items():
        if url:
            connection = connect(url)
            try:
                found[name] = revision_of(connection, name)
            finally:
                connection.close()
    return found


def versions() -> dict[str, str]:
    """What an installation is prepared for."""
    return {"aileron": __version__, "airflow": version("apache-airflow-core")}


def is_prepared(note: Path) -> bool:
    """Whether `prepare` of these versions left its note."""
    try:
        return bool(json.loads(note.read_text(encoding="utf-8")) == versions())
    except (FileNotFoundError, json.JSONDecodeError):  # an earlier version wrote it in pieces
        return False


def _run(words: tuple[str, ...], variables: Mapping[str, str] | None = None) -> None:
    done = subprocess.run(words, env={**os.environ, **(variables or {})}, check=False)
    if done.returncode != 0:
        raise StepFailed("stack.step_failed", command=" ".join(words[3:]), status=done.returncode)


def _tell(what: str, how: str) -> None:
    click.echo(f"{what}: {how}")
