"""What people do with services: start them, stop them, and see in a word how they are."""

from __future__ import annotations

from aileron.core.errors import NotFound
from aileron.ledger import Desired, Ledger, Revision, RevisionState, Service


def start_service(ledger: Ledger, project: str, name: str) -> Service:
    """Ask for the service to run; a champion's revision that had failed is tried again."""
    service = _service(ledger, project, name)
    champion = ledger.champions.get(project, service.model)
    if champion is not None and champion.service == name:
        revision = ledger.revisions.get(project, name, champion.revision)
        if revision is not None and revision.state in (RevisionState.FAILED, RevisionState.STOPPED):
            ledger.revisions.report(project, name, champion.revision, RevisionState.STARTING)
        ledger.revisions.set_desired(project, name, champion.revision, Desired.RUNNING)
    return ledger.services.set_desired(project, name, Desired.RUNNING)


def stop_service(ledger: Ledger, project: str, name: str) -> Service:
    """Ask for the service to be stopped: its revisions drain, the gateway says it is stopped."""
    _service(ledger, project, name)
    return ledger.services.set_desired(project, name, Desired.STOPPED)


def _service(ledger: Ledger, project: str, name: str) -> Service:
    service = ledger.services.get(project, name)
    if service is None:
        raise NotFound("deploy.no_service", service=f"{project}/{name}")
    return service


def state_of(service: Service, routed: list[Revision]) -> str:
    """The service in one word; `routed` are the revisions that get its requests."""
    if service.desired == Desired.STOPPED:
        return "stopped"
    if any(revision.state == RevisionState.HEALTHY for revision in routed):
        return "serving"
    return str(routed[0].state) if routed else "empty"
