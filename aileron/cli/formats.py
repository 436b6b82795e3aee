"""`aileron dataset formats`, `convert` and `export`: formats of annotated data.

They work on this machine alone: what they read and write are its files.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import click

from aileron.cli.output import json_option, show
from aileron.cli.session import project_option
from aileron.core.errors import InvalidInput, preferred_language
from aileron.core.names import DEFAULT_PROJECT, check_name
from aileron.core.settings import Settings
from aileron.data.formats import Problems, find_format, formats
from aileron.data.formats.records import TASKS
from aileron.data.formats.traits import Keep, Trait

MODALITIES = tuple(TASKS)
NAMED_TASKS = tuple(dict.fromkeys(task for tasks in TASKS.values() for task in tasks))
SHOWN_PROBLEMS = 20


option_option = click.option(
    "--option", multiple=True, metavar="NAME=VALUE", help="Of the format written; see its docs."
)


@click.command("formats")
@click.option("--modality", type=click.Choice(MODALITIES), help="Only formats of this kind.")
@json_option
def list_formats(modality: Any, as_json: bool) -> None:
    """List the formats of annotated data and what each can hold."""
    language = preferred_language()
    rows = [
        {
            "name": found.name,
            "modality": found.modality,
            "title": found.title[language],
            "tasks": list(found.tasks) if as_json else ", ".join(found.tasks),
        }
        for found in formats(modality)
    ]
    show(rows, as_json=as_json)


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--to", "to", required=True, help="Format to write.")
@click.option("--from", "of", help="Format of SOURCE; default: the one that fits.")
@click.option("--task", type=click.Choice(NAMED_TASKS), help="Default: what SOURCE shows.")
@click.option("--strict", is_flag=True, help="Write nothing if a sample cannot be used.")
@option_option
@json_option
def convert(
    source: Path,
    target: Path,
    to: str,
    of: str | None,
    task: Any,
    strict: bool,
    option: tuple[str, ...],
    as_json: bool,
) -> None:
    """Write what SOURCE holds to TARGET in another format.

    SOURCE is a folder, a zip or a tar; TARGET is new: a folder, or by its name a .zip or .tar.
    Samples that cannot be used are left out and told of.
    """
    from aileron.data.formats.converting import convert as convert_files

    written = find_format(to).with_options(_chosen(option))
    read = find_format(of) if of else None
    made = convert_files(source, target, written, read, task, strict=strict)
    facts = {
        "format": made.source_format,
        "task": made.task,
        "samples": made.samples,
        "left_out": len(made.problems),
        "labels": list(made.labels) if as_json else ", ".join(made.labels),
    }
    losses, notes = _losses(made.losses), [str(note) for note in made.notes]
    if as_json:
        facts |= {"losses": losses, "notes": notes}
        problems = [{"where": one.where, "reason": str(one.reason)} for one in made.problems]
        show(facts | {"problems": problems}, as_json=True)
        return
    show(facts | losses, as_json=False)
    for line in (*notes, *_told(made.problems)):
        click.echo(line, err=True)


@click.command()
@click.argument("name")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--format", "to", required=True, help="Format to write.")
@click.option("--version", type=int, help="Version; default: the latest.")
@option_option
@project_option
@json_option
def export(
    name: str,
    target: Path,
    to: str,
    version: int | None,
    option: tuple[str, ...],
    project: str | None,
    as_json: bool,
) -> None:
    """Write a version of dataset NAME in a format of other tools.

    TARGET is new: of a table a file (csv, tsv, jsonl, json, parquet, excel, sqlite), else a
    folder, or by its name a .zip or .tar.
    """
    from aileron.data.export import export_as
    from aileron.data.versions import Versions

    check_name(name)
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "dataset"
        versions = Versions.of(Settings.load())
        found = versions.get(project or DEFAULT_PROJECT, name, version, folder)
        lost = export_as(folder, target, to, _chosen(option))
    facts = {"dataset": name, "version": found.version, "format": to, "target": str(target)}
    told = {f"loses {trait}": reason for trait, reason in lost.items()}
    show(facts | ({"losses": lost} if as_json else told), as_json=as_json)


def _chosen(options: Iterable[str]) -> dict[str, str]:
    """``name=value`` of each ``--option``."""
    chosen = {}
    for text in options:
        name, sign, value = text.partition("=")
        if not sign:
            raise InvalidInput("data.formats.bad_option", text=text)
        chosen[name.strip()] = value.strip()
    return chosen


def _losses(losses: Mapping[Trait, Keep]) -> dict[str, str]:
    return {f"loses {trait.value}": str(cell.reason) for trait, cell in losses.items()}


def _told(problems: Problems) -> Iterator[str]:
    yield from (str(problem) for problem in islice(problems, SHOWN_PROBLEMS))
    if len(problems) > SHOWN_PROBLEMS:
        yield f"... {len(problems) - SHOWN_PROBLEMS:,} more; --json lists them"
