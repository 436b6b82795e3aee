"""Components that run in pods: the task defers while the pod works.

Importing the provider's operator takes seconds, so this module is imported only where a
workflow has pods. How a pod is made, found again and judged is `aileron.run.pods`'s to say,
the same as for the blocking runner.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

from aileron.core.errors import AileronError
from aileron_airflow.operators.nodes import NodeTask
from aileron_airflow.pod_trigger import AileronPodTrigger
from aileron_airflow.session import Session, actor_of, reported, run_id_of


class AileronPodOperator(KubernetesPodOperator, NodeTask):
    """Executes one component in a pod, holding no worker while it runs.

    A pod that is at work on the same is adopted, whoever started it; there are never two.
    """

    ui_color = "#d8ecf0"
    template_fields = ()
    inherits_from_skipmixin = True

    def __init__(self, *, project: str, lifecycle: str, node: str, **kwargs: Any) -> None:
        super().__init__(
            kubernetes_conn_id=None,
            deferrable=True,
            do_xcom_push=False,
            startup_check_interval_seconds=1,
            on_finish_action="delete_pod",
            **kwargs,
        )
        self.project = project
        self.lifecycle = lifecycle
        self.node = node
        self._session: Session | None = None

    def execute(self, context: Any) -> None:
        """Start the pod or find one, and defer; end at once if the node is done already."""
        from aileron.run.started import Started
        from aileron_airflow.pod_run import PodRun

        session = self._session = self._open(context)
        try:
            with reported(session, context, lambda: self.node):
                placement = session.plan.node(self.node).placement
                begin = session.start if placement else session.execute
                found = begin(self.node, context["ti"].try_number)
                if placement is None or not isinstance(found, Started):
                    self.settle(session, context, self.skipped_after(session, found))
                    return
                run = PodRun(session, found)
                name = run.launch()
                if session.cancelled.is_set():
                    outcome = run.cancel(name)
                    self.settle(session, context, self.skipped_after(session, outcome))
                    return
        finally:
            self._session = None
            session.close()
        trigger = AileronPodTrigger(
            pod_name=name,
            pod_namespace=placement.namespace,
            actor=session.actor,
            started=found.model_dump(mode="json"),
        )
        self.defer(trigger=trigger, method_name="resume")

    def resume(self, context: Any, event: Mapping[str, Any]) -> None:
        """Called with the trigger's event: collect, publish, remove the pod."""
        from aileron.run.started import Started
        from aileron_airflow.pod_run import PodRun

        session = self._open(context)
        try:
            with reported(session, context, lambda: self.node):
                run = PodRun(session, Started.model_validate(event["started"]))
                if event["error"] is not None:
                    run.fail(AileronError.from_dict(event["error"]))
                outcome = run.conclude(event["name"], event["told"])
                self.settle(session, context, self.skipped_after(session, outcome))
        finally:
            session.close()

    def on_kill(self) -> None:
        """Killed before it could defer; afterwards the trigger is told instead."""
        if self._session is not None:
            self._session.cancelled.set()

    def _open(self, context: Any) -> Session:
        run_id = run_id_of(self.project, self.lifecycle, context)
        return Session(run_id, actor_of(context), self.log.info)
