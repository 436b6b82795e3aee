"""Drafts: dataset versions in the making, to which samples are added one at a time."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from aileron.api.request import NAMED, ClientOf, needs
from aileron.client import records as r

router = APIRouter(prefix="/drafts", tags=["datasets"])
DraftInPath = Annotated[int, Path(ge=1, le=2**63 - 1)]
DatasetQuery = Annotated[str | None, Query(pattern=NAMED, description="default: all of them")]


@router.get("", summary="List drafts", dependencies=[needs("read")])
def drafts(client: ClientOf, dataset: DatasetQuery = None) -> tuple[r.Draft, ...]:
    """The newest first."""
    return client.drafts(dataset)


@router.post("", summary="Begin a draft", status_code=201, dependencies=[needs("dataset.edit")])
def begin_draft(client: ClientOf, body: r.BeginDraft) -> r.Draft:
    """The next versions of the dataset are of it."""
    return client.begin_draft(
        body.dataset, joins=body.joins, kind=body.kind, description=body.description
    )


@router.get("/{number}", summary="Show a draft", dependencies=[needs("read")])
def draft(client: ClientOf, number: DraftInPath) -> r.Draft:
    """How much was added, and which versions were made of it."""
    return client.draft(number)


@router.post(
    "/{number}/samples",
    summary="Add a sample",
    status_code=201,
    dependencies=[needs("dataset.edit")],
)
def add_sample(client: ClientOf, number: DraftInPath, body: r.NewSample) -> r.Draft:
    """A picture or a text; some minutes after the first a run makes a version of all."""
    return client.add_sample(number, body.content, body.labels, replace=body.replace)


@router.delete(
    "/{number}", summary="Delete a draft", status_code=204, dependencies=[needs("dataset.delete")]
)
def delete_draft(client: ClientOf, number: DraftInPath) -> Response:
    """With its samples; versions that were made of it stay."""
    client.delete_draft(number)
    return Response(status_code=204)
