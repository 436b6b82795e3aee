"""`aileron dataset import`, `merge`, `sample`, ...: work on datasets that becomes a run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import click

from aileron.cli.output import json_option, show
from aileron.cli.runs import EXIT, follow, print_summary
from aileron.cli.session import open_client, project_option
from aileron.client import records as r
from aileron.client.base import Client
from aileron.data.definition_head import MODE

OPERATIONS: Final[Mapping[str, str]] = {
    "augment": "Add varied copies of the pictures of dataset NAME.",
    "compact": "Drop media that no sample of dataset NAME refers to.",
    "dedupe": "Drop samples of dataset NAME that repeat the content of another.",
    "filter": "Keep the samples of dataset NAME that meet conditions.",
    "join_table": "Add columns of dataset OTHER, found by keys, to dataset NAME.",
    "merge": "Join dataset NAME and dataset OTHER.",
    "prepare_images": "Resize, crop, turn, correct, ... the pictures of dataset NAME.",
    "prepare_table": "Fill, scale, encode, sort, ... the table of dataset NAME.",
    "personal_data": "Find, or mask, personal data in dataset NAME.",
    "relabel": "Rename, join, drop or change labels of dataset NAME.",
    "resplit": "Give the samples of dataset NAME to train, validation and test anew.",
    "sample": "Draw samples of dataset NAME.",
}

JOINING: Final = ("join_table", "merge")
"""Operations that take a second dataset."""
wait_option = click.option(
    "--no-wait", "wait", is_flag=True, flag_value=False, default=True, help="Return at once."
)
Start = Callable[[Client], r.RunBrief | r.Publication]


@click.command("import")
@click.argument("name")
@click.option("--set", "assignments", multiple=True, metavar="PATH=VALUE", help="Override a value.")
@click.option("--strict", is_flag=True, help="Take nothing if one sample cannot be used.")
@click.option("--append", is_flag=True, help="Add to the latest version, instead of replacing it.")
@click.option("--force", is_flag=True, help="Read the source again, whatever the cache holds.")
@wait_option
@project_option
@json_option
def import_dataset(
    name: str,
    assignments: tuple[str, ...],
    strict: bool,
    append: bool,
    force: bool,
    wait: bool,
    project: str | None,
    as_json: bool,
) -> None:
    """Import dataset NAME as its dataset.yaml says: read, version, validate, profile."""
    values = _values(assignments) | ({"on_problem": "refuse"} if strict else {})
    values |= {MODE: "append"} if append else {}
    run_work(
        lambda client: client.import_dataset(name, values, force=force), project, wait, as_json
    )


@click.command("refused")
@click.argument("run_id", metavar="RUN")
@click.argument("target", type=click.Path(path_type=Path))
@project_option
@json_option
def fetch_refused(run_id: str, target: Path, project: str | None, as_json: bool) -> None:
    """Write what import RUN left out to the new zip TARGET: the reasons, and the files."""
    with open_client(project) as client:
        facts = client.download_refused(run_id, target)
    show(facts.model_dump() | {"target": str(target)}, as_json=as_json)


@click.command("lint")
@click.argument("name", required=False)
@json_option
def lint_datasets(name: str | None, as_json: bool) -> None:
    """Check the definition of dataset NAME, or all of them; exit 1 if one has an error."""
    from aileron.core.names import import_name
    from aileron.core.settings import Settings
    from aileron.lifecycle import lint, list_datasets

    settings = Settings.load()
    names = [name] if name else list_datasets(settings)
    findings = [found for one in names for found in lint(settings, import_name(one))]
    rows = [{"severity": finding.severity, "says": str(finding)} for finding in findings]
    if rows or as_json:
        show(rows, as_json=as_json, columns=["severity", "says"])
    else:
        click.echo("No findings.")
    if rows:
        sys.exit(1)


def _operation(operation: str, help_: str) -> click.Command:
    """The command of one operation on datasets."""

    @click.command(operation, help=f"{help_} Options: `aileron component show data.{operation}`.")
    @click.argument("name")
    @click.option("--version", type=click.IntRange(1), help="Version; default: the latest.")
    @click.option("--to", help="Name of the result; default: a new version of NAME.")
    @click.option(
        "-o", "--option", "options", multiple=True, metavar="NAME=VALUE", help="Of the operation."
    )
    @click.option("--from", "file", help="Id of an upload that holds the changes.")
    @wait_option
    @project_option
    @json_option
    def command(
        name: str,
        version: int | None,
        to: str | None,
        options: tuple[str, ...],
        wait: bool,
        project: str | None,
        as_json: bool,
        file: str | None = None,
        other: str | None = None,
    ) -> None:
        chosen = _values(options) | ({"name": to} if to else {})
        sources = {"changes": {"upload": file}} if file else None
        run_work(
            lambda client: client.operate(
                operation, name, version, other=other, options=chosen, sources=sources
            ),
            project,
            wait,
            as_json,
        )

    if operation in JOINING:
        command.params.insert(1, click.Argument(["other"]))
    if operation != "relabel":
        command.params = [one for one in command.params if one.name != "file"]
    return command


def run_work(start: Start, project: str | None, wait: bool, as_json: bool) -> None:
    with open_client(project) as client:
        run_id = start(client).run_id
        if not wait:
            show({"run_id": run_id}, as_json=as_json)
            return
        run = follow(client, run_id, quiet=as_json)
    print_summary(run, as_json=as_json, tasks=False)
    sys.exit(EXIT.get(run.state, 1))


def _values(assignments: tuple[str, ...]) -> dict[str, Any]:
    from aileron.lifecycle import parse_assignment

    return dict(parse_assignment(text) for text in assignments)


COMMANDS: Final = (
    import_dataset,
    lint_datasets,
    fetch_refused,
    *(_operation(name, help_) for name, help_ in OPERATIONS.items()),
)
