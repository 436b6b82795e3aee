"""`aileron stack`: the embedded servers."""

from __future__ import annotations

import sys
import time
from dataclasses import asdict
from typing import Any

import click

from aileron.cli.output import json_option, show
from aileron.core.settings import Settings
from aileron.deploy.process import stop_all
from aileron.stack.record import State
from aileron.stack.stack import ServerStatus, Stack

API_SERVER = "api-server"
"""Airflow's, which keeps the pools' slots."""
COLUMNS = ["server", "state", "pid", "address", "memory_mb", "up", "restarts"]


@click.group()
def command() -> None:
    """Start, stop and watch the embedded servers."""


@command.command()
@click.option("--only", multiple=True, help="Run this server alone (repeatable).")
def up(only: tuple[str, ...]) -> None:
    """Start what is not running; return when every server is healthy."""
    started = time.monotonic()
    stack = Stack(Settings.load(), only)
    settings = stack.start(print_ready)
    click.echo(f"Up in {time.monotonic() - started:.1f} s.")
    print_addresses(settings)
    if API_SERVER in {server.name for server in stack.status()}:
        print_pools(settings)


@command.command()
def down() -> None:
    """Stop all that `up` started, and nothing else."""
    started = time.monotonic()
    settings = Settings.load()
    Stack(settings).stop(lambda status: click.echo(f"  {status.name:<14} stopped"))
    for pid in stop_all(settings.home):
        click.echo(f"  service process {pid} stopped, which nobody watched")
    click.echo(f"Down in {time.monotonic() - started:.1f} s.")


@command.command()
@json_option
def status(as_json: bool) -> None:
    """Show the servers; exit 1 unless all are healthy."""
    servers = Stack(Settings.load()).status()
    show([row(s) for s in servers], as_json=as_json, columns=COLUMNS)
    if not servers or any(server.state is not State.HEALTHY for server in servers):
        sys.exit(1)


def print_addresses(settings: Settings) -> None:
    """Where people look; MLflow's bare address would open its view for language models."""
    click.echo(f"  Airflow  {settings.airflow_url}  (login in {settings.airflow_login_file})")
    click.echo(f"  MLflow   {settings.mlflow_url}/#/experiments?workflowType=machine_learning")
    click.echo(f"  Gateway  {settings.gateway_url}")
    if settings.labelling_url:
        click.echo(f"  Labelling  {settings.labelling_url}  (opened from the page Labelling)")


def print_pools(settings: Settings) -> None:
    """Bring clusters and Airflow up to the pools' files; what cannot be is only told."""
    from aileron.client.pool_sync import sync_all

    for name, error in sync_all(settings):
        click.echo(f"  Pool     {name}  {error or 'synced'}")


def row(server: ServerStatus) -> dict[str, Any]:
    """A server as the tables show it."""
    facts = asdict(server)
    facts["server"] = facts.pop("name")
    facts["up"] = f"{server.uptime:.0f} s" if server.uptime is not None else None
    return facts


def print_ready(status: ServerStatus) -> None:
    if status.state is State.HEALTHY:
        click.echo(f"  {status.name:<14} ready in {status.ready_seconds or 0:5.1f} s")
