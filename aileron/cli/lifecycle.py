"""`aileron lifecycle`: check, run and follow lifecycles."""

from __future__ import annotations

import sys
from typing import Any, Final

import click

from aileron.cli.output import json_option, show
from aileron.cli.session import Session, open_session, project_option
from aileron.client.airflow import AirflowClient
from aileron.client.launch import find_run, follow, launch, summary
from aileron.core.errors import NotFound
from aileron.core.settings import Settings
from aileron.ledger import NodeRow, NodeState, RunState
from aileron.lifecycle import Workflow, lint, list_lifecycles, load_lifecycle, parse_assignment

EXIT: Final = {RunState.SUCCEEDED.value: 0, RunState.REJECTED.value: 3}
"""Exit code by how a run ended; 1 for all else."""


@click.group()
def command() -> None:
    """Check, run and follow lifecycles."""


@command.command("lint")
@click.argument("name", required=False)
@json_option
def lint_lifecycles(name: str | None, as_json: bool) -> None:
    """Check lifecycle NAME, or all of them; exit 1 if one has an error."""
    findings = lint(Settings.load(), name)
    rows = [{"severity": finding.severity, "says": str(finding)} for finding in findings]
    if rows or as_json:
        show(rows, as_json=as_json, columns=["severity", "says"])
    else:
        click.echo("No findings.")
    if any(finding.severity == "error" for finding in findings):
        sys.exit(1)


@command.command("list")
@project_option
@json_option
def list_all(project: str, as_json: bool) -> None:
    """List lifecycles and how each ran last."""
    with open_session() as session:
        workflows = [load_lifecycle(session.settings, n) for n in list_lifecycles(session.settings)]
        rows = [describe(session, flow) for flow in workflows if flow.project == project]
    show(
        rows, as_json=as_json, columns=["name", "kind", "schedule", "last_run", "state", "started"]
    )


@command.command("show")
@click.argument("name")
@click.argument("run", required=False)
@project_option
@json_option
def show_runs(name: str, run: str | None, project: str, as_json: bool) -> None:
    """Show the runs of lifecycle NAME, or one RUN with its nodes (`last` for the newest)."""
    with open_session() as session:
        runs = session.ledger.runs.list(project, name)
        if run is None:
            rows = [r.model_dump(mode="json", exclude={"plan", "facts"}) for r in runs]
            show(rows, as_json=as_json, columns=["airflow_run_id", "state", "started", "reason"])
            return
        wanted = runs[0].run_id if run == "last" and runs else f"{project}/{name}/{run}"
        if find_run(session.ledger, wanted) is None:
            raise NotFound("cli.no_run", run=wanted, name=name)
        facts = summary(session.ledger, session.store, wanted)
    print_summary(facts, as_json=as_json)


@command.command("run")
@click.argument("name")
@click.option("--set", "assignments", multiple=True, metavar="PATH=VALUE", help="Override a value.")
@click.option("--force", is_flag=True, help="Run every step anew, whatever the cache holds.")
@click.option("--wait", is_flag=True, help="Follow the run; exit 0 done, 3 rejected, 1 failed.")
@json_option
def run_lifecycle(
    name: str, assignments: tuple[str, ...], force: bool, wait: bool, as_json: bool
) -> None:
    """Run lifecycle NAME through Airflow's scheduler."""
    overrides = dict(parse_assignment(text) for text in assignments)
    with open_session() as session, AirflowClient.of(session.settings) as airflow:
        run_id = launch(session.settings, airflow, name, overrides, force=force)
        if not wait:
            show({"run_id": run_id}, as_json=as_json)
            return
        for row in follow(session.ledger, session.store, airflow, run_id):
            if not as_json:
                print_row(row)
        facts = summary(session.ledger, session.store, run_id)
    print_summary(facts, as_json=as_json, tasks=False)
    sys.exit(EXIT.get(facts["state"], 1))


def describe(session: Session, workflow: Workflow) -> dict[str, Any]:
    runs = session.ledger.runs.list(workflow.project, workflow.name, limit=1)
    spec = workflow.spec
    return {
        "name": workflow.name,
        "project": workflow.project,
        "kind": spec.kind,
        "display_name": spec.display_name,
        "schedule": (spec.schedule.cron or list(spec.schedule.datasets)) if spec.schedule else None,
        "last_run": runs[0].airflow_run_id if runs else None,
        "state": runs[0].state.value if runs else None,
        "started": runs[0].started if runs else None,
    }


def print_row(row: NodeRow) -> None:
    """One live line: a node began or ended."""
    if row.state is NodeState.RUNNING:
        return
    seconds = f"{row.seconds:7.2f} s" if row.seconds is not None else " " * 9
    reason = f"  {row.reason}" if row.reason else ""
    click.echo(f"{row.node:<12} {row.state.value:<10} {seconds}{reason}")


def print_summary(facts: dict[str, Any], *, as_json: bool, tasks: bool = True) -> None:
    if as_json:
        show(facts, as_json=True)
        return
    shown = {key: value for key, value in facts.items() if key != "tasks" and value is not None}
    show(shown, as_json=False)
    if tasks:
        click.echo()
        show(facts["tasks"], as_json=False, columns=["name", "state", "seconds", "reason"])
