"""`aileron demo`: shipped lifecycles from data to services that answer, and where to look then."""

from __future__ import annotations

import json
import sys
import time
from typing import Final

import click

from aileron.cli import stack
from aileron.cli.runs import EXIT, follow
from aileron.cli.service import ask
from aileron.client import records as r
from aileron.client.base import Client
from aileron.client.local import LocalClient
from aileron.core.errors import NotFound
from aileron.core.settings import Settings

LIFECYCLE: Final = "breast_cancer"
LONGEST: Final = 2000
"""A longer request, such as a picture, is not printed; nor is the rest of a longer answer."""


@click.command()
@click.argument("lifecycles", nargs=-1)
def command(lifecycles: tuple[str, ...]) -> None:
    """Run LIFECYCLES (default: breast_cancer), ask their services, say where results are."""
    settings = Settings.load()
    with LocalClient.of(settings) as client:
        runs = [run(client, name) for name in lifecycles or (LIFECYCLE,)]
        served = {one.facts.service: one.facts for one in runs if one.facts.service}
        if served:
            print_addresses(settings)
        for name, facts in served.items():
            print_service(client, name, facts)
    sys.exit(max(EXIT.get(ended.state, 1) for ended in runs))


def run(client: LocalClient, lifecycle: str) -> r.Run:
    """A run of `lifecycle`, printed as it goes on."""
    started = time.monotonic()
    click.echo(f"Lifecycle {lifecycle}, run by Airflow's scheduler:")
    ended = follow(client, client.start(lifecycle).run_id)
    click.echo(f"{ended.state} in {time.monotonic() - started:.1f} s")
    if not ended.facts.service_url:
        click.echo(ended.reason or "", err=True)
    click.echo()
    return ended


def print_addresses(settings: Settings) -> None:
    stack.print_addresses(settings)
    click.echo(f"  Pages    {settings.airflow_url}/aileron/  (Airflow's login)")


def print_service(client: Client, name: str, facts: r.RunFacts) -> None:
    """Where service `name` is, what it serves, how it is asked and what it answers.

    Raises:
        StepFailed: it refuses the request.
    """
    click.echo(f"\n  Service  {facts.service_url}")
    measured = dict.fromkeys((facts.primary or "accuracy", "accuracy"))
    metrics = facts.metrics or {}
    shown = ", ".join(f"{one} {metrics[one]:.4f}" for one in measured if one in metrics)
    click.echo(f"  Model    version {facts.model_version} of {facts.dataset_version}, {shown}")
    try:
        body = client.sample(name).body
    except NotFound:
        return
    request = json.dumps(body)
    click.echo("\nAsk it:")
    if len(request) <= LONGEST:
        click.echo(f"  curl -s {facts.service_url}/predict -d '{request}'")
    else:
        click.echo(f"  aileron service sample {name} | aileron service invoke {name} --json-body -")
    answer = json.dumps(ask(client, name, body), ensure_ascii=False)
    click.echo(f"It answers:\n  {answer[:LONGEST]}")
