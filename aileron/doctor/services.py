"""Whether clusters hold nothing of services but what the ledger wants there."""

from __future__ import annotations

from collections.abc import Iterator

from aileron.core.errors import StepFailed
from aileron.core.settings import Settings
from aileron.deploy.orphans import find_orphans
from aileron.deploy.targets import Targets
from aileron.doctor.finding import Finding, look
from aileron.ledger import Ledger


def examine_services(settings: Settings, ledger: Ledger) -> Iterator[Finding]:
    """Look wherever a service was ever placed; nothing is said where none was."""
    if any(revision.placement for revision in ledger.revisions.list()):
        yield look("services", "objects on clusters", lambda: _objects(settings, ledger))


def _objects(settings: Settings, ledger: Ledger) -> str:
    orphans = list(find_orphans(ledger, Targets(settings, lambda: ledger.installation)))
    if orphans:
        raise StepFailed("doctor.orphan_objects", objects=", ".join(map(str, orphans)))
    return "only those of revisions that the ledger knows"
