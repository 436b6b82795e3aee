"""`aileron component`: the installed steps and what they take."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from aileron.cli.output import json_option, show
from aileron.cli.session import open_client
from aileron.client import records as r
from aileron.client.connect import URL_VARIABLE
from aileron.client.local import platform
from aileron.core.errors import preferred_language


@click.group()
def command() -> None:
    """List and show the installed steps."""


@command.command("list")
@json_option
def list_components(as_json: bool) -> None:
    """List every step: its kind, version and title."""
    with open_catalogue() as client:
        found = client.components()
    rows: Any = found if as_json else [describe(one) for one in found]
    show(rows, as_json=as_json, columns=["name", "kind", "version", "title"])


@command.command("show")
@click.argument("name")
@json_option
def show_component(name: str, as_json: bool) -> None:
    """Show one step with its ports and its configuration's fields."""
    with open_catalogue() as client:
        step = client.component(name)
    if as_json:
        show(step, as_json=True)
        return
    ports_of = {"inputs": ports(step.inputs), "outputs": ports(step.outputs)}
    show(describe(step) | ports_of, as_json=False)
    fields = [
        {"field": field, **{key: info.get(key) for key in ("type", "default", "description")}}
        for field, info in step.config.get("properties", {}).items()
    ]
    click.echo()
    show(fields, as_json=False, columns=["field", "type", "default", "description"])


@contextmanager
def open_catalogue() -> Iterator[Any]:
    """What knows the steps: another machine's API, else this one, which needs no workspace."""
    if os.environ.get(URL_VARIABLE):
        with open_client(None) as client:
            yield client
    else:
        yield platform


def describe(step: r.ComponentBrief) -> dict[str, Any]:
    """A step as one line."""
    title = getattr(step.title, preferred_language())
    return {"name": step.name, "kind": step.kind, "version": step.version, "title": title}


def ports(declared: dict[str, r.PortShape]) -> str:
    return " ".join(
        f"{name}:{port.kind}{'?' if port.optional else ''}" for name, port in declared.items()
    )
