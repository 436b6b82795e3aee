"""`aileron dataset`: versions of datasets, what changed between two, getting one back; formats."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from aileron.cli.formats import convert, export, list_formats
from aileron.cli.output import json_option, show
from aileron.cli.session import open_client, project_option
from aileron.core.names import DEFAULT_PROJECT, check_name
from aileron.core.settings import Settings


@click.group()
def command() -> None:
    """List, show, compare and fetch dataset versions; formats of annotated data."""


for verb in (convert, export, list_formats):
    command.add_command(verb)


@command.command("list")
@project_option
@json_option
def list_all(project: str | None, as_json: bool) -> None:
    """List datasets with their newest version."""
    with open_client(project) as client:
        found = client.datasets()
    rows: Any = found if as_json else [one.model_dump() for one in found]
    columns = ["name", "modality", "task", "versions", "latest", "updated"]
    show(rows, as_json=as_json, columns=columns)


@command.command("show")
@click.argument("name")
@project_option
@json_option
def show_versions(name: str, project: str | None, as_json: bool) -> None:
    """Show the versions of dataset NAME."""
    with open_client(project) as client:
        found = client.dataset(name)
    rows: Any = found if as_json else [one.model_dump() for one in found.history]
    show(rows, as_json=as_json, columns=["version", "created", "tag", "rows", "size", "digest"])


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


@command.command()
@click.argument("name")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--version", type=int, help="Version; default: the latest.")
@project_option
@json_option
def get(name: str, target: Path, version: int | None, project: str | None, as_json: bool) -> None:
    """Restore a version of dataset NAME into the new folder TARGET, on this machine."""
    from aileron.data.versions import Versions

    check_name(name)
    versions = Versions.of(Settings.load())
    restored = versions.get(project or DEFAULT_PROJECT, name, version, target)
    facts = {"dataset": name, "version": restored.version, "tag": restored.tag}
    show(facts | {"folder": str(target)}, as_json=as_json)
