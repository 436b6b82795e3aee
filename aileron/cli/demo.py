"""`aileron demo`: the shipped lifecycle from data to a service, and where to look then."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import click

from aileron.cli import stack
from aileron.cli.lifecycle import EXIT, print_row
from aileron.cli.session import Session, open_session
from aileron.client.airflow import AirflowClient
from aileron.client.launch import follow, launch, summary

LIFECYCLE = "breast_cancer"


@click.command()
def command() -> None:
    """Run the shipped lifecycle and say where its results are."""
    started = time.monotonic()
    with open_session() as session, AirflowClient.of(session.settings) as airflow:
        click.echo(f"Lifecycle {LIFECYCLE}, run by Airflow's scheduler:")
        run_id = launch(session.settings, airflow, LIFECYCLE)
        for row in follow(session.ledger, session.store, airflow, run_id):
            print_row(row)
        facts = summary(session.ledger, session.store, run_id)
        click.echo(f"{facts['state']} in {time.monotonic() - started:.1f} s")
        if facts["service_url"]:
            print_addresses(session, facts)
        else:
            click.echo(facts["reason"] or "", err=True)
    sys.exit(EXIT.get(facts["state"], 1))


def print_addresses(session: Session, facts: dict[str, Any]) -> None:
    settings, url = session.settings, facts["service_url"]
    click.echo()
    stack.print_addresses(settings)
    click.echo(f"  Service  {url}")
    click.echo(
        f"  Model    version {facts['model_version']} of {facts['dataset_version']}, ", nl=False
    )
    click.echo(", ".join(f"{k} {facts['metrics'][k]:.4f}" for k in ("roc_auc", "accuracy")))
    click.echo()
    click.echo("Ask it:")
    click.echo(f"  curl -s {url}/predict -d '{example(session, facts['run_id'])}'")


def example(session: Session, run_id: str) -> str:
    """A request that the package was checked with, as JSON on one line."""
    row = session.ledger.nodes.get(run_id, "package")
    if row is None:
        return '{"data": []}'
    golden = session.store.read_json(row.outputs["package"], "golden.json")
    request = next(entry["request"] for entry in golden if entry["path"] == "/predict")
    return json.dumps({"data": request["data"][:1]})
