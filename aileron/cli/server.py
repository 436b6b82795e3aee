"""`aileron server`: what an installation of several containers needs before its first start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Final

import click

from aileron import __version__
from aileron.cli.init import TEMPLATE, copy, reference_workspace
from aileron.core.errors import StepFailed, Unavailable
from aileron.core.settings import Settings, with_files
from aileron.ledger import Ledger
from aileron.stack import airflow
from aileron.stack.outside import ensure_bucket, ensure_database

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

    Run it before the first start and after each upgrade. What is there is left alone, but for
    tables, which are brought to this version, and the platform's own account in Airflow, which
    gets the password of AILERON_AIRFLOW_LOGIN_FILE.
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
    ledger = Ledger(settings.require("ledger_url"))
    ledger.migrate()
    ledger.close()
    _tell("ledger", "migrated")
    _run(airflow.command("db", "migrate"))
    _tell("airflow", "migrated")
    _run((sys.executable, "-P", "-m", "aileron_airflow.roles"))
    note.write_text(json.dumps(versions()), encoding="utf-8")
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
    """What `folder` was given: all of a new workspace if it has nothing of one, and `more`."""
    folder.mkdir(parents=True, exist_ok=True)
    added: list[str] = []
    if not any((folder / name).exists() for name in TEMPLATE):
        for part in TEMPLATE:
            copy(reference_workspace() / part, folder / part)
        added += TEMPLATE
    for file in sorted(more.rglob("*")) if more else ():
        name = file.relative_to(more or folder)
        # A mounted ConfigMap holds its files twice, once in a folder with a leading dot.
        hidden = any(one.startswith(".") for one in name.parts)
        target = folder / name
        if file.is_file() and not hidden and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
            added.append(str(name))
    return added


def versions() -> dict[str, str]:
    """What an installation is prepared for."""
    return {"aileron": __version__, "airflow": version("apache-airflow-core")}


def is_prepared(note: Path) -> bool:
    """Whether `prepare` of these versions left its note."""
    try:
        return bool(json.loads(note.read_text(encoding="utf-8")) == versions())
    except FileNotFoundError:
        return False


def _run(words: tuple[str, ...]) -> None:
    done = subprocess.run(words, check=False)
    if done.returncode != 0:
        raise StepFailed("stack.step_failed", command=" ".join(words[3:]), status=done.returncode)


def _tell(what: str, how: str) -> None:
    click.echo(f"{what}: {how}")
