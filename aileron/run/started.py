"""An execution that outlives the process which started it: what has to be kept to end it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from aileron.core.ports import Reference
from aileron.graph.plan import Plan
from aileron.ledger import Lease
from aileron.run.runner import OnLog
from aileron.run.work import Work


class Started(BaseModel):
    """The right to run one component, as JSON values that a scheduler can keep.

    The inputs are kept because the key follows from them: a champion may change meanwhile.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    run_id: str
    node: str
    attempt: int
    inputs: Mapping[str, Reference]
    lease: Lease
    """Who may publish, and with which fence."""
    begun: datetime

    @classmethod
    def of(cls, work: Work, lease: Lease, begun: datetime) -> Started:
        return cls(
            run_id=work.plan.run_id,
            node=work.node.name,
            attempt=work.attempt,
            inputs=work.inputs,
            lease=lease,
            begun=begun,
        )

    def work(self, plan: Plan, log: OnLog) -> Work:
        """The work that was started; `plan` is its run's."""
        return Work(plan, plan.node(self.node), self.inputs, self.attempt, log)
