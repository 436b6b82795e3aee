"""Keeping the installation in order."""

from __future__ import annotations

from fastapi import APIRouter

from aileron.api.request import ClientOf, needs
from aileron.client import records as r

router = APIRouter(prefix="/admin", tags=["admin"])


@router.post("/gc", summary="Remove what nobody needs", dependencies=[needs("storage.sweep")])
def gc(client: ClientOf, body: r.Sweep) -> r.Swept:
    """What `configs/retention.yaml` does not keep; by default it only says what that is."""
    return client.sweep(dry_run=body.dry_run, everywhere=body.everywhere, claim=body.claim)
