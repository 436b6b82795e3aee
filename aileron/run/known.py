"""What ledger and store already know of a node: kept outputs, done effects, refusals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aileron.core.errors import StepFailed
from aileron.core.ports import ArtifactKind, Reference
from aileron.core.steps import Record, Step
from aileron.ledger import EffectState, Ledger
from aileron.store import Store


@dataclass(frozen=True)
class Known:
    """Looks things up; changes nothing but the store, which may keep a record anew."""

    ledger: Ledger
    store: Store

    def outputs(self, project: str, key: str) -> dict[str, Reference] | None:
        """What was published under `key`, if the store still has all of it.

        It is claimed: nothing may have kept it until now.
        """
        outputs = self.ledger.cache.get(project, key)
        if outputs is None or not all(self.store.claim(r) for r in outputs.values()):
            return None
        return outputs

    def record(self, key: str) -> Record | None:
        """The record of the effect `key`, if the ledger says that it was done."""
        row = self.ledger.effects.get(key)
        return row.record if row is not None and row.state is EffectState.DONE else None

    def refusal(self, outputs: Mapping[str, Reference]) -> StepFailed | None:
        """Why a verdict among `outputs` says no; None if none does."""
        for reference in outputs.values():
            if reference.kind is ArtifactKind.VERDICT:
                verdict = self.store.read_json(reference, "verdict.json")
                if not verdict["accepted"]:
                    reasons = [reason for reason in verdict["reasons"] if not reason["passed"]]
                    return StepFailed("run.gate_refused", reasons=reasons or "-")
        return None

    def keep_record(self, step: type[Step], record: Record) -> dict[str, Reference]:
        """The outputs of an effect or a wait that reports `record`."""
        return {
            port: self.store.put_json(ArtifactKind.RECORD, "record.json", record)
            for port, declared in step.outputs.items()
            if declared.kind is ArtifactKind.RECORD
        }
