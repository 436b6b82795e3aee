"""Whether every pod of a step works for somebody."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from aileron.cluster.pools import load_pool, pool_files
from aileron.core.errors import StepFailed
from aileron.core.settings import Settings
from aileron.doctor.finding import Finding, look
from aileron.ledger import Ledger
from aileron.run.orphans import step_pods
from aileron.store import Store


def examine_pods(settings: Settings, ledger: Ledger, store: Store) -> Iterator[Finding]:
    """Look at the pods of every pool."""
    for name in pool_files(settings.workspace):
        check = partial(_pods, settings, ledger, store, name)
        yield look(f"pool {name}", "pods", check)


def _pods(settings: Settings, ledger: Ledger, store: Store, name: str) -> str:
    pool = load_pool(settings.workspace, name)
    found = list(step_pods(pool, ledger, store))
    orphans = [pod for pod in found if not pod.kept]
    if orphans:
        raise StepFailed(
            "doctor.orphan_pods",
            pods=", ".join(f"{pod.name} ({pod.run_id})" for pod in orphans),
            names=" ".join(pod.name for pod in orphans),
            namespace=pool.namespace,
        )
    return f"{len(found)} at work in namespace {pool.namespace}"
