"""Whether clusters hold nothing of services but what the ledger wants there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from aileron.core.errors import StepFailed
from aileron.core.settings import Settings
from aileron.deploy.orphans import Site, find_orphans, sites
from aileron.deploy.targets import Targets
from aileron.doctor.finding import Finding, look
from aileron.ledger import Ledger


def examine_services(settings: Settings, ledger: Ledger) -> Iterator[Finding]:
    """Look wherever a service was ever placed; nothing is said where none was."""
    targets = Targets(settings, lambda: ledger.installation)
    for site in sites(ledger):
        yield look("services", f"objects in {site}", partial(_objects, ledger, targets, site))


def _objects(ledger: Ledger, targets: Targets, site: Site) -> str:
    orphans = list(find_orphans(ledger, targets, site))
    if orphans:
        raise StepFailed("doctor.orphan_objects", objects=", ".join(map(str, orphans)))
    return "only those of revisions that the ledger knows"
