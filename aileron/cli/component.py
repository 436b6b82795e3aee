"""`aileron component`: the installed steps and what they take."""

from __future__ import annotations

from typing import Any

import click

from aileron.cli.output import json_option, show
from aileron.core.catalogue import installed, step_class
from aileron.core.errors import preferred_language
from aileron.core.steps import Step


@click.group()
def command() -> None:
    """List and show the installed steps."""


@command.command("list")
@json_option
def list_components(as_json: bool) -> None:
    """List every step: its kind, version and ports."""
    rows = [describe(step_class(name)) for name in installed()]
    show(rows, as_json=as_json, columns=["name", "kind", "version", "title", "inputs", "outputs"])


@command.command("show")
@click.argument("name")
@json_option
def show_component(name: str, as_json: bool) -> None:
    """Show one step with its configuration's fields."""
    step = step_class(name)
    schema = step.Config.model_json_schema()
    if as_json:
        show(describe(step) | {"config": schema}, as_json=True)
        return
    show(describe(step), as_json=False)
    fields = [
        {"field": field, **{key: info.get(key) for key in ("type", "default", "description")}}
        for field, info in schema.get("properties", {}).items()
    ]
    click.echo()
    show(fields, as_json=False, columns=["field", "type", "default", "description"])


def describe(step: type[Step]) -> dict[str, Any]:
    """The facts of `step` that need no configuration."""
    return {
        "name": step.name,
        "kind": step.kind,
        "version": step.version,
        "title": step.title[preferred_language()],
        "inputs": ports(step.inputs),
        "outputs": ports(step.outputs),
    }


def ports(declared: Any) -> str:
    return " ".join(
        f"{name}:{port.kind.value}{'?' if port.optional else ''}" for name, port in declared.items()
    )
