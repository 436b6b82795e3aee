"""``python -m aileron.gateway --host HOST --port PORT``: serve until told to stop."""

from __future__ import annotations

import argparse
import gc
import logging
import resource
from collections.abc import Sequence

import uvicorn

from aileron.core.settings import Settings
from aileron.gateway.access_log import AccessLog
from aileron.gateway.app import Gateway
from aileron.gateway.metrics import GatewayMetrics
from aileron.gateway.proxy import Limits
from aileron.gateway.routes import RouteTable
from aileron.gateway.server import Server
from aileron.gateway.watcher import LedgerWatcher
from aileron.ledger import Ledger


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the gateway; returns when it was told to stop and has answered what was open."""
    given = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    settings = Settings.load()
    ledger = Ledger(settings.require("ledger_url"), actor="gateway")
    gateway = make_gateway(settings, ledger, Limits(body_bytes=given.body_limit))
    _many_connections()
    gc.collect()
    gc.freeze()
    config = uvicorn.Config(
        gateway,
        host=given.host,
        port=given.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        backlog=2048,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=10,
    )
    Server(config, gateway, given.drain_seconds).run()
    ledger.close()


def make_gateway(settings: Settings, ledger: Ledger, limits: Limits | None = None) -> Gateway:
    """The gateway of an installation."""
    table = RouteTable()
    metrics = GatewayMetrics(table)
    last_known = settings.home / "gateway" / "routes.json"
    watcher = LedgerWatcher(ledger, table, metrics, last_known)
    access_log = AccessLog(settings.home / "logs" / "gateway-access.log")
    return Gateway(table, metrics, watcher, access_log, limits)


def _many_connections() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="aileron.gateway", description="The address of services.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument(
        "--drain-seconds", type=float, default=0, help="serve on so long when told to stop"
    )
    parser.add_argument(
        "--body-limit", type=int, default=Limits().body_bytes, help="largest request body, bytes"
    )
    return parser


if __name__ == "__main__":
    main()
