"""Whether the world shows what the ledger says: champion, route and healthy revision agree."""

from __future__ import annotations

from aileron.ledger import Champion, Desired, Ledger, Revision, RevisionState


def serving_champion(ledger: Ledger, project: str, model: str) -> tuple[Champion, Revision] | None:
    """The champion and its revision if the service is wanted, routes there and it is healthy.

    A service that was told to stop no longer serves, though its process may still live.
    """
    champion = ledger.champions.get(project, model)
    if champion is None:
        return None
    service = ledger.services.get(project, champion.service)
    if service is None or service.desired != Desired.RUNNING or not champion.is_of(service):
        return None
    route = ledger.routes.get(project, champion.service)
    revision = ledger.revisions.get(project, champion.service, champion.revision)
    if route is None or revision is None or revision.state != RevisionState.HEALTHY:
        return None
    routed = {share.revision for share in route.weights if share.weight}
    follows = champion.revision in routed and route.fence >= champion.fence
    return (champion, revision) if follows else None
