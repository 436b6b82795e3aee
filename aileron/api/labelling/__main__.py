"""``python -m aileron.api.labelling --host HOST --port PORT``: serve until told to stop."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence

import uvicorn

from aileron.api.labelling.app import Gate
from aileron.api.labelling.desk import Desk
from aileron.api.labelling.reconciling import Reconciling
from aileron.api.labelling.upstream import Upstream
from aileron.client.local import Installation
from aileron.client.local.labelling.due import publish_due
from aileron.client.local.labelling.samples import BrowsedSamples
from aileron.core.settings import Settings
from aileron.label.studio.client import Studio
from aileron.label.studio.server import PREFIX
from aileron.label.suggesting.contract import Contract, PackagePictures
from aileron.label.suggesting.service import routes
from aileron.label.suggesting.services import ImageServices
from aileron.label.tickets import hook_secret


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the gate; returns when it was told to stop and has answered what was open."""
    given = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    installation = Installation(Settings.load())
    # On all addresses, whoever is told which one it is finds out by asking: nobody is told.
    known = given.host not in ("0.0.0.0", "::")  # noqa: S104
    gate = make_gate(installation, f"http://{given.host}:{given.port}" if known else None)
    uvicorn.run(
        gate.application(),
        host=given.host,
        port=given.port,
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=10,
    )
    installation.close()


def make_gate(installation: Installation, own_url: str | None) -> Gate:
    """The gate of an installation.

    Args:
        own_url: where Label Studio reaches it, to say what was drawn past the gate; None: nowhere.

    Raises:
        Unavailable: Label Studio is not set up here.
    """
    settings = installation.settings
    studio = Studio.of(settings)
    ledger = installation.ledger.acting("labelling")

    def samples_of(project: str) -> BrowsedSamples:
        return BrowsedSamples(installation, project)

    def medium(project: str, dataset: str, version: int, sample: str) -> bytes:
        return samples_of(project).medium(dataset, version, sample).content

    contract = Contract(
        ImageServices(ledger, installation.store),
        settings.gateway_url,
        PackagePictures(ledger, medium),
    )
    url = settings.require("labelling_url").rstrip("/")
    key = settings.require("labelling_key")
    hook = (f"{own_url}{PREFIX}/-/hook", hook_secret(key)) if own_url else None
    return Gate(
        key=key,
        host_url=f"{url}{PREFIX}",
        desk=Desk(ledger, studio),
        upstream=Upstream(
            settings.require("labelstudio_url"), settings.require("labelstudio_token")
        ),
        samples_of=samples_of,
        reconciling=Reconciling(
            ledger, studio, samples_of, hook, after=lambda: list(publish_due(installation))
        ),
        models=routes(key, contract),
        secure=url.startswith("https:"),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="aileron.api.labelling", description="The gate before Label Studio."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    return parser


if __name__ == "__main__":
    main()
