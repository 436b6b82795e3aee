"""`aileron dataset`: versions of datasets, what changed between two, getting one back; formats."""

from __future__ import annotations

import click

from aileron.cli.catalogue import COMMANDS, checkout, versions
from aileron.cli.expectations import expect
from aileron.cli.formats import convert, export, list_formats
from aileron.cli.output import json_option, show
from aileron.cli.session import open_client, project_option
from aileron.cli.upload import tidy, upload, uploads
from aileron.cli.works import COMMANDS as WORKS


@click.group()
def command() -> None:
    """Find, compare, share, keep and fetch datasets; formats of annotated data."""


for verb in (convert, expect, export, list_formats, tidy, upload, uploads, *COMMANDS, *WORKS):
    command.add_command(verb)
command.add_command(versions, "show")
command.add_command(checkout, "get")


@command.command()
@click.argument("name")
@click.argument("a", type=click.IntRange(1))
@click.argument("b", type=click.IntRange(1))
@project_option
@json_option
def diff(name: str, a: int, b: int, project: str | None, as_json: bool) -> None:
    """Show what changed from version A to version B of dataset NAME."""
    with open_client(project) as client:
        found = client.diff_dataset(name, a, b)
    if as_json:
        show(found, as_json=True)
        return
    columns = found.columns
    changed = [f"{one.name} {one.before} -> {one.after}" for one in columns.changed]
    show(
        {
            "rows": found.rows.model_dump(),
            "columns added": ", ".join(columns.added),
            "columns removed": ", ".join(columns.removed),
            "columns changed": "; ".join(changed),
        },
        as_json=False,
    )
    if found.classes:
        click.echo()
        show([one.model_dump() for one in found.classes], as_json=False)
