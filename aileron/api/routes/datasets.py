"""Datasets, their versions and what changed between them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from aileron.api.request import ClientOf, NameInPath, needs
from aileron.client import records as r

router = APIRouter(prefix="/datasets", tags=["datasets"])


@router.get("", summary="List datasets", dependencies=[needs("read")])
def datasets(client: ClientOf) -> tuple[r.DatasetBrief, ...]:
    """Those that are defined or have versions."""
    return client.datasets()


@router.get("/{name}", summary="Show a dataset", dependencies=[needs("read")])
def dataset(client: ClientOf, name: NameInPath) -> r.Dataset:
    """With its versions, and the card of the newest."""
    return client.dataset(name)


@router.get("/{name}/diff", summary="Compare two versions", dependencies=[needs("read")])
def diff(
    client: ClientOf,
    name: NameInPath,
    a: Annotated[int, Query(ge=1)],
    b: Annotated[int, Query(ge=1)],
) -> r.DatasetDiff:
    """Columns, rows by their ids, and labels."""
    return client.diff_dataset(name, a, b)
