"""How the terminal shows a run while it goes on and when it is over."""

from __future__ import annotations

from typing import Any, Final

import click

from aileron.cli.output import show
from aileron.client import records as r
from aileron.client.base import Client

EXIT: Final = {"succeeded": 0, "rejected": 3}
"""Exit code by how a run ended; 1 for all else."""
GOING: Final = ("pending", "running", "waiting")


def follow(client: Client, run_id: str, *, quiet: bool = False) -> r.Run:
    """Print each stage as it ends, and a question when it is asked; the run when it is over."""
    seen: dict[str, tuple[str, int]] = {}
    for run in client.follow(run_id):
        for stage in run.stages:
            now = (stage.state, stage.attempt)
            if seen.get(stage.node, ("pending", 0)) != now and not quiet and stage.attempt:
                print_stage(stage)
            seen[stage.node] = now
    return run


def print_stage(stage: r.Stage) -> None:
    """One live line: a stage ended, or waits for a person."""
    if stage.state in ("pending", "running"):
        return
    seconds = f"{stage.seconds:7.2f} s" if stage.seconds is not None else " " * 9
    reason = f"  {stage.reason}" if stage.reason else ""
    click.echo(f"{stage.node:<12} {stage.state:<10} {seconds}{reason}")


def summary(run: r.Run) -> dict[str, Any]:
    """What came of the run, flat; fields are None where it did not get."""
    facts = run.facts
    return {
        "run_id": run.run_id,
        "state": run.state,
        "reason": run.reason,
        "failed_node": run.failed_node,
        "started": run.started,
        "ended": run.ended,
        "actor": run.actor,
        "mlflow_run_id": facts.mlflow_run_id,
        "dataset_version": facts.dataset_version,
        "model_version": facts.model_version,
        "metrics": facts.metrics,
        "service_url": facts.service_url,
        "tasks": [task(stage) for stage in run.stages if stage.attempt],
    }


def task(stage: r.Stage) -> dict[str, Any]:
    """A stage that has begun, as the summary shows it."""
    return {
        "name": stage.node,
        "state": "running" if stage.state == "waiting" else stage.state,
        "seconds": stage.seconds,
        "reason": stage.reason,
    }


def print_summary(run: r.Run, *, as_json: bool, tasks: bool = True) -> None:
    facts = summary(run)
    if as_json:
        show(facts, as_json=True)
        return
    shown = {key: value for key, value in facts.items() if key != "tasks" and value is not None}
    show(shown, as_json=False)
    if run.approval is not None:
        click.echo(f"\n{run.approval.subject}\n  aileron approvals answer {run.run_id} --approve")
    if tasks:
        click.echo()
        show(facts["tasks"], as_json=False, columns=["name", "state", "seconds", "reason"])
