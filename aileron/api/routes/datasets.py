"""What changed between versions of a dataset."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from aileron.api.request import ClientOf, NameInPath, needs_of_dataset
from aileron.client import records as r

router = APIRouter(prefix="/datasets", tags=["datasets"])


@router.get("/{name}/diff", summary="Compare two versions", dependencies=[needs_of_dataset("read")])
def diff(
    client: ClientOf,
    name: NameInPath,
    a: Annotated[int, Query(ge=1)],
    b: Annotated[int, Query(ge=1)],
) -> r.DatasetDiff:
    """Columns, rows by their ids, and labels."""
    return client.diff_dataset(name, a, b)
