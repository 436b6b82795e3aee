"""`aileron algorithm`: the preset algorithms, and the library of one's own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

import click

from aileron.cli.output import json_option, show
from aileron.cli.session import open_client, project_option
from aileron.client import records as r
from aileron.core.documents import read_document
from aileron.core.errors import AileronError, InvalidInput

COLUMNS: Final = ("name", "preset", "modality", "tasks", "framework", "owner", "visibility")
DOCUMENT: Final = "algorithm.yaml"
CODE: Final = "code"


@click.group()
def command() -> None:
    """List, show, register, put online and delete algorithms."""


@command.command("list")
@project_option
@json_option
def list_all(project: str | None, as_json: bool) -> None:
    """List the preset algorithms and those of the library."""
    with open_client(project) as client:
        found = client.algorithms()
    show([one.model_dump() for one in found], as_json=as_json, columns=[*COLUMNS, "online"])


@command.command("show")
@click.argument("name")
@project_option
@json_option
def show_one(name: str, project: str | None, as_json: bool) -> None:
    """Show algorithm NAME: parameters, code, and what keeps it from going online."""
    with open_client(project) as client:
        found = client.algorithm(name)
    _print(found, as_json=as_json)


@command.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--offline", is_flag=True, help="Leave it offline.")
@project_option
@json_option
def register(folder: Path, offline: bool, project: str | None, as_json: bool) -> None:
    """Put the algorithm in FOLDER, algorithm.yaml and a folder `code`, into the library.

    Exit 1 if it does not keep to the contract; each unmet point is named, and it stays offline.
    """
    from aileron.cli.job_packing import code_place

    document = read_document(folder / DOCUMENT)
    if not (folder / CODE).is_dir():
        raise InvalidInput("train.job.algorithm_without_code", name=folder.name)
    with open_client(project) as client:
        code = code_place(client, str(folder / CODE))
        found = client.register_algorithm(document.values, code["upload"])
        problem = None
        if not offline:
            try:
                found = client.change_algorithm(found.name, online=True)
            except AileronError as error:
                problem = str(error)
    _print(found, as_json=as_json)
    if problem:
        click.echo(f"aileron: {problem}", err=True)
        sys.exit(1)


def _change(name: str, summary: str, **values: Any) -> click.Command:
    @click.command(name, help=summary)
    @click.argument("algorithm")
    @project_option
    @json_option
    def changing(algorithm: str, project: str | None, as_json: bool) -> None:
        with open_client(project) as client:
            found = client.change_algorithm(algorithm, **values)
        _print(found, as_json=as_json)

    return changing


ONLINE: Final = "Let runs use ALGORITHM, once it keeps to the contract."
OFFLINE: Final = "Let no new run use ALGORITHM."
command.add_command(_change("online", ONLINE, online=True))
command.add_command(_change("offline", OFFLINE, online=False))


@command.command()
@click.argument("name")
@click.argument("visibility", type=click.Choice(["private", "project", "public", "preset"]))
@project_option
@json_option
def visibility(name: str, visibility: str, project: str | None, as_json: bool) -> None:
    """Say who may use algorithm NAME."""
    with open_client(project) as client:
        found = client.change_algorithm(name, visibility=visibility)
    _print(found, as_json=as_json)


@command.command()
@click.argument("name")
@project_option
def delete(name: str, project: str | None) -> None:
    """Remove algorithm NAME with its code; models that it made stay."""
    with open_client(project) as client:
        client.delete_algorithm(name)


def _print(found: r.Algorithm, *, as_json: bool) -> None:
    if as_json:
        show(found, as_json=True)
        return
    facts = found.model_dump(exclude={"parameters", "permissions"})
    show(facts, as_json=False)
    rows = [_row(name, about) for name, about in found.parameters.get("properties", {}).items()]
    if rows:
        click.echo("\nParameters")
        show(rows, as_json=False)


def _row(name: str, about: dict[str, Any]) -> dict[str, Any]:
    """A parameter as people read it."""
    types = about.get("type") or [one.get("type") for one in about.get("anyOf", ())]
    return {
        "name": name,
        "type": types if isinstance(types, str) else ", ".join(filter(None, types)),
        "default": about.get("default"),
        "description": about.get("description", ""),
    }
