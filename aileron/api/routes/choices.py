"""What can be chosen of when data are imported, worked on or exported.

They stand beside the datasets, not below: a dataset may be called `formats`.
"""

from __future__ import annotations

from fastapi import APIRouter

from aileron.api.request import ClientOf, needs
from aileron.client import records as r

router = APIRouter(tags=["datasets"])


@router.get("/formats", summary="Formats of data", dependencies=[needs("read")])
def formats(client: ClientOf) -> tuple[r.DataFormat, ...]:
    """Those of all kinds of data, each of which is read and written."""
    return client.formats()


@router.get("/operations", summary="Operations on datasets", dependencies=[needs("read")])
def operations(client: ClientOf) -> tuple[r.OperationShape, ...]:
    """What makes a version from a version, with the form of its options."""
    return client.operations()
