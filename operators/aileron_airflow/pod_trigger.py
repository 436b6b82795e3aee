"""The trigger behind pods: looks at one again and again until it has ended or never can begin.

Looking asks the cluster, the store and the ledger, in a thread of its own: the triggerer's
loop, which all other waits share, never waits for them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from airflow.providers.cncf.kubernetes.triggers.pod import KubernetesPodTrigger
from airflow.triggers.base import TriggerEvent

from aileron.core.errors import AileronError, Unavailable

if TYPE_CHECKING:
    from aileron_airflow.pod_run import PodRun, PodWatch

POLL_SECONDS: Final = 1.0
SILENCE: Final = 900.0
"""Seconds for which cluster, store and ledger may leave every look unanswered."""


class AileronPodTrigger(KubernetesPodTrigger):
    """Fires when the pod of a started node has ended, cannot begin, or is another's by now.

    The event is ``{"name", "started", "told": lines shown, "error"}``; the error is what ended
    the watch, if it was not the pod. A restarted triggerer begins anew and misses nothing.

    Args:
        started: `aileron.run.started.Started` as JSON values.
    """

    def __init__(
        self, *, pod_name: str, pod_namespace: str, actor: str, started: Mapping[str, Any]
    ) -> None:
        super().__init__(
            pod_name=pod_name,
            pod_namespace=pod_namespace,
            trigger_start_time=datetime.now(UTC),
            base_container_name="base",
            poll_interval=POLL_SECONDS,
        )
        self.actor = actor
        self.started = started
        self._watch: PodWatch | None = None
        self._heard = time.monotonic()

    def serialize(self) -> tuple[str, dict[str, Any]]:
        values = {
            "pod_name": self.pod_name,
            "pod_namespace": self.pod_namespace,
            "actor": self.actor,
            "started": dict(self.started),
        }
        return f"{type(self).__module__}.{type(self).__qualname__}", values

    async def run(self) -> AsyncIterator[TriggerEvent]:
        event = None
        while event is None:
            # First of all, too: Airflow's scheduler fails a task that goes on before it has
            # noticed that the deferring process ended.
            await asyncio.sleep(self.poll_interval)
            event = await asyncio.to_thread(self._look)
        self._fired_event = True
        yield TriggerEvent(event)  # type: ignore[no-untyped-call]

    async def on_kill(self) -> None:
        """Somebody marked or cleared the deferred task: nobody waits for its pod any more."""
        await asyncio.to_thread(self._cancel)

    async def cleanup(self) -> None:
        """Give this machine's traces of the pod back; the pod itself runs on."""
        if self._watch is not None:
            await asyncio.to_thread(self._watch.close)

    def _look(self) -> dict[str, Any] | None:
        """The event; None while there is something to wait for."""
        from aileron_airflow.pod_run import PodWatch

        failure = None
        try:
            self._watch = self._watch or PodWatch(self._run(), self.pod_name)
            over = self._watch.look()
            self._heard = time.monotonic()
            if not over:
                return None
        except AileronError as error:
            silent = time.monotonic() - self._heard
            if isinstance(error, Unavailable) and silent <= SILENCE:
                self.log.warning("%s", error)
                return None
            failure = error.to_dict()
        return {
            "name": self.pod_name,
            "started": dict(self.started),
            "told": self._watch.told if self._watch else 0,
            "error": failure,
        }

    def _cancel(self) -> None:
        run = self._run()
        try:
            run.cancel(self.pod_name)
        except AileronError as error:  # that it was cancelled, or that it is another's now
            self.log.info("%s", error)
        finally:
            run.session.close()

    def _run(self) -> PodRun:
        from aileron.run.started import Started
        from aileron_airflow.pod_run import PodRun
        from aileron_airflow.session import Session

        started = Started.model_validate(self.started)
        session = Session(started.run_id, self.actor, self.log.info)
        return PodRun(session, started)
