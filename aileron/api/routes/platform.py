"""Who asks, the overview, the installed steps, the record of changes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query

from aileron.api.request import ClientOf, needs
from aileron.client import records as r

router = APIRouter(tags=["platform"])
FIRST: Final = "the earliest time, ISO 8601; without an offset it is UTC"
LAST: Final = "the first time that is too late, ISO 8601; without an offset it is UTC"


@router.get("/session", summary="Who is asking", dependencies=[needs("read")])
def session(client: ClientOf) -> r.Session:
    """Name, role, language, and what the role may do."""
    return client.session()


@router.get("/overview", summary="What runs, waits and is broken", dependencies=[needs("read")])
def overview(client: ClientOf) -> r.Overview:
    """Each trouble comes with a sentence and with what to do about it."""
    return client.overview()


@router.get("/components", summary="List steps", dependencies=[needs("read")])
def components(client: ClientOf) -> tuple[r.ComponentBrief, ...]:
    """The installed steps."""
    return client.components()


@router.get("/components/{name}", summary="Show a step", dependencies=[needs("read")])
def component(
    client: ClientOf, name: Annotated[str, Path(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)+$")]
) -> r.Component:
    """Ports, and the JSON Schema of the configuration."""
    return client.component(name)


@router.get("/events", summary="List changes", dependencies=[needs("read")])
def events(
    client: ClientOf,
    subject: Annotated[str | None, Query(max_length=300, examples=["champion:default/m"])] = None,
    verb: Annotated[
        str | None,
        Query(max_length=80, description="or its noun alone", examples=["champion.set"]),
    ] = None,
    actor: Annotated[str | None, Query(max_length=300)] = None,
    since: Annotated[datetime | None, Query(description=FIRST)] = None,
    until: Annotated[datetime | None, Query(description=LAST)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> tuple[r.Event, ...]:
    """The newest first: who did what to what, with the state before and after."""
    return client.events(subject, limit, verb=verb, actor=actor, since=since, until=until)


@router.get("/events/{number}", summary="Show a change", dependencies=[needs("read")])
def event(client: ClientOf, number: Annotated[int, Path(ge=1, le=2**63 - 1)]) -> r.Event:
    """One change by its id, of a project of the asker's."""
    return client.event(number)
