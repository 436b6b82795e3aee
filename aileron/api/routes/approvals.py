"""Runs that wait for a person."""

from __future__ import annotations

from fastapi import APIRouter

from aileron.api.request import ClientOf, ClientOfPath, NameInPath, RunInPath, needs
from aileron.client import records as r

router = APIRouter(prefix="/approvals", tags=["approvals"])


@router.get("", summary="List what waits for a person", dependencies=[needs("read")])
def approvals(client: ClientOf) -> tuple[r.Approval, ...]:
    """The longest waiting first, each with what the gate said."""
    return client.approvals()


@router.post(
    "/{project}/{lifecycle}/{run}",
    summary="Approve or reject",
    dependencies=[needs("approval.answer")],
)
def answer(
    client: ClientOfPath,
    project: NameInPath,
    lifecycle: NameInPath,
    run: RunInPath,
    body: r.Answer,
) -> r.Decision:
    """The first decision stands; 409 names who decided before. Takes up to 4 seconds."""
    return client.answer(
        f"{project}/{lifecycle}/{run}", approved=body.approved, comment=body.comment
    )
