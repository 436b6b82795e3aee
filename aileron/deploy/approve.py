"""The step `deploy.approve`: a person decides before a release. The first decision stands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from pydantic import Field

from aileron.core.errors import Conflict
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import EffectContext, Record, StepConfig, Wait

if TYPE_CHECKING:
    from datetime import datetime

    from aileron.ledger import Event, Ledger

APPROVED: Final = "approval.granted"
REFUSED: Final = "approval.refused"


class ApproveConfig(StepConfig):
    """How to ask."""

    subject: str | None = Field(None, description="headline of the question")


class Approve(Wait[ApproveConfig]):
    """Waits until `record_decision` was called for the run."""

    name = "deploy.approve"
    version = 1
    title: ClassVar[Mapping[str, str]] = {"en": "Approve", "zh": "审批"}
    Config = ApproveConfig
    inputs: ClassVar[Mapping[str, Port]] = {
        "verdict": Port(ArtifactKind.VERDICT, "what the person decides on"),
        "model_record": Port(ArtifactKind.RECORD, "the registered model"),
    }
    outputs: ClassVar[Mapping[str, Port]] = {
        "record": Port(ArtifactKind.RECORD, "approved, by, comment")
    }

    def ready(
        self, context: EffectContext, config: ApproveConfig, inputs: Mapping[str, Path]
    ) -> Record | None:
        from aileron.ledger import Ledger

        del config, inputs  # the person looks at them, this step need not
        ledger = Ledger(context.settings.require("ledger_url"))
        try:
            return decision(ledger, context.project, context.run_id)
        finally:
            ledger.close()


def record_decision(
    ledger: Ledger,
    project: str,
    run_id: str,
    *,
    approved: bool,
    by: str,
    comment: str = "",
) -> Record:
    """Write down what `by` decided on the run's release. The same decision again is no error.

    Raises:
        Conflict: it was decided otherwise before.
    """
    before = decision(ledger, project, run_id)
    if before is None:
        verb = APPROVED if approved else REFUSED
        after = {"approved": approved, "by": by, "comment": comment}
        ledger.events.append(project, by, verb, _subject(run_id), after=after, correlation=run_id)
        before = decision(ledger, project, run_id) or after
    if before["approved"] != approved:
        raise Conflict("deploy.decided_otherwise", run_id=run_id, **_shown(before))
    return before


def decision(ledger: Ledger, project: str, run_id: str) -> Record | None:
    """The first decision on the run, None if there is none yet."""
    first = _first(ledger, project, run_id)
    return first.after if first else None


def decided_at(ledger: Ledger, project: str, run_id: str) -> datetime | None:
    """When that was decided."""
    first = _first(ledger, project, run_id)
    return first.time if first else None


def _first(ledger: Ledger, project: str, run_id: str) -> Event | None:
    events = ledger.events.list(project, subject=_subject(run_id))
    decisions = [event for event in events if event.verb in (APPROVED, REFUSED)]
    return decisions[-1] if decisions else None


def _subject(run_id: str) -> str:
    return f"approval:{run_id}"


def _shown(record: Record) -> dict[str, Any]:
    return {"by": record["by"], "approved": record["approved"]}
