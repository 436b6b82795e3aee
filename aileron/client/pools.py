"""The verbs of pools, as part of `aileron.client.base.Client`."""

from __future__ import annotations

from abc import ABC, abstractmethod

from aileron.client import records as r


class PoolVerbs(ABC):
    """Looking at the parts of clusters that projects may use."""

    @abstractmethod
    def pools(self) -> tuple[r.PoolBrief, ...]:
        """The pools that the project may use; one whose cluster is away is abnormal."""

    @abstractmethod
    def pool(self, name: str) -> r.Pool:
        """One pool with its sizes, its nodes and the pods that are not over."""

    @abstractmethod
    def sync_pool(self, name: str) -> r.Pool:
        """Make the cluster's quota and Airflow's slots be as the pool's file says.

        Raises:
            Conflict: another pool with a quota has the same namespace.
            Unavailable: the cluster or Airflow does not answer.
        """
