"""Pools: what they offer, what runs in them, and bringing the cluster up to their files."""

from __future__ import annotations

from fastapi import APIRouter

from aileron.api.request import ClientOf, NameInPath, needs
from aileron.client import records as r

router = APIRouter(prefix="/pools", tags=["pools"])


@router.get("", summary="List pools", dependencies=[needs("read")])
def pools(client: ClientOf) -> tuple[r.PoolBrief, ...]:
    """Each with its state and its use now; one whose cluster is away is abnormal."""
    return client.pools()


@router.get("/{name}", summary="Show a pool", dependencies=[needs("read")])
def pool(client: ClientOf, name: NameInPath) -> r.Pool:
    """With its sizes, its nodes and the pods that are not over."""
    return client.pool(name)


@router.post("/{name}/sync", summary="Sync a pool", dependencies=[needs("pool.sync")])
def sync(client: ClientOf, name: NameInPath) -> r.Pool:
    """The cluster's quota and Airflow's slots become what the pool's file says."""
    return client.sync_pool(name)
