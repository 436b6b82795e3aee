"""`aileron lifecycle new`: from a file or a folder of your own to a lifecycle."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import click

from aileron.cli.output import json_option, show
from aileron.core.errors import sentence
from aileron.core.settings import Settings


@click.command("new")
@click.argument("name")
@click.option(
    "--data",
    required=True,
    type=click.Path(path_type=Path),
    help="A table (CSV, TSV, JSON, JSON Lines, Parquet, Excel, SQLite), "
    "or a folder or archive of pictures.",
)
@click.option("--target", help="Column to predict, by name or by index from 0.")
@click.option("--task", type=click.Choice(["classification", "regression"]))
@click.option(
    "--header/--no-header", default=None, help="Whether the first line names the columns."
)
@click.option(
    "--test-data", type=click.Path(path_type=Path), help="A second file, used for the test alone."
)
@click.option("--delimiter", help="What stands between the cells; `tab` for a tabulator.")
@click.option("--encoding", help="Of the text: utf-8, gb18030, latin-1, ...")
@click.option("--sheet", help="Sheet of an Excel file.")
@click.option("--table", help="Table of an SQLite file.")
@click.option("--dry-run", is_flag=True, help="Show what would be written.")
@json_option
def new_lifecycle(
    name: str,
    data: Path,
    target: str | None,
    task: Literal["classification", "regression"] | None,
    header: bool | None,
    test_data: Path | None,
    delimiter: str | None,
    encoding: str | None,
    sheet: str | None,
    table: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Write lifecycle NAME and its dataset definition, made for the data that is given.

    Says each thing it assumes, why, and how to change it. Never overwrites a file.
    """
    from aileron.lifecycle.new import NewOptions, create

    options = NewOptions(
        target=target,
        task=task,
        header=header,
        test_data=test_data,
        delimiter="\t" if delimiter in ("tab", "\\t") else delimiter,
        encoding=encoding,
        sheet=sheet,
        table=table,
        dry_run=dry_run,
    )
    created = create(Settings.load(), name, data, options)
    if as_json:
        show(_facts(name, created), as_json=True)
    else:
        _print(name, created)


def _facts(name: str, created: Any) -> dict[str, Any]:
    return {
        "name": name,
        "dry_run": created.dry_run,
        "files": [str(path) for path in created.files],
        "documents": {str(path): text for path, text in created.documents.items()},
        "assumptions": [
            {
                "message_id": a.what.message_id,
                "what": a.what.render(),
                "because": a.because.render(),
                "change": a.change.render(),
            }
            for a in created.assumptions
        ],
    }


def _print(name: str, created: Any) -> None:
    for i, assumption in enumerate(created.assumptions, 1):
        click.echo(f"{i:>2}. {assumption.what}")
        click.echo(f"    {sentence('cli.because', None, reason=str(assumption.because))}")
        click.echo(f"    {sentence('cli.to_change', None, change=str(assumption.change))}")
    click.echo()
    for path, text in created.documents.items():
        said = "cli.would_write" if created.dry_run else "cli.written"
        click.echo(sentence(said, None, path=_short(path)))
        if created.dry_run:
            click.echo(text)
    if not created.dry_run:
        click.echo(sentence("cli.next_after_new", None, name=name))


def _short(path: Path) -> str:
    """`path` as seen from here, if it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
