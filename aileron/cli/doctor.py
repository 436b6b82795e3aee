"""`aileron doctor`: is what the ledger says really there?"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from aileron.cli.output import json_option, show
from aileron.cli.session import open_session
from aileron.core.settings import Settings
from aileron.doctor import (
    Finding,
    examine_champions,
    examine_labelling,
    examine_machine,
    examine_pods,
    examine_services,
)


@click.command()
@json_option
def command(as_json: bool) -> None:
    """Check that what the ledger says is really there; exit 1 if a link is broken."""
    found = list(examine())
    rows = [finding.model_dump() for finding in found]
    show(rows, as_json=as_json, columns=["health", "subject", "link", "says"])
    if any(finding.health == "broken" for finding in found):
        sys.exit(1)


def examine() -> Iterator[Finding]:
    yield from examine_machine(Settings.load())
    with open_session() as session:
        yield from examine_champions(session.settings, session.ledger, session.store)
        yield from examine_pods(session.settings, session.ledger, session.store)
        yield from examine_services(session.settings, session.ledger)
        yield from examine_labelling(session.settings, session.ledger)
