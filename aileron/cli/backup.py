"""`aileron backup`: keep one moment of the installation elsewhere."""

from __future__ import annotations

import getpass
import os
import sys
from typing import TYPE_CHECKING

import click

from aileron.cli.output import json_option, show
from aileron.core.settings import Settings

if TYPE_CHECKING:
    from aileron.backup import Backup, Target

COLUMNS = ["number", "moment", "aileron", "size", "new", "open_runs", "missing"]


@click.command()
@click.argument("target")
@click.option("--list", "listing", is_flag=True, help="Show the backups that TARGET has.")
@click.option("--verify", is_flag=True, help="Read every byte of a backup; exit 1 if one is wrong.")
@click.option("--at", "number", type=click.IntRange(1), help="Which one to verify; the newest.")
@click.option("--without-secrets", is_flag=True, help="Leave passwords and keys out.")
@json_option
def command(
    target: str,
    listing: bool,
    verify: bool,
    number: int | None,
    without_secrets: bool,
    as_json: bool,
) -> None:
    """Back up to TARGET, a folder or s3://BUCKET/PREFIX, while the installation runs or not.

    What TARGET has already is not copied again. Passwords and keys are in one file there that
    only you can read; a bucket takes none. Exit 1 if something was missing.
    """
    from aileron.backup import Target

    if listing and verify:
        raise click.UsageError("--list and --verify exclude each other.")
    if number is not None and not verify:
        raise click.UsageError("--at says which backup --verify reads.")
    if without_secrets and (listing or verify):
        raise click.UsageError("--without-secrets is for making a backup.")
    kept = Target(target)
    if listing:
        show([row(one) for one in kept.list()], as_json=as_json, columns=COLUMNS)
        for error in kept.damaged().values():
            click.echo(f"  damaged: {error}", err=True)
    elif verify:
        _verify(kept, kept.get(number), as_json=as_json)
    else:
        _make(kept, secrets=not without_secrets, as_json=as_json)


def _make(target: Target, *, secrets: bool, as_json: bool) -> None:
    from aileron.backup import back_up

    settings, actor = Settings.load(), getpass.getuser()
    made = back_up(settings, os.environ, target, actor, secrets=secrets, report=Progress(as_json))
    if as_json:
        show(made.model_dump(mode="json"), as_json=True)
    else:
        show(row(made) | {"seconds": made.seconds, "pause_ms": made.pause_ms}, as_json=False)
        _say_secrets(target, made)
    for sentence in made.notes:
        click.echo(f"  note: {sentence}", err=True)
    for sentence in made.missing:
        click.echo(f"  missing: {sentence}", err=True)
    if made.missing:
        sys.exit(1)


def _say_secrets(target: Target, made: Backup) -> None:
    if made.secrets:
        count, name = len(made.secrets), f"backups/{made.number:06d}.secrets.json"
        click.echo(f"{count} files with passwords and keys are in {target.store.root}/{name}:")
        click.echo("keep TARGET where only you can read it.")
    else:
        click.echo("Passwords and keys are not in it.")


def _verify(target: Target, backup: Backup, *, as_json: bool) -> None:
    from aileron.backup import verify

    wrong = list(verify(target, backup))
    facts = {"number": backup.number, "whole": not wrong, "wrong": wrong}
    show(facts, as_json=as_json)
    if wrong:
        sys.exit(1)


def row(backup: Backup) -> dict[str, object]:
    """A backup as the table shows it."""
    return {
        "number": backup.number,
        "moment": backup.moment,
        "aileron": backup.aileron,
        "size": size(backup.bytes),
        "new": size(backup.new_bytes),
        "open_runs": backup.open_runs,
        "missing": len(backup.missing),
    }


def size(count: int) -> str:
    """Bytes for people."""
    return f"{count / 2**20:.1f} MB"


class Progress:
    """Tells on standard error what is done next, unless a program reads."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet

    def __call__(self, part: str) -> None:
        if not self._quiet:
            click.echo(f"  {part} ...", err=True)
