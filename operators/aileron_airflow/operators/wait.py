"""Steps that wait for people or events without holding a worker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.sdk import BaseOperator

from aileron.core.errors import AileronError
from aileron_airflow.links import LabellingLink, campaign_page
from aileron_airflow.session import Session, actor_of, reported, run_id_of
from aileron_airflow.triggers import NodeTrigger


class AileronWaitOperator(BaseOperator):
    """Asks once, then defers until the step has what it waits for."""

    ui_color = "#eee4f5"
    operator_extra_links = (LabellingLink(),)

    def __init__(
        self,
        *,
        project: str,
        lifecycle: str,
        node: str,
        poll_seconds: float = 5.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.project = project
        self.lifecycle = lifecycle
        self.node = node
        self.poll_seconds = poll_seconds
        self.campaign_page = ""
        """Of Aileron's pages, if the step waits for people who label; known when it has run."""

    def execute(self, context: Any) -> None:
        session = self._session(context)
        try:
            with reported(session, context, lambda: self.node):
                outcome = session.execute(self.node, context["ti"].try_number)
                self.campaign_page = campaign_page(session, self.node)
                if outcome.state != "running":
                    session.settle()
                    return
        finally:
            session.close()
        trigger = NodeTrigger(
            run_id=session.run_id,
            actor=session.actor,
            node=self.node,
            attempt=context["ti"].try_number,
            poll_seconds=self.poll_seconds,
        )
        self.defer(trigger=trigger, method_name="resume")

    def resume(self, context: Any, event: Mapping[str, Any]) -> None:
        """Called with the trigger's event."""
        session = self._session(context)
        try:
            with reported(session, context, lambda: self.node):
                self.campaign_page = campaign_page(session, self.node)
                if event["error"] is not None:
                    raise AileronError.from_dict(event["error"])
                self.log.info("%s: %s", self.node, event["state"])
                session.settle()
        finally:
            session.close()

    def _session(self, context: Any) -> Session:
        run_id = run_id_of(self.project, self.lifecycle, context)
        return Session(run_id, actor_of(context), self.log.info)
