"""`aileron approvals`: the runs that wait for a person, and the answer."""

from __future__ import annotations

from typing import Any

import click

from aileron.cli.output import json_option, show
from aileron.cli.session import open_client, project_option


@click.group()
def command() -> None:
    """List and answer the runs that wait for a person."""


@command.command("list")
@project_option
@json_option
def list_all(project: str | None, as_json: bool) -> None:
    """List what waits, the longest waiting first."""
    with open_client(project) as client:
        found = client.approvals()
    if as_json:
        show(found, as_json=True)
        return
    columns = ["run_id", "subject", "model", "model_version", "asked", "by"]
    rows: list[dict[str, Any]] = [one.model_dump() for one in found]
    show(rows, as_json=False, columns=columns)
    for one in found:
        click.echo(f"\n{one.run_id}")
        for reason in one.reasons:
            click.echo(f"  {'✓' if reason.passed else '✗'} {reason.sentence}")


@command.command()
@click.argument("run_id")
@click.option("--approve/--reject", "approved", required=True, help="The decision.")
@click.option("--comment", default="", help="Why; kept with the decision.")
@project_option
@json_option
def answer(run_id: str, approved: bool, comment: str, project: str | None, as_json: bool) -> None:
    """Decide on run RUN_ID (PROJECT/LIFECYCLE/RUN); the first decision stands."""
    with open_client(project) as client:
        decision = client.answer(run_id, approved=approved, comment=comment)
    show(decision.model_dump(), as_json=as_json)
