"""What a revision of a service is given on a cluster: its placement, and how many pods."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field, model_validator

from aileron.cluster.placement import ClusterSection, Placement

TargetName = Literal["process", "kubernetes"]
"""What runs a service: this installation, or a cluster."""
REPLICAS: Final = 2
"""Pods of a service unless it says another number: one may go without anybody noticing."""
MOST_REPLICAS: Final = 1000


class ServicePlacement(ClusterSection):
    """Where a revision's pods run, and how many of them."""

    pod: Placement
    replicas: int = Field(REPLICAS, ge=1, le=MOST_REPLICAS)
    max_replicas: int | None = Field(None, ge=1, le=MOST_REPLICAS)
    """More pods than `replicas` come with load, up to so many; None is never."""
    cpu_percent: int = Field(80, ge=1, le=100)
    """Use of the processor at which another pod comes."""

    @model_validator(mode="after")
    def _not_less(self) -> ServicePlacement:
        if self.max_replicas is not None and self.max_replicas < self.replicas:
            raise ValueError("`max_replicas` is less than `replicas`")
        return self

    @property
    def most(self) -> int:
        """The most pods at a time."""
        return self.max_replicas or self.replicas
