"""`aileron pool`: the parts of clusters that runs and services are placed in."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import click

from aileron.cli.output import json_option, show
from aileron.cli.session import open_client, project_option
from aileron.client import records as r
from aileron.core.errors import AileronError

if TYPE_CHECKING:
    from aileron.client.base import Client

UNITS: Final = {"cpu": "cores", "memory_mb": "MB", "gpu": "accelerators", "pods": "pods"}


@click.group()
def command() -> None:
    """List, show and sync pools."""


@command.command("list")
@project_option
@json_option
def list_all(project: str | None, as_json: bool) -> None:
    """List the pools with their state and their use now."""
    with open_client(project) as client:
        found = client.pools()
    if as_json:
        show(found, as_json=True)
        return
    rows = [{**one.model_dump(), **_in_words(one)} for one in found]
    columns = ["name", "state", "namespace", "sizes", "cpu", "memory_mb", "gpu", "pods", "slots"]
    show(rows, as_json=False, columns=columns)
    for one in found:
        if one.reason:
            click.echo(f"aileron: {one.name}: {one.reason}", err=True)


@command.command("show")
@click.argument("name")
@project_option
@json_option
def show_one(name: str, project: str | None, as_json: bool) -> None:
    """Show pool NAME: sizes, quota, use now, nodes, pods; exit 1 if it is abnormal."""
    with open_client(project) as client:
        found = client.pool(name)
    print_pool(found, as_json=as_json)
    if found.state == "abnormal":
        sys.exit(1)


@command.command()
@click.argument("name", required=False)
@project_option
@json_option
def sync(name: str | None, project: str | None, as_json: bool) -> None:
    """Make quotas and Airflow's slots be as the file of pool NAME, or of each, says.

    Exit 1 if a pool is abnormal afterwards.
    """
    with open_client(project) as client:
        if name:
            rows = [_state(client.sync_pool(name))]
        else:
            rows = [_synced(client, one.name) for one in client.pools()]
    show(rows, as_json=as_json, columns=["name", "state", "reason"])
    if any(row["state"] == "abnormal" for row in rows):
        sys.exit(1)


def print_pool(pool: r.Pool, *, as_json: bool) -> None:
    """A pool as people read it."""
    if as_json:
        show(pool, as_json=True)
        return
    shown = ("name", "state", "reason", "context", "namespace", "projects", "needs")
    facts = pool.model_dump()
    show({key: facts[key] for key in shown} | {"slots": _slots(pool)}, as_json=False)
    for title, rows in (
        ("Use", [_amount(one) for one in pool.amounts]),
        ("Sizes", [_size(one) for one in pool.all_sizes]),
        ("Nodes", [one.model_dump() for one in pool.nodes]),
        ("Pods", [_pod(one) for one in pool.pods]),
    ):
        click.echo(f"\n{title}")
        show(rows, as_json=False)


def _synced(client: Client, name: str) -> dict[str, Any]:
    """How pool `name` is after it was synced, or what kept it from that."""
    try:
        return _state(client.sync_pool(name))
    except AileronError as error:
        return {"name": name, "state": "abnormal", "reason": str(error)}


def _state(pool: r.PoolBrief) -> dict[str, Any]:
    return {"name": pool.name, "state": pool.state, "reason": pool.reason}


def _in_words(pool: r.PoolBrief) -> dict[str, Any]:
    """The columns of the list: used and quota of each amount."""
    said = {one.name: f"{_number(one.used)}/{_number(one.quota)}" for one in pool.amounts}
    return {"cpu": None, "memory_mb": None, "gpu": None, "pods": None, **said} | {
        "slots": _slots(pool),
        "sizes": ", ".join(pool.sizes),
    }


def _slots(pool: r.PoolBrief) -> str | None:
    return f"{_number(pool.slots.taken)}/{pool.slots.slots}" if pool.slots else None


def _amount(one: r.PoolAmount) -> dict[str, Any]:
    return {
        "of": f"{one.name} ({UNITS[one.name]})",
        "used": _number(one.used),
        "quota": _number(one.quota),
        "free": _number(one.free),
    }


def _size(one: r.PoolSize) -> dict[str, Any]:
    facts = one.model_dump(exclude={"gpu_resource", "default"})
    return {**facts, "gpu": f"{one.gpu} {one.gpu_resource}" if one.gpu else 0} | {
        "default": "*" if one.default else ""
    }


def _pod(one: r.PoolPod) -> dict[str, Any]:
    whose = (one.project, one.service or one.lifecycle, one.node or one.revision)
    return {
        "name": one.name,
        "phase": one.phase,
        "of": "/".join(str(part) for part in whose if part is not None),
        "cpu": f"{one.cpu:g}",
        "memory_mb": _number(one.memory_mb),
        "gpu": f"{one.gpu:g}",
        "node": one.cluster_node,
        "made": one.made,
    }


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.15g}"
