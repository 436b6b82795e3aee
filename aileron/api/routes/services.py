"""Services: state, traffic, logs, trying one, stopping and starting."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from aileron.api.request import ClientOf, NameInPath, needs
from aileron.client import records as r

router = APIRouter(prefix="/services", tags=["services"])


@router.get("", summary="List services", dependencies=[needs("read")])
def services(client: ClientOf) -> tuple[r.ServiceBrief, ...]:
    """Each with its state and address."""
    return client.services()


@router.get("/{name}", summary="Show a service", dependencies=[needs("read")])
def service(client: ClientOf, name: NameInPath) -> r.Service:
    """With its revisions, its traffic and what it takes."""
    return client.service(name)


@router.get("/{name}/sample", summary="A request to try", dependencies=[needs("read")])
def sample(client: ClientOf, name: NameInPath) -> r.Sample:
    """One that the package was checked with."""
    return client.sample(name)


@router.post("/{name}/try", summary="Try a service", dependencies=[needs("service.try")])
def try_service(client: ClientOf, name: NameInPath, body: r.Try) -> r.TryAnswer:
    """Sends `body` through the gateway; whatever the service answers is told with its status."""
    return client.try_service(name, body.body, body.path)


@router.get("/{name}/logs", summary="Read a service's log", dependencies=[needs("read")])
def logs(
    client: ClientOf,
    name: NameInPath,
    revision: Annotated[int | None, Query(ge=1, description="default: the newest")] = None,
    lines: Annotated[int, Query(ge=1, le=10_000)] = 100,
    after: Annotated[int | None, Query(ge=0, description="byte; `next` of the answer before")] = (
        None
    ),
) -> r.ServiceLog:
    """The last lines, or what came after byte `after`."""
    return client.service_logs(name, revision, lines, after)


@router.post("/{name}/stop", summary="Stop a service", dependencies=[needs("service.stop")])
def stop(client: ClientOf, name: NameInPath) -> r.ServiceBrief:
    """Its address stays and says that it is stopped."""
    return client.stop_service(name)


@router.post("/{name}/start", summary="Start a service", dependencies=[needs("service.start")])
def start(client: ClientOf, name: NameInPath) -> r.ServiceBrief:
    """The champion's revision is started again."""
    return client.start_service(name)


@router.post("/{name}/scale", summary="Scale a service", dependencies=[needs("service.scale")])
def scale(client: ClientOf, name: NameInPath, body: r.Scale) -> r.ServiceBrief:
    """More or fewer pods of a service on a cluster; its address stays and none is restarted."""
    return client.scale_service(name, body.replicas)


@router.delete(
    "/{name}",
    summary="Delete a service",
    status_code=204,
    dependencies=[needs("service.delete")],
)
def delete(client: ClientOf, name: NameInPath) -> None:
    """A stopped one; its address ends, and a release makes it anew."""
    client.delete_service(name)
