"""How the execution of a node ended, for those who asked for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from aileron.core.errors import AileronError
from aileron.core.ports import Reference
from aileron.graph.pipeline import Node
from aileron.ledger import NodeState


def may_follow(node: Node, state: NodeState) -> bool:
    """Whether `node` may run when one before it ended in `state`."""
    done = state in (NodeState.SUCCEEDED, NodeState.REUSED)
    return done or (state is NodeState.REJECTED and node.step_class.records_refusals)


class NodeOutcome(BaseModel):
    """The end of one execution of one node; a wait that must go on is ``running``."""

    model_config = ConfigDict(frozen=True)

    node: str
    step: str
    key: str
    """Cache key, or idempotency key of an effect or a wait."""
    state: NodeState
    outputs: Mapping[str, Reference] = {}
    record: Mapping[str, Any] | None = None
    seconds: float = 0.0
    error: Mapping[str, Any] | None = None
    """`AileronError.to_dict` of a failure, which `Engine.execute` raises, or of a refusal."""
    log: Reference | None = None

    @property
    def reason(self) -> AileronError | None:
        """Why it is rejected or failed."""
        return None if self.error is None else AileronError.from_dict(self.error)
