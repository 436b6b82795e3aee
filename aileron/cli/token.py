"""`aileron token`: the logins of programs and of people without Airflow's login."""

from __future__ import annotations

from typing import Any

import click

from aileron.cli.output import json_option, show
from aileron.cli.session import open_client
from aileron.core.access import ROLES, Role


@click.group()
def command() -> None:
    """Make, list and revoke API tokens."""


@command.command()
@click.argument("name")
@click.option(
    "--role", type=click.Choice([str(role) for role in ROLES]), required=True, help="What it may."
)
@click.option("--project", help="The only project it is for; default: all.")
@click.option("--days", type=click.IntRange(1, 3650), default=90, show_default=True)
@click.option("--forever", is_flag=True, help="Without an end.")
@json_option
def create(
    name: str, role: str, project: str | None, days: int, forever: bool, as_json: bool
) -> None:
    """Make a token for NAME, a person or a program; its secret is printed this once."""
    with open_client(None) as client:
        made = client.create_token(name, Role(role), project, None if forever else days)
    if as_json:
        show(made, as_json=True)
        return
    click.echo(made.secret)
    end = f"until {made.expires:%Y-%m-%d}" if made.expires else "without an end"
    click.echo(f"Token {made.id}: {made.name}, {made.role}, {end}. Keep it now.", err=True)


@command.command("list")
@json_option
def list_all(as_json: bool) -> None:
    """List the tokens, without their secrets."""
    with open_client(None) as client:
        found = client.tokens()
    rows: Any = found if as_json else [one.model_dump() for one in found]
    columns = ["id", "name", "role", "project", "state", "created", "created_by", "expires"]
    show(rows, as_json=as_json, columns=columns)


@command.command()
@click.argument("token_id")
@json_option
def revoke(token_id: str, as_json: bool) -> None:
    """Make token TOKEN_ID worthless from now on."""
    with open_client(None) as client:
        token = client.revoke_token(token_id)
    show({"id": token.id, "name": token.name, "state": token.state}, as_json=as_json)
