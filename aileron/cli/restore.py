"""`aileron restore`: an installation from a backup."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

import click

from aileron.cli.backup import Progress
from aileron.cli.output import json_option, show
from aileron.core.settings import Settings


@click.command()
@click.argument("target")
@click.option("--at", "number", type=click.IntRange(1), help="Which backup; the newest.")
@click.option(
    "--without-workspace",
    is_flag=True,
    help="Leave the workspace as it is, and restore the state alone.",
)
@click.option(
    "--into-existing-store",
    is_flag=True,
    help="Artifact store and dataset remote may hold something: the first installation is gone.",
)
@json_option
def command(
    target: str,
    number: int | None,
    without_workspace: bool,
    into_existing_store: bool,
    as_json: bool,
) -> None:
    """Make the installation of a backup in TARGET anew.

    The workspace is made in AILERON_WORKSPACE, or in this folder; the state in AILERON_HOME, or
    in .aileron there. Both must be empty. Where AILERON_LEDGER_URL is set, the databases are
    those that variables name; else they are of the embedded server. Nothing is started.
    """
    from aileron.backup import Target, restore
    from aileron.backup.databases import names_ledger

    environ = {**os.environ}
    if not without_workspace:
        environ.setdefault("AILERON_WORKSPACE", str(Path.cwd()))
    settings = Settings.load(environ)
    restored = restore(
        Target(target),
        settings,
        environ,
        getpass.getuser(),
        number,
        workspace=not without_workspace,
        embedded=not names_ledger(environ),
        into_existing_store=into_existing_store,
        report=Progress(as_json),
    )
    if as_json:
        show(restored.model_dump(mode="json"), as_json=True)
        return
    backup = restored.backup
    facts = {
        "backup": f"{backup.number} of {backup.moment:%Y-%m-%d %H:%M:%S %Z}",
        "workspace": str(restored.workspace),
        "home": str(restored.home),
        "open_runs": restored.open_runs,
        "services": restored.services,
    }
    show(facts, as_json=False)
    if restored.unreadable:
        click.echo(
            f"{restored.unreadable} connections and variables of Airflow were encrypted with a key "
            "that is not in the backup: give Airflow that key, or enter them anew."
        )
    for sentence in backup.missing:
        click.echo(f"  missing since the backup: {sentence}", err=True)
    click.echo("Next: aileron stack up && aileron doctor")
