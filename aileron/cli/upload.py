"""`aileron dataset upload`: send files that datasets are made from."""

from __future__ import annotations

from pathlib import Path

import click

from aileron.cli.output import json_option, show
from aileron.cli.session import open_client, project_option


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--resume", metavar="ID", help="Go on with an upload that broke off.")
@project_option
@json_option
def upload(file: Path, resume: str | None, project: str | None, as_json: bool) -> None:
    """Send FILE in pieces and print its id: `source: {upload: ID}` in a dataset.yaml."""
    with open_client(project) as client:
        found = client.upload(file, resume)
    if as_json:
        show(found, as_json=True)
    else:
        click.echo(found.id)


@click.command()
@project_option
@json_option
def uploads(project: str | None, as_json: bool) -> None:
    """List your uploads, the newest first."""
    with open_client(project) as client:
        found = client.uploads()
    columns = ["id", "name", "size", "offset", "complete", "begun", "expires"]
    show([one.model_dump() for one in found], as_json=as_json, columns=columns)


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@project_option
@json_option
def tidy(dry_run: bool, project: str | None, as_json: bool) -> None:
    """Remove uploads, added samples and copies of sources that were not used for long."""
    with open_client(project) as client:
        found = client.tidy(dry_run=dry_run)
    show(found.model_dump(mode="json"), as_json=as_json)
