"""Decides what must run and records what ran: cache, single flight, effects, waits.

The engine executes one node of a plan at a time; who calls it in which order, and where,
is the scheduler's affair. Any number of engines on any machines may share one ledger and
one store.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar, overload

from aileron.core.errors import Conflict, NotFound, StepFailed
from aileron.core.ports import ArtifactKind, Reference
from aileron.core.settings import Settings
from aileron.core.steps import Record
from aileron.graph.pipeline import Node
from aileron.graph.plan import PLAN_FILE, Plan
from aileron.ledger import Lease, Ledger, NodeState
from aileron.run.checkpoints import Checkpoints
from aileron.run.folders import execution_folder
from aileron.run.freshness import installed_digest
from aileron.run.inputs import Inputs
from aileron.run.known import Known
from aileron.run.lease import LEASE_SECONDS, Flight, Held, new_owner
from aileron.run.live import label
from aileron.run.outcome import NodeOutcome, may_follow
from aileron.run.request import Action, Request
from aileron.run.result import Result
from aileron.run.reuse import Reuse
from aileron.run.rows import Rows
from aileron.run.runner import OnLog, OnMetric, Runner
from aileron.run.started import Started
from aileron.run.work import Work
from aileron.store import Store

FoundT = TypeVar("FoundT")


class Engine:
    """Executes the nodes of plans.

    Args:
        settings: given to effects and waits; `Settings.home` holds execution folders.
        lease_seconds: how long a dead engine's work stays reserved.
    """

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        store: Store,
        runner: Runner,
        *,
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:
        self._settings = settings
        self._ledger = ledger
        self._store = store
        self._runner = runner
        self._inputs = Inputs(ledger, store)
        self._known = Known(ledger, store)
        self._rows = Rows(ledger)
        self._checkpoints = Checkpoints(settings.home)
        self._lease_seconds = lease_seconds

    # Plans

    def store_plan(self, plan: Plan) -> Plan:
        """Fix the plan of a started run; a plan that is already fixed stays and is returned."""
        reference = self._store.put_json(
            ArtifactKind.RECORD, PLAN_FILE, plan.model_dump(mode="json")
        )
        fixed = self._ledger.runs.set_plan(plan.run_id, reference).plan
        return plan if fixed == reference else self.load_plan(plan.run_id)

    def load_plan(self, run_id: str) -> Plan:
        """The plan of run `run_id`.

        Raises:
            NotFound: there is no such run, or it has no plan yet.
        """
        reference = self._ledger.runs.get(run_id).plan
        if reference is None:
            raise NotFound("run.no_plan", run_id=run_id)
        return Plan.model_validate(self._store.read_json(reference, PLAN_FILE))

    # Executing

    def execute(
        self,
        plan: Plan,
        node_name: str,
        attempt: int = 1,
        log: OnLog | None = None,
        on_metric: OnMetric | None = None,
        cancelled: threading.Event | None = None,
    ) -> NodeOutcome:
        """Have node `node_name` done, by running it or by finding that it is done.

        The outcome is succeeded, reused, rejected, or running for a wait that must go on. A
        failure is raised; the node's row then has the sentence, the log and what was left.

        Args:
            attempt: number of this try in the run; a later one ends the say of earlier ones.
            cancelled: once set, the step is stopped.

        Raises:
            AileronError: the step's own error, whatever its kind.
            StepFailed: the step broke off, was killed, ran too long, took too much memory,
                or was cancelled.
            Conflict: a node before it has not succeeded; code or environment changed since
                the plan was made; another execution took over; a later attempt has begun.
            Unavailable: ledger, store or runner cannot be used now.
        """
        work = self._work(plan, plan.node(node_name), attempt, log, on_metric, cancelled)
        return self._rows.told(work, self._rows.begin(work), lambda: self._execute(work))

    # Executing what outlives this process

    def start(
        self,
        plan: Plan,
        node_name: str,
        attempt: int = 1,
        log: OnLog | None = None,
        cancelled: threading.Event | None = None,
    ) -> NodeOutcome | Started:
        """The first half of `execute`, for a component: its outcome, or the right to run it.

        Whoever has what was started sees that it runs, keeps it by `renew` and ends it by
        `complete`. With nobody to do that, others may start it `lease_seconds` later.

        Raises:
            AileronError: as `execute`.
        """
        work = self._work(plan, plan.node(node_name), attempt, log, cancelled=cancelled)
        begun = self._rows.begin(work)

        def reserve() -> NodeOutcome | Started:
            found = self._reserved(work)
            return Started.of(work, found, begun) if isinstance(found, Lease) else found

        return self._rows.told(work, begun, reserve)

    def request(self, plan: Plan, started: Started, folder: Path) -> Request:
        """What a runner is asked for; `folder` is where its traces go."""
        work = started.work(plan, _no_log)
        checkpoint = self._checkpoints.folder(plan.project, work.key)
        return self._request(work, "run", folder, checkpoint=checkpoint)

    def renew(self, started: Started) -> None:
        """Keep what was started for another `lease_seconds`.

        Raises:
            Conflict: it was given up, or another execution has taken over.
            Unavailable: the ledger does not answer.
        """
        self._ledger.leases.renew(started.lease, self._lease_seconds)

    def complete(
        self, plan: Plan, started: Started, result: Result, log: Reference | None = None
    ) -> NodeOutcome:
        """The second half of `execute`: publish, record how it ended, give the lease back.

        Raises:
            AileronError: as `execute`.
        """
        work = started.work(plan, _no_log)
        try:
            return self._rows.told(
                work, started.begun, lambda: self._concluded(work, result, log, started.lease)
            )
        finally:
            self._flight(work).give_back(started.lease)

    def _work(
        self,
        plan: Plan,
        node: Node,
        attempt: int,
        log: OnLog | None,
        on_metric: OnMetric | None = None,
        cancelled: threading.Event | None = None,
    ) -> Work:
        inputs = self._inputs.resolve(plan, node, lambda n: self._outputs_of(plan, node, n))
        event = cancelled or threading.Event()
        return Work(plan, node, inputs, attempt, log or _no_log, on_metric, event.is_set)

    def _execute(self, work: Work) -> NodeOutcome:
        if work.step.kind == "component":
            return self._component(work)
        if work.step.kind == "effect":
            return self._effect(work)
        return self._wait(work)

    def _outputs_of(self, plan: Plan, node: Node, needed: str) -> Mapping[str, Reference]:
        row = self._ledger.nodes.get(plan.run_id, needed)
        if row is None or not may_follow(node, row.state):
            raise Conflict("run.upstream_missing", node=node.name, needed=needed)
        return row.outputs

    # Components

    def _component(self, work: Work) -> NodeOutcome:
        found = self._reserved(work)
        if not isinstance(found, Lease):
            return found
        with self._flight(work).holding(found) as held:
            result, log = self._run(work, "run", held)
            return self._concluded(work, result, log, held.lease, held.lost)

    def _reserved(self, work: Work) -> NodeOutcome | Lease:
        """The outcome of a component that is done already, else its lease."""
        outputs = self._published(work)
        if outputs is not None:
            return self._judged(work, NodeState.REUSED, outputs)
        found = self._lease(work, "component", lambda: self._published(work))
        if not isinstance(found, Lease):
            return self._judged(work, NodeState.REUSED, found)
        with ExitStack() as unused:
            unused.callback(self._flight(work).give_back, found)
            # Its last holder may have published just before giving it up.
            outputs = self._published(work)
            if outputs is not None:
                return self._judged(work, NodeState.REUSED, outputs)
            if installed_digest(self._settings.home) != work.plan.environment:
                raise Conflict("run.environment_changed")
            self._checkpoints.sweep()
            unused.pop_all()
        return found

    def _concluded(
        self,
        work: Work,
        result: Result,
        log: Reference | None,
        lease: Lease,
        lost: Conflict | None = None,
    ) -> NodeOutcome:
        """The outcome of a component that ran; what a good one made is published."""
        if result.state == "failed":
            return self._failed(work, result, log, lost)
        plan, outputs = work.plan, dict(result.outputs)
        self._ledger.cache.put(plan.project, work.key, outputs, plan.run_id, lease)
        self._checkpoints.remove(plan.project, work.key)
        return self._judged(work, NodeState.SUCCEEDED, outputs, log)

    def _published(self, work: Work) -> dict[str, Reference] | None:
        return self._known.outputs(work.plan.project, work.key)

    def _judged(
        self,
        work: Work,
        state: NodeState,
        outputs: Mapping[str, Reference],
        log: Reference | None = None,
    ) -> NodeOutcome:
        """The outcome, `REJECTED` if an output is a verdict that says no."""
        return work.judged(state, outputs, self._known.refusal(outputs), log)

    def _failed(
        self,
        work: Work,
        result: Result,
        log: Reference | None = None,
        lost: Conflict | None = None,
    ) -> NodeOutcome:
        """The outcome of a failure; whoever lost the lease `lost` failed of that."""
        error = lost or result.raised() or StepFailed("run.cancelled", step=work.node.step)
        return work.failed(error, result.partial, log)

    # Effects and waits

    def _effect(self, work: Work) -> NodeOutcome:
        lease = self._lease(work, "effect")
        with self._flight(work).holding(lease) as held:
            known = self._known.record(work.key)
            if known is not None:
                result, log = self._run(work, "observe", held)
                if result.state == "failed":
                    return self._failed(work, result, log, held.lost)
                if result.record is not None:
                    return self._recorded(work, NodeState.REUSED, known, log)
            effects, subject = self._ledger.effects, f"node:{work.plan.lifecycle}/{work.node.name}"
            effects.begin(work.key, work.node.step, work.plan.project, subject, held.lease)
            result, log = self._run(work, "apply", held)
            if result.state == "failed" or result.record is None:
                return self._failed(work, result, log, held.lost)
            effects.done(work.key, result.record, held.lease)
        state = NodeState.REUSED if result.observed else NodeState.SUCCEEDED
        return self._recorded(work, state, result.record, log)

    def _wait(self, work: Work) -> NodeOutcome:
        result = self._ask(work, "ready")
        if result.state == "failed":
            return self._failed(work, result)
        if result.record is None:
            return work.outcome(NodeState.RUNNING)
        return self._recorded(work, NodeState.SUCCEEDED, result.record, delivered=result.outputs)

    def _recorded(
        self,
        work: Work,
        state: NodeState,
        record: Record,
        log: Reference | None = None,
        delivered: Mapping[str, Reference] | None = None,
    ) -> NodeOutcome:
        outputs = {**self._known.keep_record(work.step, record), **(delivered or {})}
        return work.outcome(state, outputs, log=log, record=record)

    def undo(self, plan: Plan, node_name: str, log: OnLog | None = None) -> NodeOutcome:
        """Take back what the effect of node `node_name` did.

        Raises:
            Conflict: it has done nothing, or was undone.
            AileronError: the step's own error.
        """
        work = self._work(plan, plan.node(node_name), 1, log)
        lease = self._lease(work, "effect")
        with self._flight(work).holding(lease) as held:
            record = self._known.record(work.key)
            if record is None:
                raise Conflict("run.effect_not_done", node=node_name)
            result, reference = self._run(work, "undo", held, record)
            if (error := result.raised()) is not None:
                raise error
            self._ledger.effects.undone(work.key, held.lease)
        return work.outcome(NodeState.SUCCEEDED, log=reference, record=record)

    # Reusing a whole plan

    def reusable(self, plan: Plan) -> list[NodeOutcome] | None:
        """If every node would be reused, record that, and say how each ended; else None.

        A kept verdict that says no ends the list as rejected. The run must have started.
        """
        outcomes = self.would_reuse(plan)
        for o in outcomes or ():
            self._ledger.nodes.record(
                plan.run_id, o.node, o.step, o.key, o.state, o.outputs, o.reason
            )
        return outcomes

    def would_reuse(self, plan: Plan) -> list[NodeOutcome] | None:
        """`reusable` without recording anything."""
        return Reuse(self._inputs, self._known, self._observed).outcomes(plan)

    def _observed(self, work: Work) -> Record | None:
        return self._ask(work, "observe" if work.step.kind == "effect" else "ready").record

    # Running

    def _flight(self, work: Work) -> Flight:
        return Flight(self._ledger, work.plan.project, self._lease_seconds)

    @overload
    def _lease(self, work: Work, kind: str) -> Lease: ...

    @overload
    def _lease(
        self, work: Work, kind: str, found: Callable[[], FoundT | None]
    ) -> Lease | FoundT: ...

    def _lease(
        self, work: Work, kind: str, found: Callable[[], FoundT | None] = lambda: None
    ) -> Lease | FoundT:
        """The lease of the node's key, or what its holder published while we waited."""
        owner = new_owner(work.plan.run_id, work.node.name, work.attempt)
        return self._flight(work).wait(
            f"{kind}/{work.key}", owner, work.node, found, work.log, work.cancelled
        )

    def _run(
        self,
        work: Work,
        action: Action,
        held: Held | None = None,
        record: Record | None = None,
    ) -> tuple[Result, Reference]:
        """Have the runner do it; the result, and the stored log."""
        with execution_folder(self._settings.home) as folder:
            checkpoint = self._checkpoints.folder(work.plan.project, work.key)
            label(folder, work.plan.run_id, work.node.name)
            request = self._request(work, action, folder, record, checkpoint)
            result = self._runner.run(
                request,
                on_log=work.log,
                on_metric=work.on_metric,
                platform=None if action == "run" else self._settings.environment(),
                cancelled=lambda: work.cancelled() or (held is not None and held.lost is not None),
            )
            return result, self._store.put(ArtifactKind.LOG, request.log_path.parent)

    def _request(
        self,
        work: Work,
        action: Action,
        folder: Path,
        record: Record | None = None,
        checkpoint: Path | None = None,
    ) -> Request:
        whose = self._ledger.installation
        return work.request(action, whose, self._store.root, folder, record, checkpoint)

    def _ask(self, work: Work, action: Action) -> Result:
        """Have the runner look at the world. It may be asked often, so no log is kept."""
        with execution_folder(self._settings.home) as folder:
            request = self._request(work, action, folder)
            platform = self._settings.environment()
            return self._runner.run(
                request, on_log=work.log, platform=platform, cancelled=work.cancelled
            )


def _no_log(_: str) -> None:
    """For callers that do not listen."""
