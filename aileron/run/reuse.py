"""Whether a whole plan is done already: the fast way through an unchanged re-run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from aileron.core.errors import AileronError
from aileron.core.ports import ArtifactKind, Reference
from aileron.core.steps import Record
from aileron.graph.pipeline import Node
from aileron.graph.plan import Plan
from aileron.ledger import NodeState
from aileron.run.inputs import Inputs
from aileron.run.known import Known
from aileron.run.outcome import NodeOutcome, may_follow
from aileron.run.work import Work

Observe = Callable[[Work], Record | None]
"""What the world shows of an effect, or of what a wait waits for, now."""


class Reuse:
    """Walks a plan as if it ran, and stops at the first node that would really run."""

    def __init__(self, inputs: Inputs, known: Known, observe: Observe) -> None:
        self._inputs = inputs
        self._known = known
        self._observe = observe

    def outcomes(self, plan: Plan) -> list[NodeOutcome] | None:
        """The outcome of every node if each would be reused, else None.

        Nodes that a kept verdict keeps from running are not in the list. Effects
        are believed to be done as the ledger says while walking, and looked at in the world
        at the end, all at once.
        """
        done: dict[str, NodeOutcome] = {}
        effects: list[Work] = []
        for node in plan.graph.ordered():
            if not all(n in done and may_follow(node, done[n].state) for n in node.upstream()):
                continue
            work = self._work(plan, node, done)
            outcome = self._outcome(work)
            if outcome is None:
                return None
            done[node.name] = outcome
            if work.step.kind == "effect":
                effects.append(work)
        return list(done.values()) if self._all_hold(effects) else None

    def _work(self, plan: Plan, node: Node, done: Mapping[str, NodeOutcome]) -> Work:
        def upstream(name: str) -> Mapping[str, Reference]:
            return done[name].outputs

        return Work(plan, node, self._inputs.resolve(plan, node, upstream), 1, lambda _: None)

    def _outcome(self, work: Work) -> NodeOutcome | None:
        if work.step.kind == "component":
            outputs = self._known.outputs(work.plan.project, work.key)
            if outputs is None:
                return None
            return work.judged(NodeState.REUSED, outputs, self._known.refusal(outputs))
        if any(port.kind is not ArtifactKind.RECORD for port in work.step.outputs.values()):
            return None  # what a wait delivers is known once its node has run
        known = work.step.kind == "effect"
        record = self._known.record(work.key) if known else self._observe(work)
        if record is None:
            return None
        outputs = self._known.keep_record(work.step, record)
        return work.outcome(NodeState.REUSED, outputs, record=record)

    def _all_hold(self, effects: list[Work]) -> bool:
        if not effects:
            return True
        with ThreadPoolExecutor(len(effects), thread_name_prefix="observe") as pool:
            return all(pool.map(self._holds, effects))

    def _holds(self, work: Work) -> bool:
        """An effect that cannot be looked at does not hold: its node will say why."""
        try:
            return self._observe(work) is not None
        except AileronError:
            return False
