"""What people do with services: start, stop, scale, delete them, and see in a word how they are."""

from __future__ import annotations

from aileron.cluster.placing import check_quota
from aileron.cluster.pools import load_pool
from aileron.core.errors import InvalidInput, NotFound, Refused
from aileron.core.settings import Settings
from aileron.ledger import GONE, Desired, Ledger, Revision, RevisionState, Service


def start_service(ledger: Ledger, project: str, name: str) -> Service:
    """Ask for the service to run; a champion's revision that had failed is tried again."""
    service = _service(ledger, project, name)
    champion = ledger.champions.get(project, service.model)
    if champion is not None and champion.is_of(service):
        revision = ledger.revisions.get(project, name, champion.revision)
        if revision is not None and revision.state in GONE:
            ledger.revisions.report(project, name, champion.revision, RevisionState.STARTING)
        ledger.revisions.set_desired(project, name, champion.revision, Desired.RUNNING)
    return ledger.services.set_desired(project, name, Desired.RUNNING)


def stop_service(ledger: Ledger, project: str, name: str) -> Service:
    """Ask for the service to be stopped: its revisions drain, the gateway says it is stopped."""
    _service(ledger, project, name)
    return ledger.services.set_desired(project, name, Desired.STOPPED)


def scale_service(
    settings: Settings, ledger: Ledger, project: str, name: str, replicas: int
) -> None:
    """Ask for so many pods of the service, at once or when it is started; none is restarted.

    Raises:
        Refused: it is a process, of which there is one; or nothing was released to it.
        InvalidInput: it may not have so many, or its pool has no room for them.
    """
    _service(ledger, project, name)
    wanted = [
        revision
        for revision in ledger.revisions.list(project, name)
        if revision.desired == Desired.RUNNING
    ]
    if not any(revision.placement for revision in wanted):
        raise Refused("deploy.not_scalable", service=f"{project}/{name}")
    for revision in wanted:
        placement = revision.placement
        if placement is None:
            continue
        if placement.max_replicas is not None and replicas > placement.max_replicas:
            most = placement.max_replicas
            raise InvalidInput("deploy.too_many_replicas", replicas=replicas, most=most)
        pool = load_pool(settings.workspace, placement.pod.pool)
        check_quota(pool, placement.pod.resources, replicas)
        changed = placement.model_copy(update={"replicas": replicas})
        ledger.revisions.place(project, name, revision.number, changed)


def delete_service(ledger: Ledger, project: str, name: str) -> None:
    """Forget a stopped service: its address ends, and what its revisions left is removed.

    The record of its releases and its logs stay, and a release makes it anew.

    Raises:
        Refused: it runs.
    """
    service = _service(ledger, project, name)
    if service.desired == Desired.RUNNING:
        raise Refused("deploy.service_runs", service=f"{project}/{name}")
    for revision in ledger.revisions.list(project, name):
        ledger.revisions.set_desired(project, name, revision.number, Desired.STOPPED)
    ledger.services.set_desired(project, name, Desired.DELETED)


def _service(ledger: Ledger, project: str, name: str) -> Service:
    service = ledger.services.get(project, name)
    if service is None:
        raise NotFound("deploy.no_service", service=f"{project}/{name}")
    return service


def state_of(service: Service, routed: list[Revision], others: list[Revision] | None = None) -> str:
    """The service in one word.

    Args:
        routed: the revisions that get its requests.
        others: the rest; one of them that starts is a version switch in progress.
    """
    if service.desired == Desired.STOPPED:
        return "stopped"
    if any(revision.state == RevisionState.HEALTHY for revision in routed):
        return "updating" if any(_comes(revision) for revision in others or ()) else "serving"
    known = routed or [revision for revision in others or () if _comes(revision)]
    return str(known[0].state) if known else "empty"


def _comes(revision: Revision) -> bool:
    starting = revision.state == RevisionState.STARTING
    return starting and revision.desired == Desired.RUNNING
