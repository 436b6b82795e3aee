"""`aileron service`: what answers, and how to call, watch, stop, start, scale and delete it."""

from __future__ import annotations

import json
import time
from typing import IO, Any, Final

import click

from aileron.cli.output import json_option, show
from aileron.cli.session import open_client, project_option
from aileron.client import records as r
from aileron.client.base import Client
from aileron.core.errors import InvalidInput, StepFailed

POLL_SECONDS: Final = 0.5
START_SECONDS: Final = 300.0
"""How long a service may take until it answers, with `--wait`."""


@click.group()
def command() -> None:
    """List, call, watch, stop, start, scale and delete services."""


@command.command("list")
@project_option
@json_option
def list_all(project: str | None, as_json: bool) -> None:
    """List services with their state and address."""
    with open_client(project) as client:
        found = client.services()
    rows: Any = found if as_json else [one.model_dump() for one in found]
    show(
        rows,
        as_json=as_json,
        columns=["name", "model", "model_version", "state", "target", "replicas", "url"],
    )


@command.command("show")
@click.argument("name")
@project_option
@json_option
def show_one(name: str, project: str | None, as_json: bool) -> None:
    """Show a service: state, traffic, revisions."""
    with open_client(project) as client:
        found = client.service(name)
    if as_json:
        show(found, as_json=True)
        return
    hidden = {"revisions", "traffic", "service_schema", "permissions", "project"}
    show(found.model_dump(exclude=hidden), as_json=False)
    click.echo()
    if found.traffic is not None:
        show(found.traffic.model_dump(), as_json=False)
        click.echo()
    columns = ["number", "model_version", "state", "desired", "target", "replicas", "weight"]
    columns += ["address", "reason"]
    show([one.model_dump() for one in found.revisions], as_json=False, columns=columns)


@command.command()
@click.argument("name")
@click.option("--json-body", "body", type=click.File("rb"), required=True, help="File, - is stdin.")
@click.option("--path", default="predict", show_default=True, help="Route of the service.")
@project_option
def invoke(name: str, body: IO[bytes], path: str, project: str | None) -> None:
    """Send a JSON document to service NAME and print its answer."""
    document = read_json(body)
    with open_client(project) as client:
        show(ask(client, name, document, path), as_json=True)


@command.command()
@click.argument("name")
@project_option
def sample(name: str, project: str | None) -> None:
    """Print a request that service NAME was checked with, for `invoke`."""
    with open_client(project) as client:
        show(client.sample(name).body, as_json=True)


@command.command()
@click.argument("name")
@click.option("--revision", type=int, help="Revision; default: the newest.")
@click.option("--lines", default=100, show_default=True, help="How many lines from the end.")
@click.option("-f", "--follow", "following", is_flag=True, help="Go on as the log grows.")
@project_option
def logs(name: str, revision: int | None, lines: int, following: bool, project: str | None) -> None:
    """Print the end of a service's log."""
    with open_client(project) as client:
        piece = client.service_logs(name, revision, lines)
        click.echo(piece.text, nl=not following and not piece.text.endswith("\n"))
        while following:
            time.sleep(POLL_SECONDS)
            piece = client.service_logs(name, piece.revision, after=piece.next)
            click.echo(piece.text, nl=False)


@command.command()
@click.argument("name")
@project_option
@json_option
def stop(name: str, project: str | None, as_json: bool) -> None:
    """Stop service NAME; its address stays and says that it is stopped."""
    with open_client(project) as client:
        print_desired(client.stop_service(name), as_json)


@command.command()
@click.argument("name")
@click.option("--wait", is_flag=True, help="Return when it answers.")
@project_option
@json_option
def start(name: str, wait: bool, project: str | None, as_json: bool) -> None:
    """Start service NAME again; it answers some seconds later."""
    with open_client(project) as client:
        found = client.start_service(name)
        if wait:
            _await_serving(client, name)
    print_desired(found, as_json)


def _await_serving(client: Client, name: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while (state := client.service(name).state) != "serving":
        if state == "failed" or time.monotonic() > deadline:
            raise StepFailed("cli.service_not_serving", name=name, state=state)
        time.sleep(POLL_SECONDS)


@command.command()
@click.argument("name")
@click.argument("replicas", type=click.IntRange(min=1))
@project_option
@json_option
def scale(name: str, replicas: int, project: str | None, as_json: bool) -> None:
    """Give service NAME so many pods on its cluster; none is restarted."""
    with open_client(project) as client:
        found = client.scale_service(name, replicas)
    show({"service": found.name, "replicas": found.replicas}, as_json=as_json)


@command.command()
@click.argument("name")
@project_option
@json_option
def delete(name: str, project: str | None, as_json: bool) -> None:
    """Delete the stopped service NAME; what its revisions left goes too, logs stay."""
    with open_client(project) as client:
        client.delete_service(name)
    show({"service": name, "deleted": True}, as_json=as_json)


def ask(client: Client, name: str, document: Any, path: str = "predict") -> Any:
    """What service `name` answers.

    Raises:
        StepFailed: it refuses; with its status and its words.
    """
    answer = client.try_service(name, document, path)
    if answer.status >= 400:
        text = json.dumps(answer.body, ensure_ascii=False)
        raise StepFailed("cli.service_refused", where=name, status=answer.status, text=text)
    return answer.body


def print_desired(service: r.ServiceBrief, as_json: bool) -> None:
    show({"service": service.name, "desired": service.desired}, as_json=as_json)


def read_json(file: IO[bytes]) -> Any:
    try:
        return json.load(file)
    except ValueError as error:
        raise InvalidInput("cli.not_json", where=file.name, problem=str(error)) from None
