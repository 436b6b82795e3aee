"""`aileron gc`: remove what nobody needs any more."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from aileron.cli.output import json_option, show
from aileron.cli.session import open_client, project_option
from aileron.client import records as r
from aileron.core.errors import Refused

if TYPE_CHECKING:
    from aileron.client.base import Client


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what would go, and what stays.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--claim", is_flag=True, help="Say that a store without an owner is this installation's alone."
)
@project_option
@json_option
def command(dry_run: bool, yes: bool, claim: bool, project: str | None, as_json: bool) -> None:
    """Remove what configs/retention.yaml does not keep: artifacts, data, MLflow's runs.

    Without --project of every project. Nothing goes that was written within the grace.
    """
    everywhere = project is None
    with open_client(project) as client:
        if not (dry_run or yes):
            _ask(client, everywhere=everywhere, as_json=as_json)
        found = client.sweep(dry_run=dry_run, everywhere=everywhere, claim=claim)
    print_swept(found, as_json=as_json)


def print_swept(found: r.Swept, *, as_json: bool) -> None:
    """What goes and what stays, as people read it."""
    if as_json:
        show(found, as_json=True)
        return
    would = "would be " if found.dry_run else ""
    for title, rows in (
        ("Would go" if found.dry_run else "Gone", [_going(one) for one in found.going]),
        ("Kept in the store", [_kept(one) for one in found.kept]),
    ):
        click.echo(title)
        show(rows, as_json=False)
        click.echo()
    click.echo(f"{size(found.bytes)} {would}freed")


def size(count: int) -> str:
    """Bytes as people read them: ``1.5 MB``."""
    number, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if number < 1000:
            break
        number, unit = number / 1000, larger
    return f"{number:.3g} {unit}" if unit != "B" else f"{count} B"


def _ask(client: Client, *, everywhere: bool, as_json: bool) -> None:
    """Show what would go, and ask whether it may."""
    if not sys.stdin.isatty():
        raise Refused("retention.not_asked")
    if not as_json:
        print_swept(client.sweep(everywhere=everywhere), as_json=False)
    click.confirm("Remove it for good?", abort=True, err=True)


def _going(one: r.SweptItem) -> dict[str, Any]:
    return {
        "where": one.where,
        "kind": one.kind,
        "count": one.count,
        "size": size(one.bytes),
        "why": one.sentence,
    }


def _kept(one: r.KeptItem) -> dict[str, Any]:
    return {"count": one.count, "size": size(one.bytes), "because of": one.sentence}
