"""Pods that work for nobody: their run has ended, and no lease says that somebody waits.

It takes two faults for one to be left, such as a run that is marked as failed while the
triggerer is down. Its own deadline ends it; until then it takes room, and then it lies about.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from aileron.cluster import labels, objects
from aileron.cluster.access import Cluster
from aileron.cluster.pools import Pool
from aileron.core.errors import NotFound
from aileron.ledger import Ledger
from aileron.run.exchange import Exchange
from aileron.store import Store


@dataclass(frozen=True)
class Pod:
    """A pod of a step, and what the ledger says of it."""

    name: str
    run_id: str
    kept: bool
    """Whether an execution holds the lease of its key, or its run may yet try it again."""


def step_pods(pool: Pool, ledger: Ledger, store: Store) -> Iterator[Pod]:
    """The pods of this installation's steps in `pool`; others may have some there too.

    Raises:
        Unavailable: the cluster does not answer.
    """
    cluster = Cluster(pool.context)
    mine = {labels.POOL: pool.name, labels.INSTALLATION: ledger.installation}
    selector = labels.selector(mine, labels.KEY)
    for found in objects.listed(cluster, "v1", "Pod", pool.namespace, selector):
        metadata = found["metadata"]
        run_id = metadata.get("annotations", {}).get(labels.RUN, "-")
        kept = _is_open(ledger, run_id) or _is_leased(ledger, store, metadata["name"])
        yield Pod(metadata["name"], run_id, kept)


def remove(pool: Pool, pod: Pod) -> None:
    """Delete the pod. Its checkpoint, or its good result, stays for whoever asks next."""
    objects.delete(Cluster(pool.context), "v1", "Pod", pool.namespace, pod.name)


def _is_open(ledger: Ledger, run_id: str) -> bool:
    with suppress(NotFound):
        return not ledger.runs.get(run_id).state.final
    return False


def _is_leased(ledger: Ledger, store: Store, name: str) -> bool:
    """A pod may have been adopted by another run than the one that created it."""
    request = Exchange(store, name).request()
    if request is None or request.subject is None:
        return False
    subject = request.subject
    return ledger.leases.get(f"component/{subject.key}", subject.project) is not None
