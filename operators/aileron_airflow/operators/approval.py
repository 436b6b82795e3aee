"""A person decides: Airflow asks, the ledger remembers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from airflow.providers.standard.exceptions import HITLTimeoutError
from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Param
from airflow.sdk.definitions.param import ParamsDict

from aileron.core.errors import sentence
from aileron.core.phrase import phrase
from aileron_airflow.session import Session, actor_of, reported, run_id_of


class AileronApproval(ApprovalOperator):
    """Asks whether the run may go on, showing the gate's reasons, and records the answer.

    The task holds no worker while it waits. A rejection skips what follows; the DAG run is a
    success and the run is recorded as rejected.
    """

    ui_color = "#eee4f5"

    def __init__(
        self,
        *,
        project: str,
        lifecycle: str,
        node: str,
        subject: str | None = None,
        **kwargs: Any,
    ) -> None:
        comment = Param("", "Why; kept with the decision.", type=["string", "null"], source="task")
        asked = ParamsDict({"comment": comment})
        asked.update(kwargs.pop("params", {}))  # Airflow hands the DAG's own in
        super().__init__(
            subject=subject or "",
            params=asked,
            ignore_downstream_trigger_rules=True,
            **kwargs,
        )
        self.project = project
        self.lifecycle = lifecycle
        self.node = node

    def execute(self, context: Any) -> Any:
        session = self._session(context)
        try:
            with reported(session, context, lambda: self.node):
                outcome = session.execute(self.node, context["ti"].try_number)
                if outcome.state != "running":  # decided in an earlier try
                    session.settle()
                    return None
                self.subject = self._question(session)
                self.body = "\n".join(_body(session, self.node))
        finally:
            session.close()
        return super().execute(context)

    def execute_complete(self, context: Any, event: dict[str, Any]) -> Any:
        session = self._session(context)
        try:
            with reported(session, context, lambda: self.node):
                if event.get("error_type") == "timeout":
                    reason = phrase("aileron_airflow.approval_timeout")
                    session.fail(reason, self.node)
                    raise HITLTimeoutError(str(reason))
                if "error" not in event:
                    self._record(session, context, event)
                    session.settle()
        finally:
            session.close()
        return super().execute_complete(context, event)

    def _question(self, session: Session) -> str:
        """The plan's headline, which a run may have changed; else the DAG's; else our own."""
        planned = session.plan.node(self.node).config.get("subject")
        return str(planned or self.subject) or sentence(
            "aileron_airflow.approval_subject",
            None,
            model=session.plan.node("register").config["model"],
            lifecycle=self.lifecycle,
        )

    def _record(self, session: Session, context: Any, event: Mapping[str, Any]) -> None:
        """Write the decision down, and let the step find it there as it finds any other."""
        from aileron.deploy.approve import record_decision
        from aileron.ledger import NodeState

        user = event.get("responded_by_user") or {}
        comment = (event.get("params_input") or {}).get("comment") or ""
        approved = event["chosen_options"] == [self.APPROVE]
        by = str(user.get("name") or user.get("id") or "airflow")
        decided = record_decision(
            session.ledger, self.project, session.run_id, approved=approved, by=by, comment=comment
        )
        by, comment = decided["by"], decided["comment"]  # of whom the pages asked, before Airflow
        attempt = context["ti"].try_number
        outcome = session.execute(self.node, attempt)
        if not approved:
            said = f": {comment}" if comment else "."
            session.ledger.nodes.record(
                session.run_id,
                self.node,
                outcome.step,
                outcome.key,
                NodeState.REJECTED,
                outcome.outputs,
                phrase("aileron_airflow.approval_rejected", by=by, comment=said),
                attempt,
            )

    def _session(self, context: Any) -> Session:
        run_id = run_id_of(self.project, self.lifecycle, context)
        return Session(run_id, actor_of(context), self.log.info)


def _body(session: Session, node: str) -> Iterator[str]:
    """The gate's reasons, as Markdown."""
    source = session.plan.node(node).inputs["verdict"]
    gate, _, port = source.partition(".")
    row = session.ledger.nodes.get(session.run_id, gate)
    if row is None:
        return
    verdict = session.store.read_json(row.outputs[port], "verdict.json")
    for reason in verdict["reasons"]:
        yield f"- {'✓' if reason['passed'] else '✗'} {reason['sentence']}"
    yield ""
    yield f"Run `{session.run_id}`"
