"""The first task of a run: decide everything once; end here if nothing has changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.bases.skipmixin import SkipMixin

from aileron_airflow.session import Session, actor_of, reported, run_id_of

if TYPE_CHECKING:
    from aileron.graph.plan import Plan


class AileronPlanOperator(BaseOperator, SkipMixin):
    """Resolves workflow, environment and form into the run's plan and records the run.

    If every node of the plan would be reused, the run is recorded as succeeded and all
    tasks after this one are skipped. A plan that was made by an earlier try stays.
    """

    ui_color = "#dbe7f3"
    inherits_from_skipmixin = True

    def __init__(self, *, project: str, lifecycle: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.project = project
        self.lifecycle = lifecycle

    def execute(self, context: Any) -> Mapping[str, Any]:
        run_id = run_id_of(self.project, self.lifecycle, context)
        session = Session(run_id, actor_of(context), self.log.info)
        try:
            with reported(session, context, lambda: self.task_id):
                return self._execute(session, context)
        finally:
            session.close()

    def _execute(self, session: Session, context: Any) -> Mapping[str, Any]:
        session.ledger.runs.start(
            session.run_id, self.project, self.lifecycle, session.actor, context["run_id"]
        )
        plan = self._plan(session, context)
        nodes = ", ".join(node.name for node in plan.graph.ordered())
        self.log.info("Plan of %s: %s", session.run_id, nodes)
        if not plan.force and session.engine.reusable(plan):
            self.log.info("Nothing has changed since an earlier run: every node is reused.")
            session.settle()
            context["ti"].xcom_push(key="return_value", value={"run_id": session.run_id})
            self.skip(context["ti"], self.get_flat_relatives(upstream=False))
        return {"run_id": session.run_id}

    def _plan(self, session: Session, context: Any) -> Plan:
        """The plan that an earlier try fixed, else a new one."""
        from aileron.lifecycle.fitting import check_pods
        from aileron.lifecycle.planning import resolve
        from aileron.lifecycle.suggested import check_suggesting
        from aileron.lifecycle.usable import check_usable, note_reads

        asked = session.ledger.runs.get(session.run_id)
        if asked.plan is not None:
            return session.plan
        plan = resolve(
            session.settings,
            self.lifecycle,
            run_id=session.run_id,
            actor=asked.actor,
            form=dict(context["params"]),
            store=session.store,
        )
        check_pods(session.settings, plan.graph, self.log.warning)
        check_usable(session.ledger, plan.project, plan.values, plan.graph, asked.actor)
        check_suggesting(session.settings, session.ledger, session.store, plan.project, plan.graph)
        plan = session.engine.store_plan(plan)
        note_reads(session.ledger, plan)
        return plan
