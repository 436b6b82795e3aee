"""`aileron config`: what a lifecycle's run would use, and where each value comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from aileron.cli.output import json_option, show
from aileron.core.settings import Settings
from aileron.lifecycle import (
    compile_lifecycle,
    origin_of,
    parse_assignment,
    resolved_workflow,
)


@click.group()
def command() -> None:
    """Show a lifecycle's resolved configuration."""


@command.command("show")
@click.argument("name")
@click.option("--origin", is_flag=True, help="Say where each value came from.")
@click.option("--set", "assignments", multiple=True, metavar="PATH=VALUE", help="Override a value.")
@json_option
def show_config(name: str, origin: bool, assignments: tuple[str, ...], as_json: bool) -> None:
    """Show every value of lifecycle NAME, defaults included."""
    settings = Settings.load()
    overrides = dict(parse_assignment(text) for text in assignments)
    workflow = resolved_workflow(settings, name, overrides=overrides)
    graph = compile_lifecycle(workflow, settings)
    values = dict(leaves(workflow.document.values))
    for node in graph.nodes:
        section = "train.parameters" if node.name == "train" else node.name
        for field, value in leaves(node.config, f"{section}."):
            values.setdefault(field, value)
    origins = origin_of(workflow, graph)
    rows = [
        {"field": k, "value": v if as_json else one_line(v), "origin": origins.get(k)}
        for k, v in values.items()
    ]
    shown = rows if origin else [{"field": r["field"], "value": r["value"]} for r in rows]
    show(shown, as_json=as_json, columns=["field", "origin", "value"] if origin else [])


def leaves(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted path and value of everything that is not itself a mapping."""
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def one_line(value: Any) -> Any:
    """`value`, for a table: a text of several lines is told by their number."""
    several = isinstance(value, str) and "\n" in value
    return f"(a text of {len(value.splitlines())} lines)" if several else value
