"""Pools: what they offer, what runs in them, and whether they are well."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from aileron.client.records.common import Permissions, Record


class PoolSize(Record):
    """A named bundle of resources."""

    name: str
    description: str = ""
    cpu: float = Field(description="processor cores")
    memory_mb: int
    gpu: int = Field(description="accelerators")
    gpu_resource: str
    shm_mb: int | None = None
    ephemeral_mb: int | None = None
    default: bool = Field(description="whether it is taken where none is named")


class PoolAmount(Record):
    """How much of one thing the pool's pods ask for."""

    name: Literal["cpu", "memory_mb", "gpu", "pods"]
    used: float
    quota: float | None = Field(description="null: not limited")
    free: float | None = Field(description="of the quota; null: not limited")


class PoolSlots(Record):
    """Tasks at a time: the slots of the pool in Airflow."""

    airflow_pool: str
    slots: int = Field(description="as the pool's file says")
    taken: int | None = Field(None, description="null: Airflow does not answer, or has none yet")


class PoolPod(Record):
    """A pod that is not over. Of another project's, only what it takes is told."""

    kind: Literal["node", "service"]
    name: str | None
    phase: str
    cluster_node: str | None
    made: datetime
    cpu: float
    memory_mb: float
    gpu: float
    project: str | None = None
    lifecycle: str | None = None
    node: str | None = Field(None, description="of the lifecycle's graph")
    run_id: str | None = None
    service: str | None = None
    revision: int | None = None


class PoolNode(Record):
    """A node of the cluster that takes the pool's pods."""

    name: str
    ready: bool
    cpu: float
    memory_mb: float
    gpu: float


class PoolBrief(Record):
    """A pool in a few words."""

    name: str
    display_name: str | None = None
    description: str = ""
    state: Literal["online", "abnormal"]
    reason: str | None = Field(None, description="what is wrong, and what to do")
    context: str | None = Field(None, description="of the kubeconfig; null: its current one")
    namespace: str | None = Field(None, description="null: the pool's file cannot be read")
    sizes: tuple[str, ...] = ()
    slots: PoolSlots | None = None
    amounts: tuple[PoolAmount, ...] = Field((), description="empty: the cluster does not answer")
    projects: tuple[str, ...] = Field((), description="who may use it; empty: every project")
    needs: str | None = Field(None, description="the least role that may start runs in it")


class Pool(PoolBrief):
    """A pool with its sizes, its nodes and what runs in it."""

    all_sizes: tuple[PoolSize, ...]
    nodes: tuple[PoolNode, ...]
    pods: tuple[PoolPod, ...] = Field(description="the oldest first")
    permissions: Permissions
