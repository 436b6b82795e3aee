"""What a route needs of its request: a client in the asker's name, and permission."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request

from aileron.client.base import Client
from aileron.core.access import Actor, authorize
from aileron.core.names import NAME_PATTERN, WORKFLOW_PATTERN

NAMED = f"^{NAME_PATTERN}$"
NameInPath = Annotated[str, Path(pattern=NAMED)]
WorkflowInPath = Annotated[str, Path(pattern=f"^{WORKFLOW_PATTERN}$")]
RunInPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.:+~-]{0,249}$")]
"""Airflow's id of a run."""
NumberInPath = Annotated[int, Path(ge=1, le=2**31 - 1)]
JobInPath = Annotated[int, Path(ge=1, le=2**63 - 1)]
ProjectQuery = Annotated[
    str | None, Query(pattern=NAMED, description="default: the asker's, else `default`")
]


def actor_of(request: Request) -> Actor:
    """Who asks; the guard found out before any route was reached."""
    actor: Actor = request.state.actor
    return actor


def project_of(request: Request) -> str:
    """The project that the request is about: of its path, its query, or the asker's own."""
    named = request.path_params.get("project") or request.query_params.get("project")
    return named or actor_of(request).home_project


@dataclass(frozen=True)
class Needs:
    """The asker may do `verb`, or is refused before the body is read."""

    verb: str

    def __call__(self, request: Request) -> None:
        authorize(actor_of(request), self.verb, project_of(request))


def needs(verb: str) -> Any:
    """`Needs` as a dependency of a route."""
    return Depends(Needs(verb))


@dataclass(frozen=True)
class NeedsOfDataset(Needs):
    """The asker's role allows `verb`; whether that dataset does, the client finds out.

    A dataset of another project may be public or shared, so the project alone decides nothing.
    """

    def __call__(self, request: Request) -> None:
        actor = actor_of(request)
        authorize(actor, self.verb, actor.home_project)


def needs_of_dataset(verb: str) -> Any:
    """`NeedsOfDataset` as a dependency of a route."""
    return Depends(NeedsOfDataset(verb))


def client_of(request: Request, project: ProjectQuery = None) -> Client:
    """A client in the asker's name, for the request's project and language."""
    del project  # read by `project_of`; declared here so that every route documents it
    return client_of_path(request)


def client_of_path(request: Request) -> Client:
    """`client_of`, for a route that has the project in its path."""
    make: Callable[..., Client] = request.app.state.make_client
    return make(actor_of(request), project_of(request), request.state.language)


ClientOf = Annotated[Client, Depends(client_of)]
ClientOfPath = Annotated[Client, Depends(client_of_path)]
