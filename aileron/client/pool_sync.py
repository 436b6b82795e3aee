"""Make Airflow and the cluster be as a pool's file says: slots there, the quota here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from aileron.client.airflow import AirflowClient
from aileron.cluster.access import Cluster
from aileron.cluster.pools import Pool, load_pool, pool_files
from aileron.cluster.usage import quota_object, sync_quota
from aileron.core.errors import AileronError, Conflict
from aileron.core.settings import Settings


def sync(workspace: Path, pool: Pool, airflow: AirflowClient) -> Iterator[str]:
    """Yields what has changed, of ``quota`` and ``slots``, as soon as it has.

    Raises:
        Conflict: another pool has the same namespace, and the cluster cannot tell them apart.
        Unavailable: the cluster or Airflow does not answer.
    """
    if quota_object(pool) is not None:
        _check_alone(workspace, pool)
    if sync_quota(Cluster(pool.context), pool):
        yield "quota"
    if sync_slots(pool, airflow):
        yield "slots"


def sync_all(settings: Settings) -> Iterator[tuple[str, AileronError | None]]:
    """Sync every pool; each with what kept it from being synced."""
    with AirflowClient.of(settings) as airflow:
        for name in pool_files(settings.workspace):
            try:
                list(sync(settings.workspace, load_pool(settings.workspace, name), airflow))
            except AileronError as error:
                yield name, error
            else:
                yield name, None


def sync_slots(pool: Pool, airflow: AirflowClient) -> bool:
    """Airflow starts no task of a pool that it does not have; whether anything changed."""
    about = f"Pods of pool {pool.name} at a time: configs/pools/{pool.name}.yaml."
    return airflow.set_pool(pool.airflow_pool, pool.slots, about)


def _check_alone(workspace: Path, pool: Pool) -> None:
    for other in _sound(workspace):
        same = (other.context, other.namespace) == (pool.context, pool.namespace)
        if same and other.name != pool.name:
            raise Conflict(
                "cluster.namespace_shared",
                name=pool.name,
                other=other.name,
                namespace=pool.namespace,
            )


def _sound(workspace: Path) -> Iterator[Pool]:
    """The pools whose files can be read; the others say themselves what is wrong."""
    for name in pool_files(workspace):
        with suppress(AileronError):
            yield load_pool(workspace, name)
