"""`aileron dataset`: versions of datasets, and getting one back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from aileron.cli.output import json_option, show
from aileron.cli.session import open_session, project_option
from aileron.core.errors import NotFound
from aileron.core.names import check_name
from aileron.core.settings import Settings
from aileron.ledger import DatasetVersion

COLUMNS = ["dataset", "version", "created", "tag", "digest"]


@click.group()
def command() -> None:
    """List, show and fetch dataset versions."""


@command.command("list")
@project_option
@json_option
def list_versions(project: str, as_json: bool) -> None:
    """List the versions of all datasets."""
    with open_session() as session:
        rows = [describe(version) for version in session.ledger.datasets.list(project)]
    show(rows, as_json=as_json, columns=COLUMNS)


@command.command("show")
@click.argument("name")
@project_option
@json_option
def show_versions(name: str, project: str, as_json: bool) -> None:
    """Show the versions of dataset NAME."""
    check_name(name)
    with open_session() as session:
        versions = session.ledger.datasets.list(project, name)
    if not versions:
        raise NotFound("cli.no_dataset_version", project=project, name=name)
    show([describe(version) for version in versions], as_json=as_json, columns=COLUMNS)


@command.command()
@click.argument("name")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--version", type=int, help="Version; default: the latest.")
@project_option
@json_option
def get(name: str, target: Path, version: int | None, project: str, as_json: bool) -> None:
    """Restore a version of dataset NAME into the new folder TARGET."""
    from aileron.data.versions import Versions

    check_name(name)
    restored = Versions.of(Settings.load()).get(project, name, version, target)
    facts = {"dataset": name, "version": restored.version, "tag": restored.tag}
    show(facts | {"folder": str(target)}, as_json=as_json)


def describe(version: DatasetVersion) -> dict[str, Any]:
    return {
        "dataset": version.name,
        "version": version.version,
        "created": version.created,
        "tag": version.tag,
        "digest": version.digest,
    }
