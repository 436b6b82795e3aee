"""`aileron lifecycle`: make, check, run, follow and compare lifecycles."""

from __future__ import annotations

import sys
import time
from typing import Any, Final

import click

from aileron.cli.new import new_lifecycle
from aileron.cli.output import json_option, show
from aileron.cli.runs import EXIT, follow, print_summary
from aileron.cli.session import open_client, project_option
from aileron.client import records as r
from aileron.client.base import Client
from aileron.core.errors import NotFound
from aileron.core.settings import Settings

POLL_SECONDS: Final = 0.5


@click.group()
def command() -> None:
    """Check, run and follow lifecycles."""


command.add_command(new_lifecycle)


@command.command("lint")
@click.argument("name", required=False)
@json_option
def lint_lifecycles(name: str | None, as_json: bool) -> None:
    """Check lifecycle NAME, or all of them; exit 1 if one has an error."""
    from aileron.lifecycle import lint

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
def list_all(project: str | None, as_json: bool) -> None:
    """List lifecycles and how each ran last."""
    with open_client(project) as client:
        found = client.lifecycles()
    if as_json:
        show(found, as_json=True)
        return
    columns = ["name", "kind", "schedule", "next_run", "last_run", "state", "started"]
    show([describe(one) for one in found], as_json=False, columns=columns)
    for one in found:
        if one.problem:
            click.echo(f"aileron: {one.problem}", err=True)


@command.command("show")
@click.argument("name")
@click.argument("run", required=False)
@project_option
@json_option
def show_runs(name: str, run: str | None, project: str | None, as_json: bool) -> None:
    """Show the runs of lifecycle NAME, or one RUN with its nodes (`last` for the newest)."""
    with open_client(project) as client:
        if run is not None:
            print_summary(client.run(run_id_of(client, name, run)), as_json=as_json)
            return
        rows = [row.model_dump(mode="json", exclude={"stages"}) for row in client.runs(name)]
    show(rows, as_json=as_json, columns=["airflow_run_id", "state", "started", "actor", "reason"])


@command.command("run")
@click.argument("name")
@click.option("--set", "assignments", multiple=True, metavar="PATH=VALUE", help="Override a value.")
@click.option("--force", is_flag=True, help="Run every step anew, whatever the cache holds.")
@click.option("--wait", is_flag=True, help="Follow the run; exit 0 done, 3 rejected, 1 failed.")
@project_option
@json_option
def run_lifecycle(
    name: str,
    assignments: tuple[str, ...],
    force: bool,
    wait: bool,
    project: str | None,
    as_json: bool,
) -> None:
    """Run lifecycle NAME through Airflow's scheduler."""
    from aileron.lifecycle import parse_assignment

    values = dict(parse_assignment(text) for text in assignments)
    with open_client(project) as client:
        run_id = client.start(name, values, force=force).run_id
        if not wait:
            show({"run_id": run_id}, as_json=as_json)
            return
        run = follow(client, run_id, quiet=as_json)
    print_summary(run, as_json=as_json, tasks=False)
    sys.exit(EXIT.get(run.state, 1))


@command.command("compare")
@click.argument("name")
@click.argument("runs", nargs=-1, required=True)
@click.option("--all", "everything", is_flag=True, help="Show what is the same, too.")
@project_option
@json_option
def compare(
    name: str, runs: tuple[str, ...], everything: bool, project: str | None, as_json: bool
) -> None:
    """Show what differs between RUNS of lifecycle NAME (`last` for the newest)."""
    with open_client(project) as client:
        ids = [run_id_of(client, name, run).rpartition("/")[2] for run in runs]
        found = client.compare_runs(name, ids)
    if as_json:
        show(found, as_json=True)
        return
    labels = [f"{i}: {run.airflow_run_id}" for i, run in enumerate(found.runs, 1)]
    click.echo("\n".join(labels) + "\n")
    columns = [str(i) for i in range(1, len(ids) + 1)]
    rows = [
        {"group": row.group, "name": row.name, **dict(zip(columns, row.values, strict=True))}
        for row in found.rows
        if row.differs or everything
    ]
    show(rows, as_json=False, columns=["group", "name", *columns])


@command.command("logs")
@click.argument("name")
@click.argument("run")
@click.argument("node")
@click.option("-f", "--follow", "following", is_flag=True, help="Go on until the stage has ended.")
@project_option
def logs(name: str, run: str, node: str, following: bool, project: str | None) -> None:
    """Print what stage NODE of RUN logged (`last` for the newest run)."""
    with open_client(project) as client:
        run_id = run_id_of(client, name, run)
        offset = 0
        while True:
            piece = client.node_log(run_id, node, offset)
            click.echo(piece.text, nl=False)
            if piece.ended or not (following or piece.text):
                return
            if piece.next_offset == offset:
                if client.run(run_id).finished:
                    return
                time.sleep(POLL_SECONDS)
            offset = piece.next_offset


@command.command("stop")
@click.argument("name")
@click.argument("run")
@project_option
@json_option
def stop(name: str, run: str, project: str | None, as_json: bool) -> None:
    """Stop RUN of lifecycle NAME (`last` for the newest); what it has done so far is kept."""
    with open_client(project) as client:
        found = client.stop_run(run_id_of(client, name, run))
    print_summary(found, as_json=as_json, tasks=False)


def run_id_of(client: Client, name: str, run: str) -> str:
    """The id of a run that is given by Airflow's id, or as `last`."""
    if run == "last":
        newest = client.runs(name, limit=1)
        if not newest:
            raise NotFound("cli.never_ran", name=name)
        return newest[0].run_id
    return f"{client.session().project}/{name}/{run}"


def describe(flow: r.LifecycleBrief) -> dict[str, Any]:
    """A lifecycle as one line."""
    last = flow.last_run
    schedule = flow.schedule if isinstance(flow.schedule, str) else ", ".join(flow.schedule or ())
    return {
        "name": flow.name,
        "kind": flow.kind or "(broken)",
        "schedule": schedule,
        "next_run": flow.next_run,
        "last_run": last.airflow_run_id if last else None,
        "state": last.state if last else None,
        "started": last.started if last else None,
    }
