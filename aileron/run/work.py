"""One execution of one node, with all that is known of it before it starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aileron.core.catalogue import step_target
from aileron.core.errors import AileronError
from aileron.core.ports import Reference
from aileron.core.steps import Record, Step
from aileron.graph.keys import cache_key, effect_key
from aileron.graph.pipeline import Node
from aileron.graph.plan import Plan
from aileron.ledger import NodeState
from aileron.run.outcome import NodeOutcome
from aileron.run.request import Action, Asker, Request, Subject
from aileron.run.runner import OnLog, OnMetric


@dataclass(frozen=True)
class Work:
    """A node of a plan with its inputs found."""

    plan: Plan
    node: Node
    inputs: Mapping[str, Reference]
    attempt: int
    log: OnLog
    on_metric: OnMetric | None = None
    cancelled: Callable[[], bool] = lambda: False

    @property
    def step(self) -> type[Step]:
        return self.node.step_class

    @property
    def key(self) -> str:
        """The cache key of a component, the idempotency key of an effect or a wait."""
        digests = {port: reference.digest for port, reference in self.inputs.items()}
        make = cache_key if self.step.kind == "component" else effect_key
        return make(self.plan, self.node, digests)

    def outcome(
        self, state: NodeState, outputs: Mapping[str, Reference] | None = None, **values: Any
    ) -> NodeOutcome:
        """How this execution ended."""
        return NodeOutcome(
            node=self.node.name,
            step=self.node.step,
            key=self.key,
            state=state,
            outputs=outputs or {},
            **values,
        )

    def failed(
        self,
        error: AileronError,
        partial: Mapping[str, Reference] | None = None,
        log: Reference | None = None,
    ) -> NodeOutcome:
        """The outcome of a failure."""
        return self.outcome(NodeState.FAILED, partial, error=error.to_dict(), log=log)

    def judged(
        self,
        state: NodeState,
        outputs: Mapping[str, Reference],
        refusal: AileronError | None,
        log: Reference | None = None,
    ) -> NodeOutcome:
        """`state`, or rejected for the reason that a verdict among `outputs` gives."""
        if refusal is None:
            return self.outcome(state, outputs, log=log)
        return self.outcome(NodeState.REJECTED, outputs, error=refusal.to_dict(), log=log)

    def request(
        self,
        action: Action,
        installation: str,
        store: str,
        folder: Path,
        record: Record | None = None,
        checkpoint: Path | None = None,
    ) -> Request:
        """What a runner is asked for `installation`."""
        plan, node = self.plan, self.node
        asker = Asker(
            project=plan.project,
            lifecycle=plan.lifecycle,
            run_id=plan.run_id,
            actor=plan.actor,
            key=self.key,
            git_commit=plan.git_commit,
        )
        pure = action == "run"
        return Request(
            action=action,
            step=node.step,
            target=step_target(node.step),
            config=node.config,
            inputs={} if action == "undo" else self.inputs,
            seed=plan.seed,
            env=node.env,
            inherits=node.inherits,
            limits=node.limits,
            code=plan.code[node.step] if pure else None,
            store=store,
            folder=folder,
            checkpoint=checkpoint if pure else None,
            asker=None if pure else asker,
            record=record,
            subject=Subject(
                installation=installation,
                project=plan.project,
                lifecycle=plan.lifecycle,
                run_id=plan.run_id,
                node=node.name,
                key=self.key,
            ),
            placement=node.placement,
            nodes=node.nodes,
        )
