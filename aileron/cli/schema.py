"""`aileron schema`: JSON Schemas of the documents that people write."""

from __future__ import annotations

from pathlib import Path

import click

from aileron.cli.output import show
from aileron.core.documents import suggestion
from aileron.core.errors import NotFound
from aileron.core.settings import Settings


@click.command()
@click.argument("kind", required=False)
@click.option("--write", is_flag=True, help="Write all of them into configs/schema/.")
def command(kind: str | None, write: bool) -> None:
    """Print the JSON Schema of KIND (lifecycle, dataset, ...), or name the kinds."""
    from aileron.lifecycle.schema import schemas, text, write_schemas

    if write:
        for path in write_schemas(folder()):
            click.echo(path)
    elif kind is None:
        show([{"kind": name} for name in schemas()], as_json=False)
    elif kind in schemas():
        click.echo(text(schemas()[kind]), nl=False)
    else:
        hint = suggestion(kind, list(schemas()))
        raise NotFound("cli.no_schema", kind=kind, hint=hint)


def folder() -> Path:
    return Settings.load().workspace / "configs" / "schema"
