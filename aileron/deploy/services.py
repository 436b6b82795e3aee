"""What people do with services: list, show, start, stop, read logs."""

from __future__ import annotations

from typing import Any

from aileron.core.errors import NotFound
from aileron.core.settings import Settings
from aileron.deploy.places import Place, last_lines
from aileron.ledger import Desired, Ledger, Revision, RevisionState, Service


def list_services(settings: Settings, ledger: Ledger, project: str) -> list[dict[str, Any]]:
    """Each service of the project in a few words: what it serves, and whether it does."""
    return [_summary(settings, ledger, service) for service in ledger.services.list(project)]


def show_service(settings: Settings, ledger: Ledger, project: str, name: str) -> dict[str, Any]:
    """One service with its route, its champion and all its revisions, the newest first."""
    service = _service(ledger, project, name)
    champion = ledger.champions.get(project, service.model)
    revisions = ledger.revisions.list(project, name)
    return _summary(settings, ledger, service) | {
        "champion": champion.model_dump(mode="json", include={"version", "fence", "since", "actor"})
        if champion
        else None,
        "revisions": [_revision(settings, revision) for revision in reversed(revisions)],
    }


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


def service_logs(
    settings: Settings,
    ledger: Ledger,
    project: str,
    name: str,
    revision: int | None = None,
    lines: int = 100,
) -> str:
    """The end of a revision's log; of the newest revision if none is named.

    Raises:
        NotFound: no such service, or the revision was never started on this machine.
    """
    _service(ledger, project, name)
    if revision is None:
        revision = max((r.number for r in ledger.revisions.list(project, name)), default=0)
    log = Place.of(settings.home, project, name, revision).log
    if not log.is_file():
        raise NotFound("deploy.no_log", service=f"{project}/{name}", revision=revision)
    return last_lines(log, lines)


def _service(ledger: Ledger, project: str, name: str) -> Service:
    service = ledger.services.get(project, name)
    if service is None:
        raise NotFound("deploy.no_service", service=f"{project}/{name}")
    return service


def _summary(settings: Settings, ledger: Ledger, service: Service) -> dict[str, Any]:
    route = ledger.routes.get(service.project, service.name)
    revisions = {r.number: r for r in ledger.revisions.list(service.project, service.name)}
    shares = [share for share in route.weights if share.weight] if route else []
    gateway = (settings.gateway_url or "").rstrip("/")
    return {
        "project": service.project,
        "service": service.name,
        "model": service.model,
        "desired": str(service.desired),
        "state": state_of(service, [revisions[share.revision] for share in shares]),
        "url": f"{gateway}/{service.project}/{service.name}" if gateway else None,
        "generation": route.generation if route else 0,
        "route": [
            share.model_dump() | {"version": revisions[share.revision].model_version}
            for share in shares
        ],
    }


def state_of(service: Service, routed: list[Revision]) -> str:
    """The service in one word; `routed` are the revisions that get its requests."""
    if service.desired == Desired.STOPPED:
        return "stopped"
    if any(revision.state == RevisionState.HEALTHY for revision in routed):
        return "serving"
    return str(routed[0].state) if routed else "empty"


def _revision(settings: Settings, revision: Revision) -> dict[str, Any]:
    shown = revision.model_dump(mode="json", exclude={"project", "service"})
    return shown | {"log": str(Place.of_revision(settings.home, revision).log)}
