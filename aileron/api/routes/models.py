"""Models: versions, the champion, promotion and roll-back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from aileron.api.documents import PAGE, page
from aileron.api.request import ClientOf, NameInPath, NumberInPath, needs
from aileron.client import records as r

router = APIRouter(prefix="/models", tags=["models"])
VersionQuery = Annotated[int, Query(ge=1)]


@router.get("", summary="List models", dependencies=[needs("read")])
def models(client: ClientOf) -> tuple[r.ModelBrief, ...]:
    """Each with its champion and the champion's metrics."""
    return client.models()


@router.get("/{name}", summary="Show a model", dependencies=[needs("read")])
def model(client: ClientOf, name: NameInPath) -> r.Model:
    """With its versions, verdicts and releases; the champion has the fence to name in writes."""
    return client.model(name)


@router.get("/{name}/compare", summary="Compare two versions", dependencies=[needs("read")])
def compare(
    client: ClientOf, name: NameInPath, a: VersionQuery, b: VersionQuery
) -> r.VersionComparison:
    """Parameters, metrics, dataset and versions line by line."""
    return client.compare_versions(name, a, b)


@router.get(
    "/{name}/versions/{version}/report",
    summary="The evaluation of a version as a page",
    **PAGE,
    dependencies=[needs("read")],
)
def report(client: ClientOf, name: NameInPath, version: NumberInPath) -> Response:
    """HTML in a sandbox: it runs no script and loads nothing."""
    return page(client.version_report(name, version))


@router.post("/{name}/promote", summary="Promote", dependencies=[needs("model.promote")])
def promote(client: ClientOf, name: NameInPath, body: r.Promote) -> r.Champion:
    """A version becomes the champion and serves; 409 names who was first."""
    return client.promote(name, body.version, body.expected_fence)


@router.post("/{name}/rollback", summary="Roll back", dependencies=[needs("model.rollback")])
def rollback(client: ClientOf, name: NameInPath, body: r.Rollback) -> r.Champion:
    """The previous champion serves again; 409 names who was first."""
    return client.rollback(name, body.expected_fence)
