"""`aileron connection`: the servers that data may come from."""

from __future__ import annotations

import sys

import click

from aileron.cli.output import json_option, show
from aileron.cli.session import open_client, project_option


@click.group()
def command() -> None:
    """List, test and look into the connections of configs/connections.yaml."""


@command.command("list")
@project_option
@json_option
def list_all(project: str | None, as_json: bool) -> None:
    """List the connections; passwords are named, never shown."""
    with open_client(project) as client:
        found = client.connections()
    if as_json:
        show(found, as_json=True)
        return
    columns = ["name", "kind", "place", "user", "secret"]
    show([one.model_dump() for one in found], as_json=False, columns=columns)


@command.command()
@click.argument("name")
@project_option
@json_option
def test(name: str, project: str | None, as_json: bool) -> None:
    """Log in to connection NAME; exit 1 if it does not answer."""
    with open_client(project) as client:
        found = client.test_connection(name)
    if as_json:
        show(found, as_json=True)
    else:
        click.echo(found.sentence, err=not found.ok)
    if not found.ok:
        sys.exit(1)


@command.command()
@click.argument("name")
@click.option("--table", help="Table or view, or schema.table.")
@click.option("--select", help="One SELECT.")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
@project_option
@json_option
def preview(
    name: str,
    table: str | None,
    select: str | None,
    limit: int,
    project: str | None,
    as_json: bool,
) -> None:
    """Show the first rows of a table, or of one SELECT, of database NAME."""
    with open_client(project) as client:
        found = client.preview_connection(name, table=table, select=select, limit=limit)
    if as_json:
        show(found, as_json=True)
        return
    headings = [f"{column.name} ({column.type})" for column in found.columns]
    show([dict(zip(headings, row, strict=True)) for row in found.rows], as_json=False)
    if found.more:
        click.echo("...")
