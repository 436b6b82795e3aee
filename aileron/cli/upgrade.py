"""`aileron upgrade`: databases to the installed versions, after a backup."""

from __future__ import annotations

import getpass
import os
import sys
from typing import Any

import click

from aileron.cli.backup import Progress
from aileron.cli.doctor import examine
from aileron.cli.output import json_option, show
from aileron.core.settings import Settings


@click.command()
@click.option("--backup", "root", help="Where to back up to first; default: HOME/backups.")
@click.option("--no-backup", is_flag=True, help="Make none.")
@json_option
def command(root: str | None, no_backup: bool, as_json: bool) -> None:
    """Back up, bring all databases to what is installed, start the stack and check with doctor.

    The stack must be down. Exit 1 if doctor finds something broken.
    """
    from aileron.backup import Target, upgrade
    from aileron.backup.databases import is_embedded

    if root and no_backup:
        raise click.UsageError("--backup and --no-backup exclude each other.")
    settings = Settings.load()
    target = None if no_backup else Target(root or str(settings.home / "backups"))
    tell = Progress(as_json)
    done = upgrade(settings, os.environ, target, getpass.getuser(), tell)
    if is_embedded(settings):
        tell("stack")
        _start(settings)
    found = list(examine())
    broken = [finding for finding in found if finding.health == "broken"]
    rows: list[dict[str, Any]] = [row.model_dump() for row in done.databases]
    if as_json:
        facts = {**done.model_dump(mode="json"), "doctor": [one.model_dump() for one in found]}
        show(facts, as_json=True)
    else:
        show(rows, as_json=False, columns=["database", "before", "after"])
        if done.backup and target:
            click.echo(f"Backup {done.backup.number} in {target.store.root}.")
        click.echo(f"doctor looked at {len(found)} links; {len(broken)} are broken.")
        for finding in broken:
            click.echo(f"  {finding.subject}  {finding.link}  {finding.says}", err=True)
    if broken:
        sys.exit(1)


def _start(settings: Settings) -> None:
    from aileron.backup.upgrade import await_services
    from aileron.stack.stack import Stack

    await_services(Stack(settings).start())
