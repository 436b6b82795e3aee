"""`aileron status`: servers, recent runs and services at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from aileron.cli import stack as stack_commands
from aileron.cli.output import json_option, show
from aileron.cli.session import open_session, project_option
from aileron.core.errors import preferred_language
from aileron.core.names import DEFAULT_PROJECT
from aileron.core.settings import Settings
from aileron.stack.stack import Stack

if TYPE_CHECKING:
    from aileron.ledger import Run

RUNS = 10


@click.command()
@project_option
@json_option
def command(project: str | None, as_json: bool) -> None:
    """Show servers, recent runs and services."""
    servers = [stack_commands.row(server) for server in Stack(Settings.load()).status()]
    with open_session() as session:
        runs = session.ledger.runs.list(project or DEFAULT_PROJECT, limit=RUNS)
        services = session.ledger.services.list(project or DEFAULT_PROJECT)
    facts = {
        "servers": servers,
        "runs": [told(run) for run in runs],
        "services": [service.model_dump(mode="json") for service in services],
    }
    if as_json:
        show(facts, as_json=True)
        return
    columns = {
        "servers": stack_commands.COLUMNS,
        "runs": ["lifecycle", "airflow_run_id", "state", "started", "reason"],
        "services": ["name", "model", "desired", "updated"],
    }
    for name, rows in facts.items():
        click.secho(name.capitalize(), bold=True)
        show(rows, as_json=False, columns=columns[name])
        click.echo()


def told(run: Run) -> dict[str, Any]:
    """A run with its reason in the reader's language."""
    row = run.model_dump(mode="json", exclude={"plan", "facts", "reason_message"})
    return row | {"reason": run.why(preferred_language())}
