"""`aileron service`: what answers, and how to call, stop and start it."""

from __future__ import annotations

import json
from typing import IO, Any

import click
import httpx

from aileron.cli.output import json_option, show
from aileron.cli.session import open_session, project_option
from aileron.core.errors import InvalidInput, StepFailed, Unavailable
from aileron.core.names import check_name
from aileron.core.settings import Settings

SECONDS = 60.0
"""How long one call may take."""


@click.group()
def command() -> None:
    """List, call, stop and start services."""


@command.command("list")
@project_option
@json_option
def list_all(project: str, as_json: bool) -> None:
    """List services with their state and address."""
    from aileron.deploy.services import list_services

    with open_session() as session:
        rows = list_services(session.settings, session.ledger, project)
    show(rows, as_json=as_json, columns=["service", "model", "state", "url"])


@command.command("show")
@click.argument("name")
@project_option
@json_option
def show_one(name: str, project: str, as_json: bool) -> None:
    """Show a service: route, champion, revisions."""
    from aileron.deploy.services import show_service

    with open_session() as session:
        facts = show_service(session.settings, session.ledger, project, name)
    if as_json:
        show(facts, as_json=True)
        return
    revisions = facts.pop("revisions")
    show(facts, as_json=False)
    click.echo()
    columns = ["number", "model_version", "state", "desired", "address", "reason"]
    show(revisions, as_json=False, columns=columns)


@command.command()
@click.argument("name")
@click.option("--json-body", "body", type=click.File("rb"), required=True, help="File, - is stdin.")
@click.option("--path", default="predict", show_default=True, help="Route of the service.")
@project_option
def invoke(name: str, body: IO[bytes], path: str, project: str) -> None:
    """Send a JSON document to service NAME and print its answer."""
    check_name(name)
    document = read_json(body)
    url = f"{Settings.load().require('gateway_url').rstrip('/')}/{project}/{name}/{path}"
    try:
        answer = httpx.post(url, json=document, timeout=SECONDS, trust_env=False)
    except httpx.HTTPError as error:
        problem = str(error) or type(error).__name__
        raise Unavailable("cli.gateway_down", where=url, problem=problem) from None
    if answer.is_error:
        status, text = answer.status_code, answer.text
        raise StepFailed("cli.service_refused", where=url, status=status, text=text)
    show(answer.json(), as_json=True)


@command.command()
@click.argument("name")
@click.option("--revision", type=int, help="Revision; default: the newest.")
@click.option("--lines", default=100, show_default=True, help="How many lines from the end.")
@project_option
def logs(name: str, revision: int | None, lines: int, project: str) -> None:
    """Print the end of a service's log."""
    from aileron.deploy.services import service_logs

    with open_session() as session:
        text = service_logs(session.settings, session.ledger, project, name, revision, lines)
    click.echo(text)


@command.command()
@click.argument("name")
@project_option
@json_option
def stop(name: str, project: str, as_json: bool) -> None:
    """Stop service NAME; its address stays and says that it is stopped."""
    from aileron.deploy.services import stop_service

    with open_session() as session:
        service = stop_service(session.ledger, project, name)
    show({"service": service.name, "desired": str(service.desired)}, as_json=as_json)


@command.command()
@click.argument("name")
@project_option
@json_option
def start(name: str, project: str, as_json: bool) -> None:
    """Start service NAME again."""
    from aileron.deploy.services import start_service

    with open_session() as session:
        service = start_service(session.ledger, project, name)
    show({"service": service.name, "desired": str(service.desired)}, as_json=as_json)


def read_json(file: IO[bytes]) -> Any:
    try:
        return json.load(file)
    except ValueError as error:
        raise InvalidInput("cli.not_json", where=file.name, problem=str(error)) from None
