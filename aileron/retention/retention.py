"""One sweep of an installation, by one at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from aileron.core.errors import Refused
from aileron.core.names import DEFAULT_PROJECT
from aileron.core.settings import Settings
from aileron.data.deletion import Hidden
from aileron.data.versions import Versions
from aileron.ledger import Keep, Ledger
from aileron.registry.mlflow_rest import Mlflow
from aileron.retention.alone import alone
from aileron.retention.artifacts import StoreSweep
from aileron.retention.findings import Findings, Going, Tally
from aileron.retention.mark import Marking
from aileron.retention.policy import RetentionSpec
from aileron.retention.tracking import sweep_runs
from aileron.store import Store
from aileron.store.owner import give, owner_of

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

    def sweep(self, *, dry_run: bool = True, claim: bool = False) -> Findings:
        """Remove what nobody needs any more, or only say what that is.

        Args:
            claim: a store that is nobody's yet is this installation's, whatever it holds.

        Raises:
            Conflict: somebody sweeps, purges or backs up.
            Refused: the store is another installation's, may be one's, or cannot be swept safely.
            StepFailed: something that stays is damaged, so that what it needs is not known.
            Unavailable: ledger, store, remote or MLflow do not answer. What was swept before
                is gone, and the rest is swept next time.
        """
        with nullcontext() if dry_run else alone(self.ledger, "gc"):
            marking = self._marking()
            if not self._is_ours() and not dry_run:
                self._claim(marking, whatever=claim)
            found = self._found(marking, dry_run=dry_run)
        if not dry_run:
            self._tell(found)
        return found

    def _marking(self) -> Marking:
        return Marking(self.ledger, self.store, self.settings.workspace, self.spec, self._keep)

    def _found(self, marking: Marking, *, dry_run: bool) -> Findings:
        before = self.clock() - self.spec.grace.total_seconds()
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

    def _is_ours(self) -> bool:
        """Whether the store is; several installations cannot sweep one, as each knows its own
        records alone."""
        whose = owner_of(self.store)
        if whose not in (None, self.ledger.installation):
            raise Refused("retention.other_installation", where=self.store.root)
        return whose is not None

    def _claim(self, marking: Marking, *, whatever: bool) -> None:
        """Take a store that nobody has claimed, unless it may have been used by others."""
        snapshot = marking.mark()
        known = snapshot.held.keys() | snapshot.retired.keys()
        strange = sum(digest not in known for digest in self.store.artifacts())
        if strange and not whatever:
            raise Refused("retention.nobodys_store", where=self.store.root, count=strange)
        give(self.store, self.ledger.installation)

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
