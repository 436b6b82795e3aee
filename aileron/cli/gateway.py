"""`aileron gateway`: the gateway as a Deployment of a pool's cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, get_args

import click
import yaml

from aileron.cli.output import json_option, show
from aileron.cluster.access import Cluster
from aileron.cluster.pools import load_pool
from aileron.core.errors import InvalidInput
from aileron.core.settings import Settings
from aileron.deploy.gateway_pods import (
    ServiceType,
    apply_gateway,
    gateway_address,
    gateway_manifests,
    gateway_placement,
)

READY_SECONDS: Final = 180.0


@click.group()
def command() -> None:
    """Run the gateway as pods of a cluster."""


def deployment_options(function: Any) -> Any:
    """The options by which the gateway's objects differ."""
    kinds = click.Choice(get_args(ServiceType))
    for option in (
        click.option(
            "--type", "kind", type=kinds, default="ClusterIP", help="Type of its Service."
        ),
        click.option("--image", help="What the pods run; default: the pool's server image."),
        click.option("--replicas", type=click.IntRange(min=1), default=2, show_default=True),
        click.option("--pool", "pool_name", required=True, help="A pool of configs/pools."),
    ):
        function = option(function)
    return function


@command.command()
@deployment_options
def manifest(pool_name: str, image: str | None, replicas: int, kind: ServiceType) -> None:
    """Print the objects for `kubectl apply`; the Secret with the ledger's address is yours."""
    pool = load_pool(Settings.load().workspace, pool_name)
    made = gateway_manifests(
        gateway_placement(pool, image),
        Cluster(pool.context).offers,
        replicas=replicas,
        service_type=kind,
    )
    click.echo(yaml.safe_dump_all(made, sort_keys=False), nl=False)


@command.command()
@deployment_options
@click.option(
    "--ledger-url-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with the ledger's URL as pods reach it; default: AILERON_LEDGER_URL.",
)
@json_option
def apply(
    pool_name: str,
    image: str | None,
    replicas: int,
    kind: ServiceType,
    ledger_url_file: Path | None,
    as_json: bool,
) -> None:
    """Make or change the gateway on the cluster, wait until it is ready, and say where it is."""
    settings = Settings.load()
    pool = load_pool(settings.workspace, pool_name)
    cluster, placement = Cluster(pool.context), gateway_placement(pool, image)
    ledger_url = read_url(ledger_url_file) if ledger_url_file else settings.require("ledger_url")
    apply_gateway(cluster, placement, ledger_url, replicas=replicas, service_type=kind)
    address = gateway_address(cluster, placement, READY_SECONDS)
    show({"AILERON_GATEWAY_URL": address, "AILERON_GATEWAY_POOL": pool.name}, as_json=as_json)


def read_url(file: Path) -> str:
    """What `file` holds, without what is around it.

    Raises:
        InvalidInput: it holds nothing.
    """
    text = file.read_text(encoding="utf-8").strip()
    if not text:
        raise InvalidInput("cli.empty_file", where=str(file))
    return text
