"""One sweep of an installation, by one at a time."""

from __future__ import annotations

import os
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Final

from aileron.core.errors import Conflict, Refused, Unavailable
from aileron.core.names import DEFAULT_PROJECT
from aileron.core.settings import Settings
from aileron.data.deletion import Hidden
from aileron.data.versions import Versions
from aileron.ledger import Keep, Lease, Ledger
from aileron.registry.mlflow_rest import Mlflow
from aileron.retention.artifacts import StoreSweep
from aileron.retention.findings import Findings, Going, Tally
from aileron.retention.mark import Marking
from aileron.retention.policy import RetentionSpec
from aileron.retention.tracking import sweep_runs
from aileron.store import Store

LEASE: Final = "retention"
LEASE_SECONDS: Final = 60.0
OWNER: Final = "executions/installation"
"""Object of the store: whose it is."""
SUBJECT: Final = "storage"


@dataclass(frozen=True)
class Retention:
    """Sweeps what nobody needs.

    Args:
        ledger: in whose name the event is written.
        project: whose runs and versions are retired; None is every project. What no record
            names goes in either case, and objects of datasets only if it is None.
    """

    settings: Settings
    ledger: Ledger
    store: Store
    spec: RetentionSpec
    project: str | None = None
    clock: Callable[[], float] = time.time

    def sweep(self, *, dry_run: bool = True) -> Findings:
        """Remove what nobody needs any more, or only say what that is.

        Raises:
            Conflict: somebody sweeps already.
            Refused: the store is another installation's, or cannot be swept safely.
            StepFailed: something that stays is damaged, so that what it needs is not known.
            Unavailable: ledger, store, remote or MLflow do not answer. What was swept before
                is gone, and the rest is swept next time.
        """
        self._check_ours(claim=not dry_run)
        with nullcontext() if dry_run else self._single():
            found = self._found(dry_run=dry_run)
        if not dry_run:
            self._tell(found)
        return found

    def _found(self, *, dry_run: bool) -> Findings:
        before = self.clock() - self.spec.grace.total_seconds()
        marking = Marking(self.ledger, self.store, self.settings.workspace, self.spec, self._keep)
        going, kept = StoreSweep(self.store, before).run(marking.mark, dry_run=dry_run)
        if self.project is None:
            going += self._objects(before, dry_run=dry_run)
        if self.settings.mlflow_url is not None:
            with Mlflow.of(self.settings) as mlflow:
                going += sweep_runs(mlflow, marking.mark, before, self._concerns, dry_run=dry_run)
        return Findings(going, kept)

    def _objects(self, before: float, *, dry_run: bool) -> tuple[Going, ...]:
        hidden = Hidden(Versions.of(self.settings))
        removed = hidden.sweep(before, ours=self._remote_is_ours, dry_run=dry_run)
        tally = Tally("dataset_remote")
        if removed.objects:
            tally.add("object", "untagged", removed.bytes, removed.objects)
        return tally.going

    @property
    def _remote_is_ours(self) -> bool:
        if self.spec.dataset_remote != "auto":
            return self.spec.dataset_remote == "ours"
        remote = self.settings.dataset_remote
        return "://" not in remote and Path(remote).resolve().is_relative_to(self.settings.home)

    def _concerns(self, project: str) -> bool:
        return self.project in (None, project)

    def _keep(self, project: str) -> Keep:
        return self.spec.keep_of(project) if self._concerns(project) else Keep(everything=True)

    def _check_ours(self, *, claim: bool) -> None:
        """Several installations cannot sweep one store: each knows its own records alone."""
        whose = self.store.read_object(OWNER)
        ours = self.ledger.installation.encode()
        if whose not in (None, ours):
            raise Refused("retention.other_installation", where=self.store.root)
        if claim and whose is None:
            self.store.write_object(OWNER, ours)

    @contextmanager
    def _single(self) -> Iterator[None]:
        owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        lease = self.ledger.leases.acquire(LEASE, owner, LEASE_SECONDS)
        if lease is None:
            raise Conflict("retention.already")
        done = Event()
        thread = Thread(target=self._renew, args=(lease, done), name="retention", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
            self.ledger.leases.release(lease)

    def _renew(self, lease: Lease, done: Event) -> None:
        """Until done or lost: the store itself lets one alone remove at a time."""
        while not done.wait(LEASE_SECONDS / 3):
            try:
                self.ledger.leases.renew(lease, LEASE_SECONDS)
            except Conflict:
                return
            except Unavailable:
                continue

    def _tell(self, found: Findings) -> None:
        project = self.project or DEFAULT_PROJECT
        after = {
            "projects": self.project or "all",
            "bytes": found.bytes,
            "going": [asdict(one) for one in found.going],
        }
        actor = self.ledger.author.actor
        subject = f"{SUBJECT}:{self.project or 'all'}"
        self.ledger.events.append(project, actor, "retention.swept", subject, None, after)
