"""Whether what people draw in is there: Label Studio, and a project for each package at work."""

from __future__ import annotations

from collections.abc import Iterator

from aileron.core.errors import StepFailed, Unavailable
from aileron.core.settings import Settings
from aileron.doctor.finding import Finding, look
from aileron.label.studio.client import Studio
from aileron.ledger import Ledger


def examine_labelling(settings: Settings, ledger: Ledger) -> Iterator[Finding]:
    """Look at Label Studio; nothing is said where it is not installed and nobody labels."""
    at_work = any(package.studio_project for _, package in ledger.labelling.at_work())
    if settings.labelstudio_url or at_work:
        yield look("labelling", "Label Studio", lambda: _projects(settings, ledger))


def _projects(settings: Settings, ledger: Ledger) -> str:
    wanted = {
        package.studio_project: package.id
        for _, package in ledger.labelling.at_work()
        if package.studio_project is not None
    }
    studio = Studio.of(settings)
    try:
        try:
            studio.ping()
        except Unavailable:
            if wanted:
                raise
            return "does not run; nobody labels now"
        gone = sorted(wanted[one] for one in wanted.keys() - studio.tables.projects())
    finally:
        studio.close()
    if gone:
        packages = ", ".join(map(str, gone))
        raise StepFailed("doctor.labelling_gone", packages=packages)
    return f"answers; {len(wanted)} packages are being labelled in it"
