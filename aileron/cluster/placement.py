"""Where and with what a pod runs, resolved: what a plan or a revision keeps of its pool.

Field names follow Kubernetes' own where they mean the same. Memory is in MB of 2**20 bytes,
as everywhere in Aileron.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

MOST_VARIABLES: Final = 100
"""Environment variables that one node may set."""
MOST_NODES: Final = 16
"""Pods that may run one step together."""
START_SECONDS: Final = 300
"""How long a pod may wait for a node unless its pool says otherwise: as nodes take to come."""
PullPolicy = Literal["Always", "IfNotPresent", "Never"]
Label = Annotated[str, Field(min_length=1, max_length=253)]


class ClusterSection(BaseModel):
    """Base of what is written about a cluster: unknown keys are refused, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Resources(ClusterSection):
    """What a pod is given; requests and limits are the same."""

    cpu: float = Field(1, gt=0, le=1024, description="processor cores")
    memory_mb: int = Field(2048, ge=64, description="memory; more than this ends the pod")
    gpu: int = Field(0, ge=0, le=64, description="accelerators")
    gpu_resource: Label = Field(
        "nvidia.com/gpu", description="what the cluster calls an accelerator, or a part of one"
    )
    shm_mb: int | None = Field(
        None, ge=1, description="size of /dev/shm, part of the memory; default: the runtime's 64"
    )
    ephemeral_mb: int | None = Field(
        None, ge=64, description="disk for files that end with the pod; default: no limit"
    )


class Toleration(ClusterSection):
    """A taint of nodes that the pods put up with."""

    key: Label | None = None
    operator: Literal["Exists", "Equal"] = "Equal"
    value: str | None = None
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = None
    toleration_seconds: int | None = Field(None, ge=0)


class Volume(ClusterSection):
    """Storage that pods see at a path. One of `claim` and `host_path` says which."""

    mount: str = Field(pattern=r"^/[^:]*$", description="where pods see it")
    claim: Label | None = Field(None, description="a PersistentVolumeClaim of the namespace")
    host_path: str | None = Field(
        None, pattern=r"^/", description="a folder of every node, such as a mounted share"
    )
    sub_path: str | None = Field(None, description="the part of it that is mounted")
    read_only: bool = False

    @model_validator(mode="after")
    def _one_of_them(self) -> Volume:
        if (self.claim is None) == (self.host_path is None):
            raise ValueError("give `claim` or `host_path`, one of them")
        return self


class StoreAccess(ClusterSection):
    """How pods reach the platform's artifact store."""

    uri: str | None = Field(
        None,
        pattern=r"^(s3://|/)",
        description="the store as pods see it; default: as the platform sees it",
    )
    volume: Volume | None = Field(None, description="the shared volume that a folder lies on")
    secret: Label | None = Field(
        None, description="a Secret of the namespace with AWS_* variables, for a store in S3"
    )


class Placement(ClusterSection):
    """Everything about where a pod runs that is decided before it starts."""

    pool: str
    context: str | None = None
    namespace: str
    image: str
    pull_policy: PullPolicy = "IfNotPresent"
    pull_secrets: tuple[Label, ...] = ()
    size: str | None = None
    """Name of the size that `resources` began with."""
    resources: Resources = Resources()
    store: StoreAccess = StoreAccess()
    volumes: tuple[Volume, ...] = ()
    node_selector: Mapping[str, str] = {}
    tolerations: tuple[Toleration, ...] = ()
    priority_class: Label | None = None
    start_seconds: int = START_SECONDS
    user: int = 1000
    group: int = 1000
    labels: Mapping[str, str] = {}
    annotations: Mapping[str, str] = {}
