"""`aileron demo`: the shipped lifecycle from data to a service, and where to look then."""

from __future__ import annotations

import json
import sys
import time

import click

from aileron.cli import stack
from aileron.cli.runs import EXIT, follow
from aileron.client import records as r
from aileron.client.local import LocalClient
from aileron.core.errors import NotFound
from aileron.core.settings import Settings

LIFECYCLE = "breast_cancer"


@click.command()
def command() -> None:
    """Run the shipped lifecycle and say where its results are."""
    started = time.monotonic()
    settings = Settings.load()
    with LocalClient.of(settings) as client:
        click.echo(f"Lifecycle {LIFECYCLE}, run by Airflow's scheduler:")
        run = follow(client, client.start(LIFECYCLE).run_id)
        click.echo(f"{run.state} in {time.monotonic() - started:.1f} s")
        if run.facts.service_url:
            print_addresses(settings, client, run.facts)
        else:
            click.echo(run.reason or "", err=True)
    sys.exit(EXIT.get(run.state, 1))


def print_addresses(settings: Settings, client: LocalClient, facts: r.RunFacts) -> None:
    click.echo()
    stack.print_addresses(settings)
    click.echo(f"  Pages    {settings.airflow_url}/aileron/  (Airflow's login)")
    click.echo(f"  Service  {facts.service_url}")
    metrics = facts.metrics or {}
    shown = ", ".join(f"{name} {metrics[name]:.4f}" for name in ("roc_auc", "accuracy"))
    click.echo(f"  Model    version {facts.model_version} of {facts.dataset_version}, {shown}")
    click.echo()
    click.echo("Ask it:")
    click.echo(f"  curl -s {facts.service_url}/predict -d '{example(client, facts)}'")


def example(client: LocalClient, facts: r.RunFacts) -> str:
    """A request that the package was checked with, as JSON on one line."""
    try:
        return json.dumps(client.sample(facts.service or LIFECYCLE).body)
    except NotFound:
        return '{"data": []}'
