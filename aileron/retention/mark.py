"""What is needed of the artifact store: from the ledger's rows on, through all that they name.

A plan names the sources that its run reads, a request or result of an execution elsewhere what
it takes and makes, and a document of the workspace may name an artifact, too.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

from aileron.core.errors import NotFound, StepFailed
from aileron.core.ports import ArtifactKind, Reference
from aileron.graph.plan import PLAN_FILE
from aileron.ledger import Ledger
from aileron.ledger.keeping import Policy, Snapshot, named
from aileron.retention.policy import RetentionSpec
from aileron.run.exchange import CHECKPOINTS, ROOT
from aileron.store import Store

DOCUMENTS: Final = ("configs", "datasets")
"""Folders of the workspace."""
_ENDS: Final = ("request.json", "result.json")


class Marking:
    """Marks what is needed; what it has read of plans once it does not read again."""

    def __init__(
        self, ledger: Ledger, store: Store, workspace: Path, spec: RetentionSpec, policy: Policy
    ) -> None:
        self._ledger = ledger
        self._store = store
        self._workspace = workspace
        self._spec = spec
        self._policy = policy
        self._plans: dict[str, set[str]] = {}

    def mark(self) -> Snapshot:
        """What is needed now.

        Executions are looked at before the ledger: what one of them leaves its run has then.
        """
        executions = self._executions()
        snapshot = self._ledger.keeping.snapshot(self._policy, self._spec.grace)
        for digest in executions:
            snapshot.hold_digest("execution", digest)
        for plan in snapshot.plans:
            for digest in self._named_by(plan):
                snapshot.hold_digest(snapshot.held[plan], digest)
        for path in (p for folder in DOCUMENTS for p in (self._workspace / folder).rglob("*.y*ml")):
            with suppress(FileNotFoundError):
                snapshot.hold_named("document", path.read_text(encoding="utf-8", errors="replace"))
        return snapshot

    def _named_by(self, plan: str) -> set[str]:
        """What a plan names; nothing if the store has lost it, as its run can do nothing more."""
        if plan not in self._plans:
            reference = Reference(
                kind=ArtifactKind.RECORD, uri=f"artifact:{plan}", digest=plan, size=0
            )
            text = ""
            with suppress(NotFound, StepFailed):
                text = self._store.read_bytes(reference, PLAN_FILE).decode("utf-8", "replace")
            self._plans[plan] = named(text)
        return self._plans[plan]

    def _executions(self) -> set[str]:
        found: set[str] = set()
        for key in self._store.object_keys(ROOT):
            if key.endswith(_ENDS) and not key.startswith(CHECKPOINTS):
                data = self._store.read_object(key)
                found |= named((data or b"").decode("utf-8", "replace"))
        return found
